//! Worlds, rules and verdicts as short texts.
//!
//! A world is a list of lines: `vpc-1 owner=2 default tag=Stage:dev`, `eni-1 in subnet-1 vpc-1`,
//! `fl-1 on vpc-1 REJECT failed=Access-error s3 age=5m`, `unread flow_logs denied`, `account 2` for another account or
//! region, `global` if the networks of a world are those of Cloud WAN.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::super::*;

pub(super) const NOW: Timestamp = Timestamp::constant(1_790_000_000, 0);
const FIELDS: [&str; 3] = ["version", "srcaddr", "action"];

pub(super) fn worlds(text: &str) -> Vec<World> {
    let mut worlds = vec![world("1")];
    for line in text.split(';').map(str::trim).filter(|l| !l.is_empty()) {
        let words: Vec<&str> = line.split(' ').collect();
        let here = worlds.last_mut().unwrap();
        match words[..] {
            ["account", "?"] => here.account = None,
            ["global"] => here.is_global = true,
            ["account", id] => worlds.push(world(id)),
            ["unread", subject, trouble] => here.unread.push(unread(subject, trouble)),
            [id, "on", ..] => here.flow_logs.push(flow_log(id, &words[2..])),
            _ => here.networks.push(network(&words)),
        }
    }
    worlds.retain(|world| *world != self::world("1") || text.is_empty());
    worlds
}

pub(super) fn world(account: &str) -> World {
    World {
        account: Some(account.to_owned()),
        region: "eu-west-1".to_owned(),
        is_global: false,
        networks: Vec::new(),
        flow_logs: Vec::new(),
        unread: Vec::new(),
        now: NOW,
    }
}

fn unread(subject: &str, trouble: &str) -> Unread {
    let subject = Kind::named(subject).map_or(Subject::FlowLogs, Subject::Networks);
    let cause = cause(trouble);
    Unread { subject, cause }
}

fn cause(trouble: &str) -> Cause {
    let all = [
        Trouble::Denied,
        Trouble::RegionOff,
        Trouble::Throttled,
        Trouble::Credentials,
        Trouble::Unreadable,
        Trouble::RegionNotRead,
        Trouble::EdgeNotListed,
    ];
    Cause {
        trouble: all.into_iter().find(|t| t.name() == trouble).unwrap(),
        code: None,
        message: String::new(),
    }
}

fn network(words: &[&str]) -> Network {
    let mut network = Network {
        id: words[0].to_owned(),
        kind: kind(words[0]),
        owner: Some("1".to_owned()),
        above: Vec::new(),
        is_default: false,
        in_use: Some(true),
        tags: BTreeMap::new(),
    };
    for word in &words[1..] {
        match word.split_once('=') {
            Some(("owner", owner)) => network.owner = Some(owner.to_owned()),
            Some(("tag", tag)) => network.tags.extend([pair(tag)]),
            None if *word == "idle" => network.in_use = Some(false),
            None if *word == "use?" => network.in_use = None,
            None if *word == "default" => network.is_default = true,
            None if *word == "in" => {}
            None => network.above.push((*word).to_owned()),
            other => panic!("{other:?}"),
        }
    }
    network
}

fn kind(id: &str) -> Kind {
    let prefixes = [
        ("vpc-", Kind::Vpc),
        ("subnet-", Kind::Subnet),
        ("eni-", Kind::NetworkInterface),
        ("tgw-attach-", Kind::TransitGatewayAttachment),
        ("tgw-", Kind::TransitGateway),
        ("nat-", Kind::RegionalNatGateway),
        ("core-network-", Kind::CoreNetwork),
        ("edge-", Kind::CoreNetworkEdge),
        ("attachment-", Kind::CoreNetworkAttachment),
    ];
    let found = prefixes.iter().find(|(prefix, _)| id.starts_with(prefix));
    found.unwrap_or_else(|| panic!("{id}")).1
}

pub(super) fn flow_log(id: &str, words: &[&str]) -> FlowLog {
    let mut log = FlowLog {
        id: id.to_owned(),
        resource_id: words[0].to_owned(),
        traffic: Traffic::ALL,
        status: Some("ACTIVE".to_owned()),
        delivery: Some("SUCCESS".to_owned()),
        cause: None,
        fields: Some(FIELDS.map(str::to_owned).into()),
        interval: Some(600),
        destination_type: Some("cloud-watch-logs".to_owned()),
        destinations: vec!["logs".to_owned()],
        created: Some(NOW - SignedDuration::from_hours(24)),
        retention: Retention::NotRead,
        evidence: Evidence::NotRead,
        tags: BTreeMap::new(),
    };
    for word in &words[1..] {
        match word.split_once('=').unwrap_or((word, "")) {
            ("status", "?") => log.status = None,
            ("status", status) => log.status = Some(status.to_owned()),
            ("failed", cause) => {
                log.delivery = Some("FAILED".to_owned());
                log.cause = Some(cause.to_owned());
            }
            ("delivery", "?") => log.delivery = None,
            ("age", minutes) => {
                let age = SignedDuration::from_mins(minutes.parse().unwrap());
                log.created = Some(NOW - age);
            }
            ("created", "?") => log.created = None,
            ("fields", "?") => log.fields = None,
            ("fields", names) => log.fields = Some(list(names)),
            ("interval", "?") => log.interval = None,
            ("interval", seconds) => log.interval = Some(seconds.parse().unwrap()),
            ("to", place) => log.destinations = vec![place.to_owned()],
            ("s3", "") => log.destination_type = Some("s3".to_owned()),
            ("days", days) => log.retention = Retention::Days(days.parse().unwrap()),
            ("forever", "") => log.retention = Retention::Forever,
            ("records", minutes) => log.evidence = records(minutes),
            ("retention", trouble) => log.retention = Retention::Failed(cause(trouble)),
            ("tag", tag) => log.tags.extend([pair(tag)]),
            ("traffic", "?") => log.traffic = Traffic::NONE,
            (traffic, "") => log.traffic = Traffic::of_type(traffic).unwrap(),
            other => panic!("{other:?}"),
        }
    }
    log
}

/// Returns evidence: the age of the newest record in minutes, `none`, `firehose`, or a trouble.
fn records(text: &str) -> Evidence {
    match (text, text.parse()) {
        (_, Ok(minutes)) => Evidence::Read(Some(NOW - SignedDuration::from_mins(minutes))),
        ("none", _) => Evidence::Read(None),
        ("firehose", _) => Evidence::Unclear(Unclear::DeliveryStream),
        (trouble, _) => Evidence::Unclear(Unclear::Failed(cause(trouble))),
    }
}

pub(super) fn rules(text: &str) -> Rules {
    let mut rules = Rules::default();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let require = &mut rules.require;
        match word.split_once('=').unwrap_or((word, "")) {
            ("kinds", names) => {
                let kinds = names.split(',').map(|name| Kind::named(name).unwrap());
                rules.kinds = kinds.collect();
            }
            ("traffic", name) => require.traffic = RequiredTraffic::named(name).unwrap(),
            ("fields", names) => require.fields = list(names),
            ("interval", most) => require.max_interval = Some(most.parse().unwrap()),
            ("types", names) => require.destination_types = list(names),
            ("to", places) => require.destinations = list(places),
            ("days", days) => require.retention_days = Some(days.parse().unwrap()),
            ("evidence", name) => require.evidence = EvidenceLevel::named(name).unwrap(),
            ("failing-counts", "") => require.healthy = false,
            ("settle", minutes) => {
                require.settle = SignedDuration::from_mins(minutes.parse().unwrap());
            }
            ("empty", "") => rules.include_empty = true,
            ("no-default", "") => rules.include_default_vpcs = false,
            ("shared", name) => rules.shared = Shared::named(name).unwrap(),
            ("without", ids) => rules.exclude.ids = list(ids),
            ("without-tag", tag) => rules.exclude.tags.extend([pair(tag)]),
            ("ignore", tag) => rules.ignored_flow_log_tags.extend([pair(tag)]),
            ("policy", name) => {
                let policies = Policy::ALL.into_iter();
                let policy = policies.into_iter().find(|p| p.name() == name);
                rules = policy.unwrap().rules();
            }
            other => panic!("{other:?}"),
        }
    }
    rules
}

fn list(text: &str) -> BTreeSet<String> {
    text.split(',').map(str::to_owned).collect()
}

fn pair(text: &str) -> (String, String) {
    let (key, value) = text.split_once(':').unwrap();
    (key.to_owned(), value.to_owned())
}

/// Returns each network with its verdict. Networks of other accounts than 1 are written with their account.
pub(super) fn verdicts(coverage: &Coverage) -> Vec<String> {
    let line = |judged: &Judged| {
        let account = judged.account.as_deref().filter(|account| *account != "1");
        let account = account.map(|account| format!("{account}/"));
        let missing = || format!("every {}", judged.kind.name());
        let id = judged.id.clone().unwrap_or_else(missing);
        format!(
            "{}{id} {}",
            account.unwrap_or_default(),
            show(&judged.verdict)
        )
    };
    coverage.judged.iter().map(line).collect()
}

fn show(verdict: &Verdict) -> String {
    let reason = match verdict {
        Verdict::Covered | Verdict::CoveredByChildren | Verdict::Uncovered => String::new(),
        Verdict::Partial(partial) => {
            let missing: Vec<_> = partial.missing.names().collect();
            let bare = partial.bare.iter().map(|id| format!(" {id}"));
            format!("[{}{}]", missing.join("+"), bare.collect::<String>())
        }
        Verdict::Insufficient(lacks) => {
            let lacks = lacks
                .iter()
                .map(|s| format!("{} {}", s.flow_log, lack(&s.lack)));
            format!("[{}]", lacks.collect::<Vec<_>>().join(", "))
        }
        Verdict::Pending(ids) => format!("{ids:?}")
            .replace('"', "")
            .replace('{', "[")
            .replace('}', "]"),
        Verdict::Unhealthy(failing) => {
            let failing = failing.iter().map(|failing| {
                let cause = failing.cause.as_deref().map(|cause| format!(" {cause}"));
                let silence = failing.silence.map(|silence| {
                    let minutes = |time: Timestamp| NOW.duration_since(time).as_mins();
                    let newest = silence.newest.map_or(-1, minutes);
                    format!(" silent for {} newest {newest}", minutes(silence.since))
                });
                let cause = cause.or(silence);
                format!("{}{}", failing.flow_log, cause.unwrap_or_default())
            });
            format!("[{}]", failing.collect::<Vec<_>>().join(", "))
        }
        Verdict::NotApplicable(exemption) => format!("[{exemption:?}]"),
        Verdict::Unknown(doubts) => {
            let doubts = doubts.iter().map(doubt).collect::<Vec<_>>();
            format!("[{}]", doubts.join(", "))
        }
    };
    format!("{}{reason}", verdict.status().name())
}

fn lack(lack: &Lack) -> String {
    match lack {
        Lack::Fields(names) => {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            format!("fields {}", names.join("+"))
        }
        Lack::Interval { is, most } => format!("interval {} > {most}", is.unwrap_or_default()),
        Lack::DestinationType(kind) => format!("type {}", kind.as_deref().unwrap_or("?")),
        Lack::Destination(place) => format!("to {}", place.as_deref().unwrap_or("?")),
        Lack::Retention { is, least } => format!("days {is} < {least}"),
    }
}

fn doubt(doubt: &Doubt) -> String {
    match doubt {
        Doubt::FlowLogs(cause) => format!("flow logs {}", cause.trouble.name()),
        Doubt::Networks(kind, cause) => format!("{} {}", kind.name(), cause.trouble.name()),
        Doubt::Owner(owner) => format!("owner {owner}"),
        Doubt::Status(id) => format!("status of {id}"),
        Doubt::Format(id) => format!("format of {id}"),
        Doubt::Records { flow_log, why } => {
            let why = match why {
                Unclear::Failed(cause) => cause.trouble.name(),
                Unclear::DeliveryStream => "firehose",
                Unclear::NoPlace => "no place",
                Unclear::TooMuch => "too much",
                Unclear::Quiet(_) => "quiet",
            };
            format!("records of {flow_log} {why}")
        }
        Doubt::Retention { flow_log, cause } => {
            let cause = cause
                .as_ref()
                .map(|cause| format!(" {}", cause.trouble.name()));
            format!("retention of {flow_log}{}", cause.unwrap_or_default())
        }
    }
}

/// A name, a world, rules, and the expected verdicts.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

/// Checks the verdicts of worlds.
#[track_caller]
pub(super) fn check(cases: &[Case]) {
    for (name, world, given, expected) in cases {
        let found = verdicts(&judge(&worlds(world), &rules(given)));
        assert_eq!(found, *expected, "{name}: {world} ({given})");
    }
}

/// A VPC with two subnets and an interface in each.
pub(super) const HOUSE: &str = "vpc-1; subnet-1 in vpc-1; subnet-2 in vpc-1; eni-1 in subnet-1 vpc-1; eni-2 in subnet-2 vpc-1; ";

/// Returns the verdicts about the house.
pub(super) fn house(flow_logs: &str, given: &str) -> Vec<String> {
    verdicts(&judge(
        &worlds(&format!("{HOUSE}{flow_logs}")),
        &rules(given),
    ))
}
