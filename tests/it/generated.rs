//! Generated files in the repository: the registry documentation and the JSON Schemas.
//!
//! `make lint` runs these tests on machines with only Rust, so they must not start Terraform or Python.

mod docs;
pub(crate) mod schemas;
