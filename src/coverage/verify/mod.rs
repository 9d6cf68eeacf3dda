//! Whether records of a flow log really arrive: waits for one, or says why none comes.
//!
//! | file | holds |
//! |---|---|
//! | `wanted` | what to wait for |
//! | `outcome` | the judgement of what was seen, which is pure |
//! | `delivery` | what the services of AWS do to deliver |
//! | `policy` | what a policy allows them |
//! | `text` | the outcome in sentences |
//! | `watch` | what is asked, again and again |
//! | `action` | the action `vpcflow_verify_delivery` |
//!
//! The action and the command line share everything but their arguments.

mod action;
mod delivery;
mod outcome;
mod policy;
mod text;
mod wanted;
mod watch;

pub use action::{Arguments, VerifyDelivery};
pub use outcome::{End, Outcome, RoleFlaw, Why};
pub use policy::Flaw;
pub use wanted::{EVERY, NotVerified, WAIT, Wanted};
pub use watch::{Tell, verify};
