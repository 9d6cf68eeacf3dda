//! What the author of a resource or data source uses: typed traits, `Attr<T>`, the schema declared
//! once, the plan rules that Terraform's core expects, and diagnostics.
//!
//! A Rust struct with doc comments is the declaration ([`Model`]). `schemars` turns it into JSON
//! Schema, [`lower()`] turns that into a Terraform [`Schema`], and serde fills the same struct from
//! Terraform's values. The typed traits ([`Resource`], [`DataSource`], [`Function`], [`Action`], [`Provider`]) each have an
//! erased twin, which is all that the protocol layer sees.
//!
//! Must not know: gRPC, prost, AWS, or any noun.

mod action;
mod attr;
pub mod behaviour;
mod catalogue;
mod context;
mod data_source;
mod diagnostics;
mod ephemeral;
mod function;
mod guard;
mod identity;
mod list_resource;
mod lower;
mod mocked;
mod model;
mod plan;
mod provider;
mod resource;
mod schema;
mod schema_json;
mod spelling;
mod stored;
mod validate;

pub use action::{Action, ErasedAction, Progress};
pub use attr::Attr;
pub use catalogue::{Catalogue, Types};
pub use context::Context;
pub use data_source::{DataSource, ErasedDataSource};
pub use diagnostics::{Diagnostic, Diagnostics, Failure, Severity};
pub use ephemeral::{EphemeralResource, ErasedEphemeralResource};
pub(crate) use function::counted;
pub use function::{ErasedFunction, Function, FunctionError, Parameter, Signature};
pub use guard::guard;
pub use identity::{Identity, NoIdentity};
pub use list_resource::{ErasedListResource, Finds, Found, ListResource, Listed, Wanted};
pub use lower::{LowerError, lower};
pub use model::Model;
pub use plan::{Change, Private};
pub use provider::Provider;
pub use resource::{Applied, ErasedResource, Planned, Resource, Target};
pub use schema::{Attribute, Block, Mode, NestedBlock, Nesting, Rule, Schema, Shape};
pub use schema_json::{action_json, function_json, identity_schema_json, schema_json};
pub use spelling::given;
pub use stored::{Source, Stored};
pub(crate) use validate::check;
pub use validate::validate;
