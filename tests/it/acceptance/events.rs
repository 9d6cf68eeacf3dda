//! Queries of flow-log events: the data sources and the ephemeral resource.

pub(super) mod athena;
mod athena_calls;
mod buckets;
mod completeness;
mod ephemeral;
mod gates;
// It reads the memory of a process from /proc.
#[cfg(target_os = "linux")]
mod hostile;
mod insights;
mod paging;
mod parquet;
mod push_down;
mod records;
mod sources;
mod summary;
mod summary_aggregate;
mod summary_groups;
mod unreadable;

pub(super) use buckets::gzip;
