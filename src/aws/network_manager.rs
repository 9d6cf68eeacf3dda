//! AWS Network Manager: the core networks of Cloud WAN, and what is attached to them.
//!
//! It is one service for each partition. A listing that breaks returns what it has found, and why it broke. This module
//! must not know what networks are listed for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    Aws,
    call::{Call, CallContext, QUERY_TIME},
    ec2::{MOST_BARREN_PAGES, Swept},
    endpoints::Service,
    error::{Error, Kind},
    signed::{Form, GlobalService, SignedService},
};

/// The most networks on one page.
const PAGE: u32 = 500;
/// The member with the ID of a core network, or of that of an attachment.
const CORE_NETWORK: &str = "CoreNetworkId";
/// The member with the state.
const STATE: &str = "State";

/// Where it is. See <https://docs.aws.amazon.com/general/latest/gr/network_manager.html>.
const SERVICE: GlobalService = GlobalService {
    service: Service::NetworkManager,
    title: "AWS Network Manager",
    name: "networkmanager",
    form: Form::Rest(&[
        (CORE_NETWORKS.operation, "/core-networks"),
        (ATTACHMENTS.operation, "/attachments"),
    ]),
    hosts: &[
        ("aws", "networkmanager.us-west-2.amazonaws.com", "us-west-2"),
        (
            "aws-us-gov",
            "networkmanager.us-gov-west-1.amazonaws.com",
            "us-gov-west-1",
        ),
    ],
    fips: ("aws", "networkmanager-fips.us-west-2.amazonaws.com"),
};

/// An operation that lists something.
#[derive(Debug)]
struct Listing {
    operation: &'static str,
    /// The member with the list.
    list: &'static str,
    /// The member with the ID.
    id: &'static str,
    /// The states without traffic.
    idle: &'static [&'static str],
}

/// See <https://docs.aws.amazon.com/networkmanager/latest/APIReference/API_ListCoreNetworks.html>.
const CORE_NETWORKS: Listing = Listing {
    operation: "ListCoreNetworks",
    list: "CoreNetworks",
    id: CORE_NETWORK,
    idle: &["CREATING", "DELETING"],
};

/// See <https://docs.aws.amazon.com/networkmanager/latest/APIReference/API_ListAttachments.html>.
///
/// An attachment that waits for an update of the network, or for the approval of its tags, may be about to move to another
/// segment. Until then, it carries the traffic of its present one, so it counts. So does one in a state that AWS adds later.
const ATTACHMENTS: Listing = Listing {
    operation: "ListAttachments",
    list: "Attachments",
    id: "AttachmentId",
    idle: &[
        "CREATING",
        "DELETING",
        "FAILED",
        "PENDING_ATTACHMENT_ACCEPTANCE",
        "REJECTED",
    ],
};

/// What Network Manager lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloudWanKind {
    /// Core networks, those of other accounts that are shared with the caller included.
    CoreNetwork,
    /// Attachments to core networks.
    Attachment,
}

/// A core network or an attachment, as Network Manager describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudWanNetwork {
    /// The ID.
    pub id: String,
    /// The account that owns it.
    pub owner: Option<String>,
    /// The ID of the core network of an attachment.
    pub core_network: Option<String>,
    /// The tags.
    pub tags: BTreeMap<String, String>,
}

/// AWS Network Manager.
#[derive(Clone, Debug)]
pub struct NetworkManager {
    service: SignedService,
    context: CallContext,
}

impl Aws {
    /// Returns AWS Network Manager. `None` in partitions without it, such as China, where there is no Cloud WAN.
    /// See <https://docs.aws.amazon.com/general/latest/gr/cloudwan.html>.
    pub fn network_manager(&self) -> Option<NetworkManager> {
        Some(NetworkManager {
            // The only error is that no address is known.
            service: self.global(&SERVICE).ok()?,
            context: self.0.context.for_another_service(),
        })
    }
}

impl CloudWanKind {
    fn listing(self) -> &'static Listing {
        match self {
            Self::CoreNetwork => &CORE_NETWORKS,
            Self::Attachment => &ATTACHMENTS,
        }
    }
}

impl NetworkManager {
    /// Returns the region in which it is.
    pub fn region(&self) -> &str {
        &self.service.region
    }

    /// Lists all networks of a kind that carry traffic.
    pub async fn networks(&self, kind: CloudWanKind) -> Swept<CloudWanNetwork> {
        let context = self.context.within(QUERY_TIME);
        let mut swept = Swept {
            found: Vec::new(),
            broken: None,
        };
        let broken = self.pages(kind, &context, &mut swept.found).await.err();
        swept.broken = broken;
        swept
    }

    /// Reads all pages, and adds each network once.
    async fn pages(
        &self,
        kind: CloudWanKind,
        context: &CallContext,
        found: &mut Vec<CloudWanNetwork>,
    ) -> Result<(), Error> {
        let listing = kind.listing();
        let mut seen = BTreeSet::new();
        let (mut token, mut barren): (Option<String>, _) = (None, 0);
        loop {
            let call = Call::query(listing.operation, Some(self.region()), context)
                .requiring(|page: &Value, _| lacking(page, listing));
            let input = match &token {
                Some(token) => json!({ "maxResults": PAGE, "nextToken": token }),
                None => json!({ "maxResults": PAGE }),
            };
            let page = self.service.call(listing.operation, &input, &call).await?;
            let before = seen.len();
            for one in all(&page, listing) {
                if text(one, listing.id).is_some_and(|id| seen.insert(id.to_owned())) {
                    found.extend(network(one, kind));
                }
            }
            barren = if seen.len() > before { 0 } else { barren + 1 };
            let next = text(&page, "NextToken").map(str::to_owned);
            if next.is_none() {
                return Ok(());
            }
            if next == token || barren > MOST_BARREN_PAGES {
                let message =
                    "the pages do not end: a page repeats a token, or many have nothing new";
                return Err(call.error(Kind::Unreadable, message));
            }
            token = next;
        }
    }
}

fn all<'p>(page: &'p Value, listing: &Listing) -> impl Iterator<Item = &'p Value> {
    let list = page.get(listing.list).and_then(Value::as_array);
    list.into_iter().flatten()
}

/// Returns what a page lacks: the list, or in the list an ID, a core network, or a state.
fn lacking(page: &Value, listing: &Listing) -> Option<&'static str> {
    if !page.get(listing.list).is_some_and(Value::is_array) {
        return Some("the reply contains no list of networks");
    }
    let members = [listing.id, CORE_NETWORK, STATE];
    let is_whole = |one: &Value| members.iter().all(|name| text(one, name).is_some());
    let whole = all(page, listing).all(is_whole);
    (!whole).then_some("the reply describes a network without an ID or a state")
}

/// Reads a description. Returns `None` if the network carries no traffic (yet, or any more).
fn network(one: &Value, kind: CloudWanKind) -> Option<CloudWanNetwork> {
    let listing = kind.listing();
    if listing.idle.contains(&text(one, STATE)?) {
        return None;
    }
    let owned = |name| text(one, name).map(str::to_owned);
    Some(CloudWanNetwork {
        id: owned(listing.id)?,
        owner: owned("OwnerAccountId"),
        core_network: match kind {
            CloudWanKind::CoreNetwork => None,
            CloudWanKind::Attachment => owned(CORE_NETWORK),
        },
        tags: tags(one),
    })
}

fn tags(one: &Value) -> BTreeMap<String, String> {
    let tags = one.get("Tags").and_then(Value::as_array);
    let tags = tags.into_iter().flatten();
    let pair = |tag: &Value| {
        let value = text(tag, "Value").unwrap_or_default();
        Some((text(tag, "Key")?.to_owned(), value.to_owned()))
    };
    tags.filter_map(pair).collect()
}

/// Returns a member that is a text and not empty.
fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    let text = value.get(name).and_then(Value::as_str);
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attachment(state: &str) -> Value {
        json!({
            "AttachmentId": "attachment-1", "CoreNetworkId": "core-network-1", "State": state,
            "OwnerAccountId": "123456789012", "EdgeLocation": "eu-west-1",
            "Tags": [{ "Key": "Name", "Value": "a" }, { "Key": "empty" }, {}, "x"],
        })
    }

    #[test]
    fn an_attachment_is_read_with_its_core_network_and_its_tags() {
        let tags = [("Name", "a"), ("empty", "")];
        let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let expected = CloudWanNetwork {
            id: "attachment-1".to_owned(),
            owner: Some("123456789012".to_owned()),
            core_network: Some("core-network-1".to_owned()),
            tags: tags.into(),
        };
        let found = network(&attachment("AVAILABLE"), CloudWanKind::Attachment);
        assert_eq!(found, Some(expected));
    }

    #[test]
    fn what_carries_no_traffic_yet_or_any_more_is_left_out() {
        for (state, carries) in [
            ("AVAILABLE", true),
            ("UPDATING", true),
            ("PENDING_NETWORK_UPDATE", true),
            ("PENDING_TAG_ACCEPTANCE", true),
            ("A_NEW_STATE", true),
            ("PENDING_ATTACHMENT_ACCEPTANCE", false),
            ("CREATING", false),
            ("REJECTED", false),
            ("FAILED", false),
            ("DELETING", false),
        ] {
            let found = network(&attachment(state), CloudWanKind::Attachment);
            assert_eq!(found.is_some(), carries, "{state}");
        }
    }

    #[test]
    fn a_page_has_a_list_and_each_network_in_it_an_id_and_a_state() {
        let page = |list: Value| lacking(&json!({ "Attachments": list }), &ATTACHMENTS).is_none();
        assert!(page(json!([])));
        assert!(page(json!([attachment("AVAILABLE")])));
        for missing in ["AttachmentId", "CoreNetworkId", "State"] {
            let mut one = attachment("AVAILABLE");
            one[missing] = Value::Null;
            assert!(!page(json!([one])), "{missing}");
        }
        for list in [Value::Null, json!({}), json!("x"), json!([1])] {
            assert!(!page(list.clone()), "{list}");
        }
    }
}
