//! A stack in other forms.
//!
//! | file | holds |
//! |---|---|
//! | `terraform` | a stack as a Terraform configuration in JSON |
//! | `imports` | import blocks for the flow logs that exist |

mod imports;
mod terraform;

pub use imports::Warning;
pub use terraform::{ExportOptions, Exported, to_terraform};
