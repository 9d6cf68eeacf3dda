//! IAM: who may assume a role, and what the role may do.
//!
//! It is one service for each partition. This module must not know what a role is for.

use serde_json::{Value, json};

use super::{
    Aws,
    call::{Call, CallContext},
    endpoints::Service,
    error::Error,
    signed::{BRIEF, Form, GlobalService, SignedService},
};

/// Reads the policy about who may assume a role.
const GET: &str = "GetRole";
/// Evaluates the policies of a role.
const SIMULATE: &str = "SimulatePrincipalPolicy";
/// The decision about an action that is allowed.
const ALLOWED: &str = "allowed";

/// Where it is. See <https://docs.aws.amazon.com/general/latest/gr/iam-service.html>.
const SERVICE: GlobalService = GlobalService {
    service: Service::Iam,
    title: "IAM",
    name: "iam",
    form: Form::Query("2010-05-08"),
    hosts: &[
        ("aws", "iam.amazonaws.com", "us-east-1"),
        ("aws-cn", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("aws-us-gov", "iam.us-gov.amazonaws.com", "us-gov-west-1"),
    ],
    fips: ("aws", "iam-fips.amazonaws.com"),
};

/// IAM.
#[derive(Clone, Debug)]
pub struct Iam {
    service: SignedService,
    context: CallContext,
}

impl Aws {
    /// Returns IAM.
    ///
    /// # Errors
    /// Its address is not known.
    pub fn iam(&self) -> Result<Iam, Error> {
        Ok(Iam {
            service: self.global(&SERVICE)?,
            context: self.0.context.for_another_service(),
        })
    }
}

impl Iam {
    /// Reads the policy about who may assume a role of the caller's account. Returns `None` if there is no such role.
    ///
    /// # Errors
    /// IAM refuses the call.
    pub async fn trust_policy(&self, name: &str) -> Result<Option<String>, Error> {
        let call = self.query(GET).requiring(|reply: &Value, _| {
            let lacks = trust_policy(reply).is_none();
            lacks.then_some("the reply contains no policy")
        });
        let input = json!({ "RoleName": name });
        match self.service.call(GET, &input, &call).await {
            Ok(reply) => Ok(trust_policy(&reply).map(decoded)),
            Err(error) if error.is_role_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns which of the actions the policies of a role do not allow on a resource. Policies of an organization and
    /// the permissions boundary of the role count.
    ///
    /// # Errors
    /// IAM refuses the call.
    pub async fn not_allowed<'a>(
        &self,
        role_arn: &str,
        actions: &[&'a str],
        resource: &str,
    ) -> Result<Vec<&'a str>, Error> {
        let asked = actions.len();
        let call = self.query(SIMULATE).requiring(move |reply: &Value, _| {
            let results = reply["EvaluationResults"].as_array();
            let lacks = results.is_none_or(|results| results.len() < asked);
            lacks.then_some("the reply lacks results")
        });
        let input = json!({
            "PolicySourceArn": role_arn, "ActionNames": actions, "ResourceArns": [resource],
        });
        let reply = self.service.call(SIMULATE, &input, &call).await?;
        let results = reply["EvaluationResults"].as_array();
        let is_refused = |action: &str| {
            let mut results = results.into_iter().flatten();
            let result = results.find(|result| result["EvalActionName"] == action);
            result.is_some_and(|result| result["EvalDecision"] != ALLOWED)
        };
        let actions = actions.iter().copied();
        Ok(actions.filter(|action| is_refused(action)).collect())
    }

    fn query(&self, operation: &'static str) -> Call {
        let context = self.context.within(BRIEF);
        Call::query(operation, Some(&self.service.region), &context)
    }
}

fn trust_policy(reply: &Value) -> Option<&str> {
    reply["Role"]["AssumeRolePolicyDocument"].as_str()
}

/// Decodes a policy, which IAM encodes as a part of a URL (RFC 3986).
fn decoded(policy: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(policy);
    decoded.decode_utf8_lossy().into_owned()
}
