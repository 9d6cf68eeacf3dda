//! A report in JUnit's XML, which build servers show as tests: one for each flow log.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{DriftReport, Failure, Finding, Level};
use crate::text::sanitize;

pub(super) fn write(report: &DriftReport) -> io::Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let (failing, noted): (Vec<_>, Vec<_>) =
        report.findings.iter().partition(|f| f.level > Level::Note);
    let tests = failing.len() + noted.len() + report.in_sync.len() + report.failures.len();
    let counts = [
        ("tests", tests.to_string()),
        ("failures", failing.len().to_string()),
        ("errors", report.failures.len().to_string()),
    ];
    let counts = || counts.iter().map(|(name, count)| (*name, count.as_str()));
    let source = plain(&report.source);
    xml.create_element("testsuites")
        .with_attributes(counts())
        .write_inner_content(|xml| {
            xml.create_element("testsuite")
                .with_attribute(("name", source.as_str()))
                .with_attributes(counts())
                .write_inner_content(|xml| {
                    for finding in failing {
                        case(xml, &source, finding, true)?;
                    }
                    for finding in noted {
                        case(xml, &source, finding, false)?;
                    }
                    for failure in &report.failures {
                        not_checked(xml, &source, failure)?;
                    }
                    for name in &report.in_sync {
                        let name = plain(name);
                        xml.create_element("testcase")
                            .with_attributes([
                                ("classname", source.as_str()),
                                ("name", name.as_str()),
                            ])
                            .write_empty()?;
                    }
                    Ok(())
                })?;
            Ok(())
        })?;
    let bytes = xml.into_inner();
    String::from_utf8(bytes)
        .map(|text| text + "\n")
        .map_err(io::Error::other)
}

fn case(xml: &mut Writer<Vec<u8>>, source: &str, finding: &Finding, fails: bool) -> io::Result<()> {
    let name = plain(&format!("{}: {}", finding.label(), finding.kind.name()));
    let headline = plain(&finding.headline());
    let mut text = format!("{} ({})", finding.headline(), finding.whereabouts());
    for change in &finding.changes {
        let (wanted, found) = change.told();
        text.push_str(&format!(
            "\n{}: wanted {wanted}, found {found}",
            change.attribute
        ));
    }
    if let Some(place) = finding.place {
        text.push_str(&format!(
            "\ndeclared at {source}:{}:{}",
            place.line, place.column
        ));
    }
    let text = plain(&text);
    xml.create_element("testcase")
        .with_attributes([("classname", source), ("name", name.as_str())])
        .write_inner_content(|xml| {
            if fails {
                let attributes = [
                    ("message", headline.as_str()),
                    ("type", finding.kind.name()),
                ];
                let failure = xml.create_element("failure").with_attributes(attributes);
                failure.write_text_content(BytesText::new(&text))?;
            } else {
                let out = xml.create_element("system-out");
                out.write_text_content(BytesText::new(&text))?;
            }
            Ok(())
        })?;
    Ok(())
}

fn not_checked(xml: &mut Writer<Vec<u8>>, source: &str, failure: &Failure) -> io::Result<()> {
    let name = plain(&format!("{}: not checked", failure.label()));
    let message = plain(&failure.message);
    xml.create_element("testcase")
        .with_attributes([("classname", source), ("name", name.as_str())])
        .write_inner_content(|xml| {
            xml.create_element("error")
                .with_attributes([("message", message.as_str()), ("type", "not-checked")])
                .write_empty()?;
            Ok(())
        })?;
    Ok(())
}

/// Text without the characters that XML cannot hold, among others.
fn plain(text: &str) -> String {
    sanitize::lines(text).into_owned()
}
