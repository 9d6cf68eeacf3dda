//! S3: lists the objects of buckets and reads them by range.
//!
//! It only reads. Any store with S3's interface can be called (`endpoints.s3`). This module must not know what is in an
//! object.

mod gateway;
mod model;
mod settings;

pub use gateway::S3;
pub use model::{Listing, Object, ObjectsPage, Reply};
