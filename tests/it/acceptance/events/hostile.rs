//! Objects that are far larger than the memory of a query, in the process that Terraform starts.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use super::buckets::{BUCKET, ID, Layout, configuration, gzip, line, object};
use crate::harness::fake::Fake;
use crate::harness::terraform::{Run, Version, Workspace};

/// The most anonymous memory of a query, in bytes.
const MOST: u64 = 128 << 20;

/// Plans with a fake that holds one object, and returns the result with the greatest memory of the provider.
fn plan(fake: &Fake, data: &str) -> (Run, u64) {
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(data);
    let child = work.command(&["plan", "-no-color"]).spawn().unwrap();
    let parent = child.id();
    // The output must be read, or Terraform blocks on a full pipe.
    let running = std::thread::spawn(move || Run::of(&child.wait_with_output().unwrap()));
    let mut most = 0;
    while !running.is_finished() {
        let memory = children(parent).into_iter().map(anonymous_memory);
        most = memory.max().unwrap_or_default().max(most);
        std::thread::park_timeout(Duration::from_millis(10));
    }
    assert!(most > 0, "no provider was seen");
    (running.join().unwrap(), most)
}

/// Returns the children of a process that are providers.
fn children(parent: u32) -> BTreeSet<u32> {
    let threads = fs::read_dir(format!("/proc/{parent}/task"));
    let threads = threads.into_iter().flatten().flatten();
    let lists =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let ids = lists.flat_map(|list| {
        let ids = list.split_whitespace().filter_map(|id| id.parse().ok());
        ids.collect::<Vec<u32>>()
    });
    let is_provider = |id: &u32| {
        let program = fs::read_link(format!("/proc/{id}/exe"));
        program.is_ok_and(|program| {
            program == Path::new(env!("CARGO_BIN_EXE_terraform-provider-vpcflow"))
        })
    };
    ids.filter(is_provider).collect()
}

fn anonymous_memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.map_or(0, |kibibytes: u64| kibibytes * 1024)
}

fn summary(rest: &str) -> String {
    configuration(&format!("s3_uri = \"s3://{BUCKET}\""), rest)
        .replace("vpcflow_log_events", "vpcflow_log_summary")
}

/// A fake with one object, whose parts are each gzip data.
fn fake(first: Vec<u8>, part: Vec<u8>, size: usize) -> Fake {
    let fake = Fake::start();
    let times = size / part.len();
    let key = Layout::default().key("", ID, 300, "large");
    fake.put_repeated(BUCKET, &key, part, times);
    let key = Layout::default().key("", ID, 0, "a");
    fake.put_object(BUCKET, &key, first);
    fake
}

fn records() -> Vec<u8> {
    let lines: Vec<_> = (0..20_000_i64)
        .map(|number| {
            line(
                300 + number % 60,
                u16::try_from(number % 60_000).unwrap(),
                "ACCEPT",
            )
        })
        .collect();
    object(&lines)
}

#[test]
fn five_gigabytes_are_read_in_bounded_memory() {
    let fake = fake(object(&[line(0, 1, "ACCEPT")]), records(), 5 << 30);
    let (run, memory) = plan(
        &fake,
        &summary("group_by = [\"dst_port\"]\ntimeout = \"5s\""),
    );
    run.fails_with(&["The `timeout` passed"]);
    assert!(fake.calls_of("GetObject").len() > 1, "little was read");
    assert!(memory < MOST, "{memory} bytes");
    let (run, memory) = plan(
        &fake,
        &summary("group_by = []\nmax_scan_bytes = 1000000000"),
    );
    run.fails_with(&["Too many bytes to read", "2 objects"]);
    assert!(memory < MOST, "{memory} bytes");
}

#[test]
fn compressed_zeros_are_read_in_bounded_memory() {
    // Each part is 4 MB of zeros without the end of a line. All together are one line of 4 GB.
    let zeros = "\0".repeat(4 << 20);
    let mut part = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut part, zeros.as_bytes()).unwrap();
    let part = part.finish().unwrap();
    let size = part.len() * 1000;
    let fake = fake(gzip(&[line(0, 1, "ACCEPT")]), part, size);
    let (run, memory) = plan(&fake, &summary("group_by = []\ntimeout = \"5s\""));
    run.fails_with(&["The `timeout` passed"]);
    assert!(memory < MOST, "{memory} bytes");
}
