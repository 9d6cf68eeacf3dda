//! Decodes an HTTP request to a call: the service, the action, the caller and the parameters.

use std::collections::BTreeMap;
use std::time::Instant;

use hyper::{HeaderMap, Method, Uri};
use serde_json::{Map, Value};

use super::Call;
use super::network_manager;

const EC2_VERSION: &str = "2016-11-15";
const STS_VERSION: &str = "2011-06-15";
const CLOUDFORMATION_VERSION: &str = "2010-05-15";
const LOGS_TARGET: &str = "Logs_20140328.";
const IAM_VERSION: &str = "2010-05-08";
const ORGANIZATIONS_TARGET: &str = "AWSOrganizationsV20161128.";
const KMS_TARGET: &str = "TrentService.";
/// The name of Network Manager in signatures.
const NETWORK_MANAGER: &str = "networkmanager";

/// The service of a call, which determines the format of the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Ec2,
    Sts,
    Logs,
    CloudFormation,
    S3,
    Organizations,
    Iam,
    Kms,
    NetworkManager,
}

impl Service {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2",
            Self::Sts => "sts",
            Self::Logs => "logs",
            Self::CloudFormation => "cloudformation",
            Self::S3 => "s3",
            Self::Organizations => "organizations",
            Self::Iam => "iam",
            Self::Kms => "kms",
            Self::NetworkManager => "networkmanager",
        }
    }
}

/// A decoded call.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) service: Service,
    pub(super) action: String,
    /// Empty if the call is not signed.
    pub(super) region: String,
    /// Empty if the call is not signed.
    pub(super) access_key: String,
    pub(super) user_agent: String,
    /// The session token.
    pub(super) token: String,
    /// The whole request, with all headers.
    pub(super) text: String,
    /// The form of a Query call, without the action and the version.
    pub(super) form: BTreeMap<String, String>,
    /// The body of a JSON call.
    pub(super) json: Map<String, Value>,
}

impl Request {
    /// Decodes a call, or returns the reason why it is invalid.
    pub(super) fn decode(
        (method, uri): (&Method, &Uri),
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, String> {
        let Scope {
            access_key,
            region,
            service,
        } = Scope::of(header(headers, "authorization"));
        let mut request = Self {
            service: Service::Logs,
            action: String::new(),
            region,
            access_key,
            user_agent: header(headers, "user-agent").to_owned(),
            token: header(headers, "x-amz-security-token").to_owned(),
            text: text((method, uri), headers, body),
            form: BTreeMap::new(),
            json: Map::new(),
        };
        match header(headers, "x-amz-target") {
            "" if service == NETWORK_MANAGER => request.read_operation(method, uri)?,
            "" if method == Method::GET => request.read_path(uri, headers)?,
            "" => request.read_form(body)?,
            target => request.read_json(target, body)?,
        }
        Ok(request)
    }

    /// Reads a call of Network Manager: the path has the operation, and the query the parameters.
    fn read_operation(&mut self, method: &Method, uri: &Uri) -> Result<(), String> {
        self.service = Service::NetworkManager;
        let operation = network_manager::operation(uri.path()).filter(|_| method == Method::GET);
        let operation = operation.ok_or_else(|| format!("no operation is at {method} {uri}"))?;
        operation.clone_into(&mut self.action);
        self.read_query(uri);
        Ok(())
    }

    fn read_query(&mut self, uri: &Uri) {
        let query = uri.query().unwrap_or_default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            self.form.insert(name.into_owned(), value.into_owned());
        }
    }

    /// Reads a call of S3: the path has the bucket and the key, and the query the rest.
    fn read_path(&mut self, uri: &Uri, headers: &HeaderMap) -> Result<(), String> {
        self.service = Service::S3;
        self.read_query(uri);
        let path = format!(
            "path={}",
            uri.path().trim_start_matches('/').replace('+', "%2B")
        );
        let decoded = form_urlencoded::parse(path.as_bytes()).next();
        let path = decoded
            .map(|(_, path)| path.into_owned())
            .unwrap_or_default();
        let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
        self.form.insert("Bucket".to_owned(), bucket.to_owned());
        if self
            .form
            .get("list-type")
            .is_some_and(|version| version == "2")
        {
            self.action = "ListObjectsV2".to_owned();
        } else if key.is_empty() && self.form.contains_key("policy") {
            self.action = "GetBucketPolicy".to_owned();
        } else if key.is_empty() && self.form.contains_key("encryption") {
            self.action = "GetBucketEncryption".to_owned();
        } else if !key.is_empty() {
            self.action = "GetObject".to_owned();
            self.form.insert("Key".to_owned(), key.to_owned());
        } else {
            return Err(format!("not a call of S3: {uri}"));
        }
        for name in ["range", "if-match", "x-amz-request-payer"] {
            let value = header(headers, name);
            if !value.is_empty() {
                self.form.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(())
    }

    fn read_form(&mut self, body: &[u8]) -> Result<(), String> {
        for (name, value) in form_urlencoded::parse(body) {
            if self.form.contains_key(name.as_ref()) {
                return Err(format!("the parameter {name} is given twice"));
            }
            self.form.insert(name.into_owned(), value.into_owned());
        }
        self.action = self.form.remove("Action").unwrap_or_default();
        self.service = match self.form.remove("Version").as_deref() {
            Some(EC2_VERSION) => Service::Ec2,
            Some(STS_VERSION) => Service::Sts,
            Some(IAM_VERSION) => Service::Iam,
            Some(CLOUDFORMATION_VERSION) => Service::CloudFormation,
            other => return Err(format!("no service has the version {other:?}")),
        };
        Ok(())
    }

    fn read_json(&mut self, target: &str, body: &[u8]) -> Result<(), String> {
        let services = [
            (LOGS_TARGET, Service::Logs),
            (ORGANIZATIONS_TARGET, Service::Organizations),
            (KMS_TARGET, Service::Kms),
        ];
        let called = services
            .into_iter()
            .find_map(|(prefix, service)| Some((service, target.strip_prefix(prefix)?)));
        let (service, action) =
            called.ok_or_else(|| format!("no service has the target {target}"))?;
        self.service = service;
        action.clone_into(&mut self.action);
        self.json = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        Ok(())
    }

    /// Returns the call as a test sees it.
    pub(super) fn call(&self) -> Call {
        let mut parameters = self.form.clone();
        for (name, value) in &self.json {
            let text = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            parameters.insert(name.clone(), text);
        }
        Call {
            service: self.service.name().to_owned(),
            action: self.action.clone(),
            parameters,
            region: self.region.clone(),
            access_key: self.access_key.clone(),
            user_agent: self.user_agent.clone(),
            has_token: !self.token.is_empty(),
            at: Instant::now(),
        }
    }

    /// Returns a parameter of the form, even if it is empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.form.get(name).map(String::as_str)
    }

    /// Returns a list of the form, `name.1`, `name.2` and so on, in the order of the numbers.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let numbers = self.numbers(name);
        let values = numbers.iter().map(|n| self.get(&format!("{name}.{n}")));
        values.flatten().map(str::to_owned).collect()
    }

    /// Returns the numbers of a list of the form, with members (`name.1.Key`) or without.
    pub(super) fn numbers(&self, name: &str) -> Vec<u32> {
        let after = |key: &str| {
            let rest = key.strip_prefix(name)?.strip_prefix('.')?;
            rest.split('.').next()?.parse().ok()
        };
        let mut numbers: Vec<u32> = self.form.keys().filter_map(|key| after(key)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

/// Returns the whole request.
fn text((method, uri): (&Method, &Uri), headers: &HeaderMap, body: &[u8]) -> String {
    let mut text = format!("{method} {uri}\n");
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        text.push_str(&format!("{name}: {value}\n"));
    }
    text + &String::from_utf8_lossy(body)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// What a signature is for.
struct Scope {
    access_key: String,
    region: String,
    /// The name of the service.
    service: String,
}

impl Scope {
    /// Reads `AWS4-HMAC-SHA256 Credential=key/date/region/service/aws4_request, …`.
    fn of(authorization: &str) -> Self {
        let credential = authorization
            .split(['=', ',', ' '])
            .skip_while(|word| *word != "Credential")
            .nth(1);
        let parts: Vec<_> = credential.unwrap_or_default().split('/').collect();
        let part = |number: usize| parts.get(number).copied().unwrap_or_default().to_owned();
        Self {
            access_key: part(0),
            region: part(2),
            service: part(3),
        }
    }
}
