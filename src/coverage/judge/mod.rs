//! The judgement: which networks are recorded as required. It is pure: it uses no clock, no network and no SDK.
//!
//! The network interface is the atom. It inherits the flow logs of its subnet and its VPC, and the traffic types of all its
//! flow logs are united. What contains interfaces is covered by its own flow logs, or because every interface in it is.
//! Transit gateways and Cloud WAN work in the same way, with attachments as atoms.
//!
//! What could not be read is judged twice: as if it did not exist, and as if it recorded everything. If the two differ, the
//! verdict is unknown, which never passes.
//!
//! | file | holds |
//! |---|---|
//! | `world` | what is judged: networks, flow logs, and what could not be read |
//! | `traffic` | accepted and rejected traffic |
//! | `rules` | what is required, and which networks are judged |
//! | `verdict` | the verdicts, each with its reason as data |
//! | `evidence` | whether records of a flow log arrive |
//! | `assess` | one flow log against the requirements |
//! | `index` | who stands above and below whom, across accounts |
//! | `scope` | which networks are not judged, and why |
//! | `standing` | what flow logs record of a network and of what is in it |
//! | `judgement` | one verdict for each network |
//! | `explain` | the reason for a verdict |
//! | `double` | what is recorded twice |

mod assess;
mod double;
mod evidence;
mod explain;
mod index;
mod judgement;
mod rules;
mod scope;
mod standing;
#[cfg(test)]
mod tests;
mod traffic;
mod verdict;
mod world;

pub use double::Double;
pub use judgement::{Counts, Coverage, Judged, judge};
#[cfg(feature = "aws")]
pub(in crate::coverage) use rules::matches;
pub use rules::{
    EvidenceLevel, Exclusions, KINDS, Policy, RequiredTraffic, Requirements, Rules, Shared,
};
pub use traffic::Traffic;
pub use verdict::{Doubt, Exemption, Lack, Partial, Shortfall, Status, Undelivered, Verdict};
pub use world::{
    Cause, Evidence, FlowLog, Kind, Network, Retention, Silence, Subject, Trouble, Unclear, Unread,
    World,
};
