//! EC2's limits. This module must not know who keeps them.
//!
//! See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeFlowLogs.html> and
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html>.

/// The most values in all filters of one call.
pub const FILTER_VALUES: usize = 200;
/// The most IDs in one call.
pub const IDS: usize = 1_000;
/// The most flow logs on one page.
pub const PAGE: usize = 1_000;
/// The fewest flow logs on one page that a call asks for. EC2 often rejects smaller pages.
pub const SMALLEST_PAGE: usize = 5;
/// The most tags of one resource.
pub const TAGS: usize = 50;
/// The most characters of a tag's key.
pub const TAG_KEY: usize = 128;
/// The most characters of a tag's value.
pub const TAG_VALUE: usize = 256;
