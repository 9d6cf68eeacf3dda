//! KMS: the policies of keys. This module must not know what a key encrypts.

use serde_json::{Value, json};

use super::{
    Aws,
    call::{Call, CallContext},
    endpoints::Service,
    error::Error,
    signed::{BRIEF, Form, SignedService},
};
use crate::arn::partition;

/// The only name that a policy of a key can have.
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html>
const POLICY: &str = "default";

/// KMS in a region.
#[derive(Clone, Debug)]
pub struct Kms {
    service: SignedService,
    context: CallContext,
}

impl Aws {
    /// Returns KMS in a region.
    pub fn kms(&self, region: &str) -> Kms {
        let shared = &self.0;
        let given = shared.addresses.of(Service::Kms);
        let fips = shared.sdk.use_fips() == Some(true);
        Kms {
            service: SignedService {
                name: "kms",
                form: Form::Json("TrentService"),
                region: region.to_owned(),
                endpoint: given.map_or_else(|| address(region, fips), str::to_owned),
                sdk: shared.sdk.clone(),
                retries: shared.partition("kms", region),
            },
            context: shared.context.for_another_service(),
        }
    }
}

impl Kms {
    /// Reads the policy of a key, which is named by its ID or by its ARN.
    ///
    /// # Errors
    /// The key does not exist, or KMS refuses the call.
    pub async fn key_policy(&self, key: &str) -> Result<String, Error> {
        let context = self.context.within(BRIEF);
        let call = Call::query("GetKeyPolicy", Some(&self.service.region), &context);
        let call = call.requiring(|reply: &Value, _| {
            let lacks = reply["Policy"].as_str().is_none();
            lacks.then_some("the reply contains no policy")
        });
        let input = json!({ "KeyId": key, "PolicyName": POLICY });
        let reply = self.service.call("GetKeyPolicy", &input, &call).await?;
        Ok(reply["Policy"].as_str().unwrap_or_default().to_owned())
    }
}

/// Returns the public address.
///
/// See <https://docs.aws.amazon.com/general/latest/gr/kms.html>.
fn address(region: &str, fips: bool) -> String {
    let name = if fips { "kms-fips" } else { "kms" };
    format!("https://{name}.{region}.{}", partition::suffix(region))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_follows_from_the_region() {
        for (region, fips, expected) in [
            ("eu-west-1", false, "https://kms.eu-west-1.amazonaws.com"),
            (
                "us-east-1",
                true,
                "https://kms-fips.us-east-1.amazonaws.com",
            ),
            (
                "cn-north-1",
                false,
                "https://kms.cn-north-1.amazonaws.com.cn",
            ),
        ] {
            assert_eq!(address(region, fips), expected);
        }
    }
}
