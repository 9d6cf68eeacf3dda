//! Quals, rendered for every service. The first byte selects the format.
//!
//! Each line is a qual, as `NAME=TEXT`, or `.NAME=TEXT` for a field by AWS's name. The lines `where` and `exclude` begin a
//! block. `by NAME`, `count NAME`, `sum NAME` and `bin DURATION` make the aggregate.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use vpcflow::record::dialect::{filter_pattern, insights, sql};
use vpcflow::record::{Aggregate, Format, Key, Qual, Quals, RecordType};

use super::selected;

static FORMATS: LazyLock<Vec<Format>> = LazyLock::new(|| {
    let custom = Format::parse("${version} ${pkt-srcaddr} ${dstport} ${start} ${tcp-flags} ${new}");
    let mut formats = vec![Format::vpc_default(), Format::transit_gateway_default()];
    formats.extend(custom);
    formats.extend(RecordType::YandexExternalFlow.format());
    formats
});

/// What is rendered keeps to the limits of its service, and a qual is exact only if it can be pushed down.
pub(super) fn check(bytes: &[u8]) {
    let (number, bytes) = selected(bytes);
    let (quals, aggregate) = read(&String::from_utf8_lossy(bytes));
    let format = &FORMATS[number % FORMATS.len()];
    let bound = match quals.bind(format) {
        Ok(bound) => bound,
        Err(error) => {
            let _ = error.to_string();
            return;
        }
    };
    for path in bound.paths() {
        let _ = path.to_string();
    }
    let pushed = filter_pattern::compile(&bound);
    if let Some(pattern) = &pushed.pattern {
        assert!(pattern.chars().count() <= filter_pattern::MAX_LENGTH);
    }
    let streams = [
        filter_pattern::Streams::Any,
        filter_pattern::Streams::ByInterface,
    ];
    let bounds = quals.bind_each(&FORMATS).unwrap_or_default();
    for bounds in [std::slice::from_ref(&bound), &bounds] {
        if bounds.is_empty() {
            continue;
        }
        let streams = streams[number / 4 % 2];
        let plan = filter_pattern::plan(bounds, streams, &|| true).expect("nothing stops it");
        assert!(plan.calls.len() <= filter_pattern::MAX_CALLS);
        for call in &plan.calls {
            let pattern = call.pattern.as_deref().unwrap_or_default();
            assert!(pattern.chars().count() <= filter_pattern::MAX_LENGTH);
        }
    }
    let scope = insights::Scope {
        window: (0, 60_000),
        streams: insights::Streams::All,
    };
    let _ = insights::compile(&bound, format, &aggregate, insights::Rows::Groups, &scope);
    let _ = insights::compile(&bound, format, &aggregate, insights::Rows::Total, &scope);
    let line = vec!["-"; format.names().len()].join(" ");
    if let Ok(record) = vpcflow::record::parse(&line, format) {
        let _ = bound.matches(&record, "");
    }
    statement(&quals, &aggregate);
}

/// Renders the statement of Athena.
fn statement(quals: &Quals, aggregate: &Aggregate) {
    let names = [
        "version", "srcaddr", "dstport", "action", "start", "end", "bytes",
    ];
    let columns = names.map(|name| (name.to_owned(), "string".to_owned()));
    let source = sql::Source::new(&["default", "logs"], &columns, &[], &BTreeMap::new());
    let Ok(source) = source else {
        return;
    };
    let Ok(bound) = quals.bind(source.format()) else {
        return;
    };
    let scope = sql::Scope {
        window: (0, 60_000),
        partitions: BTreeMap::new(),
    };
    let _ = sql::compile(&bound, &source, aggregate, &scope);
}

fn read(text: &str) -> (Quals, Aggregate) {
    let (mut quals, mut aggregate) = (Quals::default(), Aggregate::default());
    // The blocks of one kind cannot hold those of the other, so a line belongs to the last block that began.
    let mut place = 0;
    for line in text.lines() {
        match line {
            "where" => (place, _) = (1, quals.any.push(Vec::new())),
            "exclude" => (place, _) = (2, quals.none.push(Vec::new())),
            _ => {}
        }
        if let Some((what, name)) = line.split_once(' ') {
            match what {
                "by" => aggregate.keys.extend(Key::parse(name)),
                "bin" => aggregate.keys.extend(Key::parse_bin(name)),
                "count" => aggregate.distinct.extend(Key::parse(name)),
                "sum" => aggregate.sums.extend(Key::parse_sum(name)),
                _ => {}
            }
        }
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let parsed = match name.strip_prefix('.') {
            Some(field) => Qual::parse_field(field, value),
            None => Qual::parse(name, value),
        };
        let qual = match parsed {
            Ok(qual) => qual,
            Err(error) => {
                let _ = error.to_string();
                continue;
            }
        };
        let _ = qual
            .check_for_lines(value)
            .map_err(|error| error.to_string());
        let block = match place {
            0 => Some(&mut quals.all),
            1 => quals.any.last_mut(),
            _ => quals.none.last_mut(),
        };
        block.into_iter().for_each(|block| block.push(qual.clone()));
    }
    (quals, aggregate)
}
