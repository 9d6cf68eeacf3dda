//! A minimal HTTP client for the fake server.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::harness::fake::Fake;

/// A complete reply.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Reply {
    /// Returns the text of all elements with this name.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let after = self.body.split(&open).skip(1);
        let texts = after.map(|rest| rest.split(&close).next().unwrap_or_default());
        texts.map(str::to_owned).collect()
    }

    /// Returns the text of the only element with this name.
    #[track_caller]
    pub(super) fn text(&self, name: &str) -> String {
        match &self.texts(name)[..] {
            [text] => text.clone(),
            other => panic!("{name} is there {} times: {self:?}", other.len()),
        }
    }

    /// Returns the body as JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }

    /// Asserts an error in the format of EC2, and returns its message.
    #[track_caller]
    pub(super) fn refused(&self, status: u16, code: &str) -> String {
        let found = (self.status, self.texts("Code"));
        assert_eq!(found, (status, vec![code.to_owned()]), "{self:?}");
        self.text("Message")
    }

    /// Asserts success.
    #[track_caller]
    pub(super) fn fine(self) -> Self {
        assert_eq!(self.status, 200, "{self:?}");
        self
    }
}

/// Sends a request. An error means that the connection closed without a reply.
pub(super) fn send(fake: &Fake, headers: &[(&str, &str)], body: &str) -> io::Result<Reply> {
    let address = fake.url().strip_prefix("http://").expect("an http URL");
    let mut stream = TcpStream::connect(address)?;
    let mut request = format!("POST / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text
        .split_once("\r\n\r\n")
        .ok_or_else(|| io::Error::other("closed without a reply"))?;
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    Ok(Reply {
        status: status.expect("a status line"),
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

/// Returns an Authorization header. The fake server does not check the signature.
pub(super) fn signed(access_key: &str, region: &str, service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={access_key}/20260101/{region}/{service}/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature=0123abcd"
    )
}

/// Sends a call in the Query protocol.
pub(super) fn query(
    fake: &Fake,
    version: &str,
    authorization: Option<&str>,
    action: &str,
    parameters: &[(&str, &str)],
) -> io::Result<Reply> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("Action", action);
    form.append_pair("Version", version);
    form.extend_pairs(parameters);
    let mut headers = vec![
        ("content-type", "application/x-www-form-urlencoded"),
        ("user-agent", "raw/1"),
    ];
    headers.extend(authorization.map(|value| ("authorization", value)));
    send(fake, &headers, &form.finish())
}

/// Sends a call to EC2 in a region.
pub(super) fn ec2_in(
    fake: &Fake,
    region: &str,
    action: &str,
    parameters: &[(&str, &str)],
) -> io::Result<Reply> {
    let authorization = signed("AKIAFAKE", region, "ec2");
    query(fake, "2016-11-15", Some(&authorization), action, parameters)
}

/// Sends a call to EC2 that gets a reply.
#[track_caller]
pub(super) fn ec2(fake: &Fake, action: &str, parameters: &[(&str, &str)]) -> Reply {
    ec2_in(fake, "us-east-1", action, parameters).expect("a reply")
}

/// Sends a call to CloudWatch Logs.
#[track_caller]
pub(super) fn logs(fake: &Fake, action: &str, body: &Value) -> Reply {
    let authorization = signed("AKIAFAKE", "us-east-1", "logs");
    let headers = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", &format!("Logs_20140328.{action}")),
        ("authorization", &authorization),
    ];
    send(fake, &headers, &body.to_string()).expect("a reply")
}
