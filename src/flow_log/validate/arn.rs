//! ARNs in parts, as far as judging them needs it.

/// An ARN in parts.
pub(super) struct Arn<'a> {
    pub(super) partition: &'a str,
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    pub(super) resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Gives the parts of an ARN; `None` if the text is none.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let parts: Vec<_> = text.splitn(6, ':').collect();
        let ["arn", partition, service, region, account, resource] = *parts.as_slice() else {
            return None;
        };
        let whole = (partition == "aws" || partition.starts_with("aws-"))
            && !service.is_empty()
            && !resource.is_empty()
            && !text.contains(char::is_whitespace);
        whole.then_some(Self {
            partition,
            service,
            region,
            account,
            resource,
        })
    }
}

/// Tells whether a text can be the number of an account.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}
