//! One case of the matrix, as data: its environment and its expected result.
//!
//! Texts may contain `{world}` (the address of the case's server), `{port}`, `{home}`, and times in seconds from now as
//! `{+3600}` or `{-60}`. Every secret contains the word CANARY.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::harness::world::{Behaviour, Fault};

/// Two roles of accounts other than that of the keys.
pub(super) const READER: &str = "arn:aws:iam::111122223333:role/Reader";
pub(super) const WRITER: &str = "arn:aws:iam::444455556666:role/Writer";

/// An SSO session, its start URL, and the files with their tokens.
pub(super) const START_URL: &str = "https://corp.awsapps.com/start";
pub(super) const SESSION_CACHE: &str =
    ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
pub(super) const URL_CACHE: &str = ".aws/sso/cache/a51746d4aa793ae07b25e90c3a5db96fc7832bd7.json";

/// A case.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) variables: BTreeMap<String, String>,
    /// Files below the home directory, with their contents.
    pub(super) files: Vec<(String, String)>,
    /// The provider block.
    pub(super) arguments: Map<String, Value>,
    pub(super) behaviour: Behaviour,
    pub(super) outcome: Outcome,
    /// The expected warnings.
    pub(super) warnings: Vec<Vec<&'static str>>,
    /// The expected requests.
    pub(super) sent: Vec<Sent>,
    /// The expected number of requests of an operation.
    pub(super) counts: Vec<(&'static str, usize)>,
    /// Texts that no message may contain.
    pub(super) untold: Vec<&'static str>,
    /// The expected files below the home directory after the run: all of a text, or a part of it in a private file.
    pub(super) leaves: Vec<(&'static str, Left)>,
    /// Whether the instance or the container may get requests although they do not provide the identity of the last call.
    pub(super) machine: Vec<&'static str>,
    pub(super) botocore: Botocore,
}

/// The expected contents of a file.
#[derive(Clone, Debug)]
pub(super) enum Left {
    /// The whole text.
    Exactly(&'static str),
    /// A part of the text, in a file that only its owner can read.
    Secret(&'static str),
}

/// The expected result of a case.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// The case is not finished.
    Open,
    /// The call is signed with this key, for a region and at a host if they are set.
    Signed {
        key: &'static str,
        region: Option<&'static str>,
        host: Option<&'static str>,
    },
    /// It fails, and the messages contain all of these texts.
    Fails(Vec<&'static str>),
}

/// How botocore differs.
#[derive(Clone, Debug)]
pub(super) enum Botocore {
    /// It does not differ.
    Same,
    /// botocore signs with another key (`key:ENV`) or fails with this kind of error, with the reason for the
    /// difference.
    Differs(&'static str, &'static str),
    /// botocore does not run this case, with the reason.
    Apart(&'static str),
}

/// An expected request.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent {
    pub(super) operation: &'static str,
    pub(super) key: Option<&'static str>,
    pub(super) region: Option<&'static str>,
    pub(super) host: Option<&'static str>,
    pub(super) path: Option<&'static str>,
    pub(super) bearer: Option<&'static str>,
    pub(super) parameters: Vec<(&'static str, &'static str)>,
}

pub(super) fn sent(operation: &'static str) -> Sent {
    Sent {
        operation,
        ..Sent::default()
    }
}

impl Sent {
    pub(super) fn by(mut self, key: &'static str) -> Self {
        self.key = Some(key);
        self
    }

    pub(super) fn region(mut self, region: &'static str) -> Self {
        self.region = Some(region);
        self
    }

    pub(super) fn host(mut self, host: &'static str) -> Self {
        self.host = Some(host);
        self
    }

    pub(super) fn path(mut self, path: &'static str) -> Self {
        self.path = Some(path);
        self
    }

    pub(super) fn bearer(mut self, token: &'static str) -> Self {
        self.bearer = Some(token);
        self
    }

    pub(super) fn with(mut self, parameter: &'static str, value: &'static str) -> Self {
        self.parameters.push((parameter, value));
        self
    }
}

/// Returns a case with only a region, one address for all services, and an instance with a role.
pub(super) fn case(name: impl Into<String>) -> Case {
    let variables = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", "{world}"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "{world}"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Case {
        name: name.into(),
        variables: variables.into(),
        files: Vec::new(),
        arguments: Map::new(),
        behaviour: Behaviour::default(),
        outcome: Outcome::Open,
        warnings: Vec::new(),
        sent: Vec::new(),
        counts: Vec::new(),
        untold: Vec::new(),
        leaves: Vec::new(),
        machine: Vec::new(),
        botocore: Botocore::Same,
    }
}

/// Returns a case that calls AWS's hosts by name, through a trusted proxy.
pub(super) fn case_of_aws(name: impl Into<String>) -> Case {
    case(name)
        .without("AWS_ENDPOINT_URL")
        .set("HTTPS_PROXY", "{world}")
        .set("AWS_CA_BUNDLE", "{home}/ca.pem")
}

impl Case {
    pub(super) fn set(mut self, variable: &str, value: &str) -> Self {
        self.variables.insert(variable.to_owned(), value.to_owned());
        self
    }

    pub(super) fn without(mut self, variable: &str) -> Self {
        self.variables.remove(variable);
        self
    }

    /// Sets the keys `ENV` in the environment.
    pub(super) fn environment_keys(self) -> Self {
        self.set("AWS_ACCESS_KEY_ID", "ENV")
            .set("AWS_SECRET_ACCESS_KEY", "CANARY-secret-of-ENV")
    }

    /// Sets a container with the key `CONTAINER`.
    pub(super) fn container(self) -> Self {
        self.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "{world}/creds")
            .set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "CANARY-of-container")
    }

    /// Sets the web identity of the environment, for the role `Reader`.
    pub(super) fn web_identity(self) -> Self {
        self.set("AWS_WEB_IDENTITY_TOKEN_FILE", "{home}/token")
            .set("AWS_ROLE_ARN", READER)
            .file("token", "CANARY-web-identity")
    }

    pub(super) fn file(mut self, path: &str, text: impl Into<String>) -> Self {
        self.files.push((path.to_owned(), text.into()));
        self
    }

    /// Sets the file `~/.aws/config`.
    pub(super) fn config(self, text: impl Into<String>) -> Self {
        self.file(".aws/config", text)
    }

    /// Sets the file `~/.aws/credentials`.
    pub(super) fn credentials(self, text: impl Into<String>) -> Self {
        self.file(".aws/credentials", text)
    }

    /// Sets arguments of the provider block.
    pub(super) fn arguments(mut self, arguments: Value) -> Self {
        let Value::Object(arguments) = arguments else {
            panic!("{arguments}: no arguments");
        };
        self.arguments.extend(arguments);
        self
    }

    /// Sets the argument `profile`.
    pub(super) fn profile(self, name: &str) -> Self {
        self.arguments(serde_json::json!({ "profile": name }))
    }

    /// Sets the replies to the next requests of an operation.
    pub(super) fn fault(mut self, operation: &'static str, fault: Fault, times: u32) -> Self {
        self.behaviour.faults.push((operation, fault, times));
        self
    }

    /// Sets the reply to every request of an operation.
    pub(super) fn always(self, operation: &'static str, fault: Fault) -> Self {
        self.fault(operation, fault, u32::MAX)
    }

    /// Sets the clock of AWS ahead by a number of seconds.
    pub(super) fn clock(mut self, seconds: i64) -> Self {
        self.behaviour.clock = jiff::SignedDuration::from_secs(seconds);
        self
    }

    pub(super) fn signed(mut self, key: &'static str) -> Self {
        self.outcome = Outcome::Signed {
            key,
            region: None,
            host: None,
        };
        self
    }

    /// Expects a call that is signed with a key for a region.
    pub(super) fn signed_for(mut self, key: &'static str, region: &'static str) -> Self {
        self.outcome = Outcome::Signed {
            key,
            region: Some(region),
            host: None,
        };
        self
    }

    /// Expects a call that is signed with a key for a region and sent to a host.
    pub(super) fn signed_at(
        mut self,
        key: &'static str,
        region: &'static str,
        host: &'static str,
    ) -> Self {
        self.outcome = Outcome::Signed {
            key,
            region: Some(region),
            host: Some(host),
        };
        self
    }

    pub(super) fn fails(mut self, texts: &[&'static str]) -> Self {
        self.outcome = Outcome::Fails(texts.to_vec());
        self
    }

    pub(super) fn warns(mut self, texts: &[&'static str]) -> Self {
        self.warnings.push(texts.to_vec());
        self
    }

    pub(super) fn sent(mut self, sent: Sent) -> Self {
        self.sent.push(sent);
        self
    }

    pub(super) fn times(mut self, operation: &'static str, count: usize) -> Self {
        self.counts.push((operation, count));
        self
    }

    pub(super) fn never(self, operation: &'static str) -> Self {
        self.times(operation, 0)
    }

    pub(super) fn untold(mut self, text: &'static str) -> Self {
        self.untold.push(text);
        self
    }

    /// Removes the files that were expected so far.
    pub(super) fn without_left(mut self) -> Self {
        self.leaves.clear();
        self
    }

    pub(super) fn leaves(mut self, path: &'static str, left: Left) -> Self {
        self.leaves.push((path, left));
        self
    }

    /// Allows requests to the instance although it does not provide the identity of the last call.
    pub(super) fn asks_instance(mut self) -> Self {
        self.machine.push("Instance");
        self
    }

    /// Allows requests to the container although it does not provide the identity of the last call.
    pub(super) fn asks_container(mut self) -> Self {
        self.machine.push("Container");
        self
    }

    /// Sets a different result of botocore, and its reason.
    pub(super) fn botocore(mut self, gives: &'static str, because: &'static str) -> Self {
        self.botocore = Botocore::Differs(gives, because);
        self
    }

    /// Skips botocore, with the reason.
    pub(super) fn apart(mut self, because: &'static str) -> Self {
        self.botocore = Botocore::Apart(because);
        self
    }
}

/// Returns a section of a file with static keys. The secret contains the key.
pub(super) fn keys(section: &str, key: &str) -> String {
    format!(
        "[{section}]\naws_access_key_id = {key}\naws_secret_access_key = CANARY-secret-of-{key}\n"
    )
}

/// Returns a section of a file.
pub(super) fn section(section: &str, lines: &[&str]) -> String {
    format!("[{section}]\n{}\n", lines.join("\n"))
}

/// Returns a line with the ARN of a role.
pub(super) fn role(arn: &str) -> String {
    format!("role_arn = {arn}")
}

pub(super) fn error(status: u16, code: &'static str) -> Fault {
    Fault::Error(status, code, "as the test wants it")
}
