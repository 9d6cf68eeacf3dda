//! A report in JUnit's XML, which build servers show as tests: one for each finding, failure, and passed check.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::findings::{Failure, Finding, Level, Report};
use crate::text::sanitize;

type Xml = Writer<Vec<u8>>;

pub(super) fn write(report: &Report) -> io::Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let (failing, noted): (Vec<_>, Vec<_>) =
        report.findings.iter().partition(|f| f.level > Level::Note);
    let tests = report.findings.len() + report.passed.len() + report.failures.len();
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
                    for finding in failing.into_iter().chain(noted) {
                        case(xml, &source, finding)?;
                    }
                    for failure in &report.failures {
                        not_checked(xml, &source, failure)?;
                    }
                    for name in &report.passed {
                        passed(xml, &source, name)?;
                    }
                    Ok(())
                })?;
            Ok(())
        })?;
    String::from_utf8(xml.into_inner())
        .map(|text| text + "\n")
        .map_err(io::Error::other)
}

fn case(xml: &mut Xml, source: &str, finding: &Finding) -> io::Result<()> {
    let rule = finding.rule.name;
    let name = plain(&format!("{}: {rule}", finding.label));
    let message = finding.message();
    let mut text = format!(
        "{message} ({}){}",
        finding.location(),
        finding.change_lines()
    );
    if let Some(position) = finding.position {
        text.push_str(&format!(
            "\nat {source}:{}:{}",
            position.line, position.column
        ));
    }
    let (message, text) = (plain(&message), plain(&text));
    xml.create_element("testcase")
        .with_attributes([("classname", source), ("name", name.as_str())])
        .write_inner_content(|xml| {
            let element = if finding.level > Level::Note {
                let attributes = [("message", message.as_str()), ("type", rule)];
                xml.create_element("failure").with_attributes(attributes)
            } else {
                xml.create_element("system-out")
            };
            element.write_text_content(BytesText::new(&text))?;
            Ok(())
        })?;
    Ok(())
}

fn not_checked(xml: &mut Xml, source: &str, failure: &Failure) -> io::Result<()> {
    let name = plain(&format!("{}: not checked", failure.label));
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

fn passed(xml: &mut Xml, source: &str, name: &str) -> io::Result<()> {
    let name = plain(name);
    xml.create_element("testcase")
        .with_attributes([("classname", source), ("name", name.as_str())])
        .write_empty()?;
    Ok(())
}

/// Removes, among others, the characters that XML cannot hold.
fn plain(text: &str) -> String {
    sanitize::lines(text).into_owned()
}
