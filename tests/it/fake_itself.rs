//! Tests the fake server over raw HTTP, because its replies must not depend on the code of this provider.

mod ec2;
mod faults;
mod insights;
mod logs;
mod patterns;
mod replies;
mod sts;
mod wire;
