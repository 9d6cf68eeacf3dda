//! Reads and checks every reply of every service, before the SDK parses it.
//!
//! The SDK's XML parser takes the end of the text for the end of every open element, and its JSON parser takes an empty
//! body for an empty object. A reply that was cut off would look like a short reply: one flow log less, half an ID, no more
//! events. Therefore a reply must be limited in size, complete, and a reply to the operation of the request. Any other
//! counts as no reply: the call is retried, and after a mutation the caller describes what exists.
//!
//! Of the JSON of a success only the ends are checked: a page of events is large, and the SDK's parser notices what is
//! missing in between. Each call defines what else its reply must contain (`Call::requiring`).
//! This module must not know what a reply means.

use std::fmt;

use aws_smithy_runtime_api::client::{
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream, retry::ErrorKind};
use aws_types::request_id::RequestId;
use quick_xml::{Error as XmlError, Reader, events::Event};

const MIB: usize = 1 << 20;
/// The most bytes of a reply of EC2. A page of 1,000 flow logs with 50 long tags each has 25 MB.
const EC2: usize = 64 * MIB;
/// The most bytes of a reply of CloudWatch Logs. A page of 10,000 events has 1 MB of text, which can be 6 MB in JSON, and
/// as much around it. Many pages are read at once.
const LOGS: usize = 16 * MIB;
/// The most bytes of a reply of S3: a part of an object, or a page of 1,000 keys, which can have 3 KB each when encoded.
const S3: usize = 16 * MIB;
/// The most bytes of a reply of CloudFormation. A template has 1 MB, of which each quotation mark takes six bytes in XML.
const CLOUDFORMATION: usize = 16 * MIB;
/// The most bytes of an error, and of a reply with one account or one set of credentials.
const SMALL: usize = MIB;
/// The most characters of a foreign reply that an error shows.
const EXCERPT: usize = 160;
/// The most bytes of a foreign reply that are searched for secrets. A session token has a few kilobytes at most.
const SEARCHED: usize = 64 << 10;

/// The service, which determines the form of the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    Ec2,
    Sts,
    /// A role with its policy, or what its policies decide.
    Iam,
    /// CloudWatch Logs, or Athena, Organizations, KMS or Network Manager, which reply in the same form: a page of Athena has
    /// 1,000 rows.
    Logs,
    /// A listing of S3.
    S3,
    /// An object of S3, which can be anything.
    Object,
    CloudFormation,
    /// Sources of credentials and regions.
    Other,
}

/// What a reply must look like.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    service: Service,
    /// The root element of a success in XML.
    root: String,
}

/// What is wrong with a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It has no body.
    Empty,
    /// Its body is cut off after so many bytes.
    Cut(usize),
    /// The connection failed while it was read.
    BrokenOff(String),
    /// It is malformed.
    Malformed,
    /// It is larger than the maximum, in bytes.
    TooLarge(usize),
    /// It is complete, but lacks required content.
    Lacks(&'static str),
    /// It is not from the service. Contains what it is.
    Foreign(String),
}

/// A reply that failed the check.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{flaw}")]
pub(super) struct Unreadable {
    pub(super) status: u16,
    pub(super) request_id: Option<String>,
    pub(super) flaw: Flaw,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the reply is empty"),
            Self::Cut(bytes) => write!(f, "the reply is cut off after {bytes} bytes"),
            Self::BrokenOff(why) => {
                write!(f, "the connection failed in the middle of the reply: {why}")
            }
            Self::Malformed => f.write_str("the reply is malformed"),
            Self::TooLarge(most) => write!(
                f,
                "the reply is larger than {} MiB, the maximum for a reply of this kind",
                most / MIB
            ),
            Self::Lacks(what) => f.write_str(what),
            Self::Foreign(what) => write!(f, "the reply is {what}"),
        }
    }
}

impl Unreadable {
    pub(super) fn new(response: &HttpResponse, flaw: Flaw) -> Self {
        Self {
            status: response.status().as_u16(),
            request_id: response.request_id().map(str::to_owned),
            flaw,
        }
    }

    /// Reports whether a retry may help. A proxy that refuses refuses again, and a reply that is too large stays so.
    fn may_pass(&self) -> bool {
        match self.flaw {
            Flaw::TooLarge(_) => false,
            Flaw::Foreign(_) => !(300..500).contains(&self.status) || self.status == 429,
            _ => true,
        }
    }
}

impl From<Unreadable> for ConnectorError {
    fn from(unreadable: Unreadable) -> Self {
        let kind = unreadable.may_pass().then_some(ErrorKind::TransientError);
        Self::other(Box::new(unreadable), kind)
    }
}

impl Service {
    /// Reports whether its replies are XML. An error of S3 is, whatever was asked for.
    fn speaks_xml(self) -> bool {
        match self {
            Self::Ec2 | Self::Sts | Self::Iam | Self::CloudFormation | Self::S3 | Self::Object => {
                true
            }
            Self::Logs | Self::Other => false,
        }
    }
}

impl Expected {
    /// Determines from a request what its reply must look like.
    pub(super) fn of(request: &HttpRequest) -> Self {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let mut expected = Self {
            service: Service::Other,
            root: String::new(),
        };
        let json = [
            "Logs_",
            "AmazonAthena.",
            "AWSOrganizations",
            "TrentService.",
        ];
        if json.iter().any(|service| target.starts_with(service)) {
            expected.service = Service::Logs;
            return expected;
        }
        if let Some((_, query)) = request.uri().split_once('?') {
            let mut parameters = query.split('&');
            expected.service = parameters.find_map(of_query).unwrap_or(Service::Other);
            expected.root = "ListBucketResult".to_owned();
            return expected;
        }
        let form = request.body().bytes().unwrap_or_default();
        for parameter in form.split(|byte| *byte == b'&').take(2) {
            match parameter.split_at_checked(b"Action=".len()) {
                Some((b"Action=", action)) => {
                    expected.root = format!("{}Response", String::from_utf8_lossy(action));
                }
                _ if parameter == b"Version=2016-11-15" => expected.service = Service::Ec2,
                _ if parameter == b"Version=2011-06-15" => expected.service = Service::Sts,
                _ if parameter == b"Version=2010-05-08" => expected.service = Service::Iam,
                _ if parameter == b"Version=2010-05-15" => {
                    expected.service = Service::CloudFormation;
                }
                _ => {}
            }
        }
        expected
    }

    /// Reads a reply to its end and checks it.
    pub(super) async fn read(
        &self,
        mut reply: HttpResponse,
    ) -> Result<HttpResponse, ConnectorError> {
        let success = reply.status().is_success();
        let body = std::mem::replace(reply.body_mut(), SdkBody::taken());
        let flaw = match self.collect(body, success).await {
            Ok(bytes) => match self.check(&bytes, success) {
                Ok(()) => {
                    *reply.body_mut() = SdkBody::from(bytes);
                    return Ok(reply);
                }
                Err(Flaw::Foreign(what)) => Flaw::Foreign(self.described(&what, &reply, &bytes)),
                Err(flaw) => flaw,
            },
            Err(flaw) => flaw,
        };
        Err(Unreadable::new(&reply, flaw).into())
    }

    async fn collect(&self, body: SdkBody, success: bool) -> Result<Vec<u8>, Flaw> {
        let most = match self.service {
            Service::Ec2 if success => EC2,
            Service::Logs if success => LOGS,
            Service::S3 | Service::Object if success => S3,
            Service::CloudFormation if success => CLOUDFORMATION,
            _ => SMALL,
        };
        let mut body = ByteStream::new(body);
        let mut bytes = Vec::new();
        while let Some(part) = body.next().await {
            let part = part.map_err(|error| Flaw::BrokenOff(super::error_chain::chain(&error)))?;
            if bytes.len() + part.len() > most {
                return Err(Flaw::TooLarge(most));
            }
            bytes.extend_from_slice(&part);
        }
        Ok(bytes)
    }

    fn check(&self, bytes: &[u8], success: bool) -> Result<(), Flaw> {
        if self.service == Service::Other || self.service == Service::Object && success {
            return Ok(());
        }
        let body = bytes.trim_ascii();
        match (body.first(), body.last(), self.service) {
            (None, ..) => Err(Flaw::Empty),
            (_, _, service) if service.speaks_xml() => self.check_xml(bytes, success),
            (Some(b'{'), Some(b'}'), _) if success => Ok(()),
            (Some(b'{'), ..) if success => Err(Flaw::Cut(bytes.len())),
            (Some(b'{'), ..) => match serde_json::from_slice::<serde::de::IgnoredAny>(body) {
                Ok(_) => Ok(()),
                Err(error) if error.is_eof() => Err(Flaw::Cut(bytes.len())),
                Err(_) => Err(Flaw::Malformed),
            },
            _ => Err(foreign("not a JSON object")),
        }
    }

    /// Checks a document: one root element with the right name, closed, with only white space and comments around it.
    fn check_xml(&self, bytes: &[u8], success: bool) -> Result<(), Flaw> {
        let cut = || Flaw::Cut(bytes.len());
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() => return Err(cut()),
            Err(_) => return Err(Flaw::Malformed),
        };
        let mut xml = Reader::from_str(text);
        let mut depth = 0_usize;
        let mut closed = false;
        loop {
            match xml.read_event() {
                Ok(Event::Start(tag)) if depth == 0 => {
                    self.check_root(tag.local_name().into_inner(), closed, success)?;
                    depth = 1;
                }
                Ok(Event::Empty(tag)) if depth == 0 => {
                    self.check_root(tag.local_name().into_inner(), closed, success)?;
                    closed = true;
                }
                Ok(Event::Start(_)) => depth += 1,
                Ok(Event::End(_)) => {
                    depth -= 1;
                    closed = depth == 0;
                }
                Ok(Event::Text(text)) if depth == 0 && text.trim_ascii().is_empty() => {}
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
                Ok(Event::Eof) if closed => return Ok(()),
                Ok(Event::Eof) | Err(XmlError::Syntax(_)) => return Err(cut()),
                Ok(_) if depth > 0 => {}
                Ok(_) if closed => return Err(Flaw::Malformed),
                Ok(_) => return Err(foreign("not XML of AWS")),
                Err(_) => return Err(Flaw::Malformed),
            }
        }
    }

    fn check_root(&self, name: &str, closed: bool, success: bool) -> Result<(), Flaw> {
        let known = if success {
            name == self.root
        } else {
            matches!(name, "Response" | "ErrorResponse" | "Error")
        };
        match (known, closed) {
            (true, false) => Ok(()),
            (_, true) => Err(Flaw::Malformed),
            (false, false) => Err(foreign("not a reply to this call")),
        }
    }

    /// Describes a foreign reply. Shows its text only if it cannot contain traffic or credentials.
    fn described(&self, what: &str, reply: &HttpResponse, bytes: &[u8]) -> String {
        let kind = reply
            .headers()
            .get("content-type")
            .unwrap_or("no content type");
        let kind = super::error_chain::one_line(kind, 60);
        let described = format!("{what} ({kind}, {} bytes)", bytes.len());
        if self.service != Service::Ec2 {
            return described;
        }
        // Long enough for a secret that begins in the excerpt, which is hidden only as a whole.
        let begin = String::from_utf8_lossy(&bytes[..bytes.len().min(SEARCHED)]);
        format!(
            "{described}: {}",
            super::error_chain::one_line(&begin, EXCERPT)
        )
    }
}

/// Returns what a parameter in the address says about the reply, if it is one of S3 or of Network Manager.
fn of_query(parameter: &str) -> Option<Service> {
    match parameter {
        "list-type=2" => Some(Service::S3),
        "x-id=GetObject" => Some(Service::Object),
        _ if parameter.starts_with("maxResults=") => Some(Service::Logs),
        _ => None,
    }
}

fn foreign(what: &str) -> Flaw {
    Flaw::Foreign(what.to_owned())
}

/// Returns the text of a child of the root element of a complete document.
pub(super) fn text_of(reply: &HttpResponse, name: &str) -> Option<String> {
    let text = std::str::from_utf8(reply.body().bytes()?).ok()?;
    let mut xml = Reader::from_str(text);
    let mut depth = 0_usize;
    let mut found: Option<String> = None;
    loop {
        match xml.read_event().ok()? {
            Event::Start(tag) => {
                depth += 1;
                if depth == 2 && tag.local_name().into_inner() == name {
                    found = Some(String::new());
                }
            }
            Event::Text(text) => {
                if let Some(found) = &mut found {
                    found.push_str(&text);
                }
            }
            Event::End(_) if found.is_some() => return found,
            Event::End(_) => depth -= 1,
            Event::Eof => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
