//! Files that are made from the declarations in the code and committed: the registry's pages and the JSON Schemas.
//!
//! `make lint` runs these tests on a machine that has nothing but Rust, so they must not start Terraform or Python.

mod docs;
pub(crate) mod schemas;
