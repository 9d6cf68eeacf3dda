//! CloudFormation: describes deployed stacks, their templates, their resources, and exported values.
//!
//! It only reads. This module must not know what is in a template.

mod gateway;
mod model;

pub use gateway::CloudFormation;
pub use model::{Stack, StackResource};
