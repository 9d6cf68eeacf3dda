//! A report in JUnit's XML, which build servers show as tests: one suite for each source, and in it one test for each
//! finding, failure, and passed check. Some servers show only the text of an element, others only its attributes.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::findings::{Failure, Finding, Level, Passed, Report};
use crate::text::sanitize;

type Xml = Writer<Vec<u8>>;

/// The tests of one source.
struct Suite<'r> {
    name: String,
    failing: Vec<&'r Finding>,
    noted: Vec<&'r Finding>,
    failures: Vec<&'r Failure>,
    passed: Vec<&'r Passed>,
    warnings: Vec<&'r Failure>,
}

pub(super) fn write(report: &Report) -> io::Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let suites = suites(report);
    let sum = |count: fn(&Suite<'_>) -> usize| suites.iter().map(count).sum::<usize>();
    let counts = counts([
        sum(|suite| suite.tests()),
        sum(|suite| suite.failing.len()),
        sum(|suite| suite.failures.len()),
    ]);
    xml.create_element("testsuites")
        .with_attributes(counts.iter().map(|(name, count)| (*name, count.as_str())))
        .write_inner_content(|xml| suites.iter().try_for_each(|suite| suite.write(xml, report)))?;
    String::from_utf8(xml.into_inner())
        .map(|text| text + "\n")
        .map_err(io::Error::other)
}

/// Distributes a report to suites. What belongs to no source is in the suite of the only source, or in one of its own.
fn suites(report: &Report) -> Vec<Suite<'_>> {
    let sources = &report.sources;
    let names = sources.iter().map(|source| source.name.as_str());
    let names = names.chain([report.check]);
    let mut suites: Vec<_> = names.map(Suite::named).collect();
    let place = |source: &Option<String>| {
        let found = sources
            .iter()
            .position(|known| Some(&known.name) == source.as_ref());
        found.unwrap_or(if sources.len() == 1 { 0 } else { sources.len() })
    };
    for finding in &report.findings {
        let suite = &mut suites[place(&finding.source)];
        if finding.level > Level::Note {
            suite.failing.push(finding);
        } else {
            suite.noted.push(finding);
        }
    }
    for failure in &report.failures {
        suites[place(&failure.source)].failures.push(failure);
    }
    for warning in &report.warnings {
        suites[place(&warning.source)].warnings.push(warning);
    }
    for passed in &report.passed {
        suites[place(&passed.source)].passed.push(passed);
    }
    suites.pop_if(|last| last.tests() + last.warnings.len() == 0);
    suites
}

fn counts([tests, failures, errors]: [usize; 3]) -> [(&'static str, String); 3] {
    [
        ("tests", tests.to_string()),
        ("failures", failures.to_string()),
        ("errors", errors.to_string()),
    ]
}

impl Suite<'_> {
    fn named(name: &str) -> Self {
        Self {
            name: plain(name),
            failing: Vec::new(),
            noted: Vec::new(),
            failures: Vec::new(),
            passed: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn tests(&self) -> usize {
        self.failing.len() + self.noted.len() + self.failures.len() + self.passed.len()
    }

    fn write(&self, xml: &mut Xml, report: &Report) -> io::Result<()> {
        let counts = counts([self.tests(), self.failing.len(), self.failures.len()]);
        xml.create_element("testsuite")
            .with_attribute(("name", self.name.as_str()))
            .with_attributes(counts.iter().map(|(name, count)| (*name, count.as_str())))
            .write_inner_content(|xml| {
                for finding in self.failing.iter().chain(&self.noted) {
                    self.finding(xml, report, finding)?;
                }
                for failure in &self.failures {
                    self.not_checked(xml, failure)?;
                }
                for passed in &self.passed {
                    let name = plain(&passed.name);
                    xml.create_element("testcase")
                        .with_attributes([("classname", self.name.as_str()), ("name", &name)])
                        .write_empty()?;
                }
                let warnings = self.warnings.iter();
                let warnings = warnings.map(|warning| warning.sentence());
                let warnings = warnings.collect::<Vec<_>>().join("\n");
                if !warnings.is_empty() {
                    xml.create_element("system-err")
                        .write_text_content(BytesText::new(&plain(&warnings)))?;
                }
                Ok(())
            })?;
        Ok(())
    }

    fn finding(&self, xml: &mut Xml, report: &Report, finding: &Finding) -> io::Result<()> {
        let rule = finding.rule.name;
        let message = finding.message();
        let mut text = format!(
            "{message} ({}){}",
            finding.location.join(", "),
            finding.change_lines()
        );
        if let Some(position) = finding.position {
            let source = finding.source.clone().unwrap_or_else(|| report.source());
            text.push_str(&format!(
                "\nat {source}:{}:{}",
                position.line, position.column
            ));
        }
        let element = if finding.level > Level::Note {
            ("failure", Some((message.as_str(), rule)))
        } else {
            ("system-out", None)
        };
        self.case(xml, &format!("{}: {rule}", finding.label), element, &text)
    }

    fn not_checked(&self, xml: &mut Xml, failure: &Failure) -> io::Result<()> {
        let subject = failure.subject();
        let message = failure.message.as_str();
        let (name, ty) = match failure.label {
            Some(_) => (format!("{subject}: not checked"), "not-checked"),
            None => (format!("{subject}: invalid"), "invalid"),
        };
        let text = format!("{subject}: {message}");
        self.case(xml, &name, ("error", Some((message, ty))), &text)
    }

    /// Writes a test with one element: its name, with its message and type if it has some, and its text.
    fn case(
        &self,
        xml: &mut Xml,
        name: &str,
        (element, message): (&str, Option<(&str, &str)>),
        text: &str,
    ) -> io::Result<()> {
        let (name, text) = (plain(name), plain(text));
        xml.create_element("testcase")
            .with_attributes([("classname", self.name.as_str()), ("name", name.as_str())])
            .write_inner_content(|xml| {
                let mut element = xml.create_element(element);
                if let Some((message, ty)) = message {
                    let message = plain(message);
                    element = element
                        .with_attribute(("message", message.as_str()))
                        .with_attribute(("type", ty));
                }
                element.write_text_content(BytesText::new(&text))?;
                Ok(())
            })?;
        Ok(())
    }
}

/// Removes, among others, the characters that XML cannot hold.
fn plain(text: &str) -> String {
    sanitize::lines(text).into_owned()
}
