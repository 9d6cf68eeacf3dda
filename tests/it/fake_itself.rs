//! The fake, tested over raw HTTP: what it answers must not depend on this provider's own code.

mod ec2;
mod faults;
mod insights;
mod logs;
mod patterns;
mod sts;
mod wire;
