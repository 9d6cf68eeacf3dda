//! Messages of a log group, line by line. The first byte selects the formats.

use std::sync::LazyLock;

use vpcflow::record::{Format, Likeness, Outcome, Qual, Quals, Reader, RecordType, Values, parse};

use super::selected;

/// Readers of log groups: with one format, with several, and with events.
static READERS: LazyLock<Vec<Reader>> = LazyLock::new(|| {
    let parsed = |text: &str| Format::parse(text).expect("the format is valid");
    let vpc = Format::vpc_default();
    let every = parsed(
        "${version} ${srcaddr} ${pkt-dstaddr} ${start} ${tcp-flags} ${ecs-container-arn} ${log-status} ${new-field}",
    );
    let reordered = parsed("${start} ${end} ${version} ${action} ${srcport}");
    let formats = [
        vec![vpc.clone()],
        vec![Format::transit_gateway_default()],
        vec![every.clone()],
        vec![vpc, every, reordered, Format::transit_gateway_default()],
    ];
    let quals = Quals {
        all: vec![qual("start_time", "< 2030-01-01T00:00:00Z")],
        any: vec![
            vec![qual("src_addr", "10.0.0.0/8,::/3")],
            vec![qual("action", "!ACCEPT")],
        ],
        none: vec![vec![qual("dst_port", "1-1023")]],
    };
    let mut readers = Vec::new();
    for quals in [Quals::default(), quals] {
        for formats in &formats {
            readers.extend(Reader::new(RecordType::Aws, formats, &quals));
        }
        readers.extend(Reader::new(RecordType::YandexExternalFlow, &[], &quals));
    }
    readers
});

fn qual(name: &str, text: &str) -> Qual {
    Qual::parse(name, text).unwrap_or_else(|_| Qual::implied("version", "2"))
}

/// Every value of what is read can be asked for, and both ways of reading agree.
pub(super) fn check(bytes: &[u8]) {
    let (number, bytes) = selected(bytes);
    let reader = &READERS[number % READERS.len()];
    let text = String::from_utf8_lossy(bytes);
    for line in text.lines() {
        let _ = Likeness::of(line);
        for format in reader.formats() {
            if let Ok(record) = parse(line, format) {
                assert_eq!(record.fields().count(), format.names().len());
                values(&record, format);
            }
        }
        let read = reader.read(line);
        let evaluated = reader.evaluate(line, "37234523");
        match (&read, &evaluated) {
            (Ok((number, row)), Ok(Outcome::Match(found, _))) => {
                assert!(reader.matches(*number, row, "37234523"));
                assert_eq!(number, found);
            }
            (Ok((number, row)), Ok(Outcome::NoMatch(found, status))) => {
                assert!(!reader.matches(*number, row, "37234523"));
                assert_eq!(number, found);
                assert_eq!(reader.log_status(*number, row), *status);
            }
            (Ok(_), Err(_)) => panic!("what is read is evaluated"),
            (Err(_), _) => {}
        }
        if let Ok((number, row)) = &read {
            values(row, &reader.formats()[*number]);
        }
    }
}

fn values(record: &impl Values, format: &Format) {
    for index in 0..=format.names().len() {
        let _ = record.text(index);
        let _ = record.integer(index);
        let _ = record.address(index);
        // Quals count seconds, as the services do, also beyond the last time that can be shown.
        if let Some(time) = record.time(index) {
            assert_eq!(record.seconds(index), Some(time.as_second()));
        }
    }
    let _ = (record.event_id(), record.event_time(), record.more());
}
