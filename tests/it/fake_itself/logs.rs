//! CloudWatch Logs: searches, their order and their pages.

use serde_json::{Value, json};

use super::wire::logs;
use crate::harness::fake::Fake;

const BASE: i64 = 1_767_225_600_000;

/// Starts a server with two streams of five events each. The messages contain the stream and the time.
fn filled() -> Fake {
    let fake = Fake::start();
    for stream in ["eni-1-all", "eni-2-all"] {
        let events = (0..5).map(|n| (BASE + n, format!("{stream} {n}")));
        fake.put_events("group", stream, events.collect());
    }
    fake
}

/// Searches the log group with additional parameters.
#[track_caller]
fn search(fake: &Fake, more: &Value) -> Value {
    let mut body = json!({ "logGroupName": "group" });
    for (name, value) in more.as_object().expect("members") {
        body[name] = value.clone();
    }
    let reply = logs(fake, "FilterLogEvents", &body);
    let mut answer = reply.json();
    answer["status"] = reply.status.into();
    answer
}

fn messages(answer: &Value) -> Vec<&str> {
    let events = answer["events"].as_array().expect("events");
    events
        .iter()
        .map(|event| event["message"].as_str().expect("a message"))
        .collect()
}

/// Returns all pages of a search.
fn pages(fake: &Fake, more: &Value) -> Vec<Vec<String>> {
    let mut more = more.clone();
    let mut pages = Vec::new();
    loop {
        let answer = search(fake, &more);
        pages.push(messages(&answer).into_iter().map(str::to_owned).collect());
        match answer.get("nextToken") {
            Some(token) if more.get("nextToken") != Some(token) => {
                more["nextToken"] = token.clone();
            }
            _ => return pages,
        }
    }
}

#[track_caller]
fn refused(answer: &Value, code: &str) -> String {
    assert_eq!(
        (&answer["status"], &answer["__type"]),
        (&json!(400), &json!(code))
    );
    answer["message"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn the_window_is_inclusive_on_both_sides_and_streams_are_interleaved() {
    let fake = filled();
    let answer = search(
        &fake,
        &json!({ "startTime": BASE + 1, "endTime": BASE + 2 }),
    );
    assert_eq!(
        messages(&answer),
        ["eni-1-all 1", "eni-2-all 1", "eni-1-all 2", "eni-2-all 2"]
    );
    assert_eq!(answer.get("nextToken"), None);
    assert_eq!(answer["searchedLogStreams"], json!([]));
    let first = &answer["events"][0];
    assert_eq!(first["logStreamName"], "eni-1-all");
    assert_eq!(first["timestamp"], json!(BASE + 1));
    assert_eq!(first["ingestionTime"], json!(BASE + 1 + 90_000));
    assert_ne!(first["eventId"], answer["events"][1]["eventId"]);
}

#[test]
fn streams_are_chosen_by_name_or_by_prefix() {
    let fake = filled();
    let named = search(
        &fake,
        &json!({ "logStreamNames": ["eni-2-all"], "endTime": BASE }),
    );
    assert_eq!(messages(&named), ["eni-2-all 0"]);
    let prefixed = search(
        &fake,
        &json!({ "logStreamNamePrefix": "eni-1-", "endTime": BASE }),
    );
    assert_eq!(messages(&prefixed), ["eni-1-all 0"]);
    let nothing = search(&fake, &json!({ "logStreamNamePrefix": "eni-3-" }));
    assert_eq!(messages(&nothing), Vec::<&str>::new());
    let unknown = search(&fake, &json!({ "logStreamNames": ["eni-3-all"] }));
    refused(&unknown, "ResourceNotFoundException");
    let both = json!({ "logStreamNames": ["eni-1-all"], "logStreamNamePrefix": "eni" });
    refused(&search(&fake, &both), "InvalidParameterException");
}

#[test]
fn pages_follow_one_another_in_both_directions() {
    let fake = filled();
    let forwards = pages(&fake, &json!({ "limit": 4 }));
    assert_eq!(forwards.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
    let mut backwards = pages(
        &fake,
        &json!({ "limit": 3, "startFromHead": false, "startTime": BASE }),
    );
    assert_eq!(
        backwards.iter().map(Vec::len).collect::<Vec<_>>(),
        [3, 3, 3, 1]
    );
    assert_eq!(backwards[0][0], "eni-2-all 4");
    let mut reversed = backwards.drain(..).flatten().collect::<Vec<_>>();
    reversed.reverse();
    assert_eq!(forwards.concat(), reversed);
}

#[test]
fn events_that_arrive_between_two_pages_do_not_shift_them() {
    let fake = filled();
    let first = search(&fake, &json!({ "limit": 9 }));
    fake.put_events("group", "eni-1-all", vec![(BASE, "late".to_owned())]);
    let rest = json!({ "limit": 9, "nextToken": first["nextToken"] });
    assert_eq!(messages(&search(&fake, &rest)), ["eni-2-all 4"]);
}

#[test]
fn newest_first_is_only_for_recent_windows() {
    let fake = filled();
    for window in [json!({}), json!({ "startTime": 1_704_067_199_999_i64 })] {
        let mut body = window;
        body["startFromHead"] = json!(false);
        refused(&search(&fake, &body), "InvalidParameterException");
    }
}

#[test]
fn pages_can_be_empty_and_yet_not_the_last() {
    let fake = filled();
    fake.empty_page_every(2);
    fake.events_page_size(4);
    let found = pages(&fake, &json!({}));
    assert_eq!(
        found.iter().map(Vec::len).collect::<Vec<_>>(),
        [0, 4, 0, 4, 0, 2]
    );
    fake.repeat_last_token(true);
    assert_eq!(
        pages(&fake, &json!({})),
        found,
        "the repeated token is the end"
    );
}

#[test]
fn a_page_holds_at_most_a_megabyte() {
    let fake = Fake::start();
    let large = "x".repeat(400 * 1024);
    let events = (0..3).map(|n| (BASE + n, large.clone()));
    fake.put_events("group", "stream", events.collect());
    let found = pages(&fake, &json!({}));
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn a_search_that_finds_little_ends_a_page_before_it_is_full() {
    let fake = Fake::start();
    let events = (0..200_001).map(|n| (BASE + n, format!("event {n}")));
    fake.put_events("group", "stream", events.collect());
    let found = pages(&fake, &json!({ "filterPattern": "[word, n=200000]" }));
    assert_eq!(found, [vec![], vec!["event 200000".to_owned()]]);
}

#[test]
fn a_pattern_selects() {
    let fake = filled();
    let answer = search(&fake, &json!({ "filterPattern": "[eni=eni-2*, n>=3]" }));
    assert_eq!(messages(&answer), ["eni-2-all 3", "eni-2-all 4"]);
}

#[test]
fn what_the_service_refuses_is_refused_in_its_words() {
    let fake = filled();
    let message = |body: Value| refused(&search(&fake, &body), "InvalidParameterException");
    assert!(
        message(json!({ "limit": 10_001 }))
            .ends_with("Member must have value less than or equal to 10000")
    );
    assert!(
        message(json!({ "filterPattern": "a".repeat(1025) }))
            .ends_with("Member must have length less than or equal to 1024")
    );
    assert_eq!(
        message(json!({ "nextToken": "x" })),
        "The specified nextToken is invalid."
    );
    let token = search(&fake, &json!({ "limit": 1 }))["nextToken"].clone();
    assert_eq!(
        message(json!({ "nextToken": token, "filterPattern": "eni" })),
        "The specified nextToken is invalid."
    );
    assert!(message(json!({ "filterPattern": "[a,b" })).starts_with("Invalid filter pattern"));
    message(json!({ "startTime": 2, "endTime": 1 }));
    message(json!({ "logGroupIdentifier": "group" }));
    let odd = search(&fake, &json!({ "limit": "ten" }));
    refused(&odd, "SerializationException");
}

#[test]
fn a_group_is_found_by_name_or_arn_in_its_own_region() {
    let fake = filled();
    let arn = "arn:aws:logs:us-east-1:123456789012:log-group:group";
    let by = |identifier: &str| {
        logs(
            &fake,
            "FilterLogEvents",
            &json!({ "logGroupIdentifier": identifier }),
        )
        .json()
    };
    assert_eq!(messages(&by("group")).len(), 10);
    assert_eq!(messages(&by(arn)).len(), 10);
    assert_eq!(
        by(&format!("{arn}:*"))["__type"],
        "InvalidParameterException"
    );
    assert_eq!(
        by("other")["message"],
        "The specified log group does not exist."
    );
    fake.put_events_in("eu-west-1", "far", "s", vec![(BASE, "m".to_owned())]);
    assert_eq!(by("far")["__type"], "ResourceNotFoundException");
}

#[test]
fn groups_are_made_filled_and_listed_through_the_api() {
    let fake = Fake::start();
    let group = json!({ "logGroupName": "made" });
    assert_eq!(logs(&fake, "CreateLogGroup", &group).status, 200);
    let again = logs(&fake, "CreateLogGroup", &group).json();
    assert_eq!(again["__type"], "ResourceAlreadyExistsException");
    let now = jiff::Timestamp::now().as_millisecond();
    let put = json!({
        "logGroupName": "made",
        "logStreamName": "s",
        "logEvents": [
            { "timestamp": now - 15 * 86_400_000, "message": "too old" },
            { "timestamp": now, "message": "kept" },
        ],
    });
    let early = logs(&fake, "PutLogEvents", &put).json();
    assert_eq!(early["message"], "The specified log stream does not exist.");
    let stream = json!({ "logGroupName": "made", "logStreamName": "s" });
    assert_eq!(logs(&fake, "CreateLogStream", &stream).status, 200);
    let done = logs(&fake, "PutLogEvents", &put).json();
    assert_eq!(
        done["rejectedLogEventsInfo"],
        json!({ "tooOldLogEventEndIndex": 1 })
    );
    let found = logs(&fake, "FilterLogEvents", &group).json();
    assert_eq!(messages(&found), ["kept"]);

    let listed = logs(
        &fake,
        "DescribeLogGroups",
        &json!({ "logGroupNamePrefix": "ma" }),
    )
    .json();
    let only = &listed["logGroups"][0];
    assert_eq!(
        only["arn"],
        "arn:aws:logs:us-east-1:123456789012:log-group:made:*"
    );
    assert_eq!(only["storedBytes"], json!(4));
    let none = logs(
        &fake,
        "DescribeLogGroups",
        &json!({ "logGroupNamePrefix": "x" }),
    )
    .json();
    assert_eq!(none["logGroups"], json!([]));
}

#[test]
fn calls_show_the_members_of_the_body() {
    let fake = filled();
    search(&fake, &json!({ "limit": 7, "filterPattern": "\" \"" }));
    let call = fake.calls().remove(0);
    assert_eq!(call.service, "logs");
    assert_eq!(call.parameters["logGroupName"], "group");
    assert_eq!(call.parameters["limit"], "7");
    assert_eq!(call.parameters["filterPattern"], "\" \"");
}
