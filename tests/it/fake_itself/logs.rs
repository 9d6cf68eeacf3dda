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
    let mut response = reply.json();
    response["status"] = reply.status.into();
    response
}

fn messages(response: &Value) -> Vec<&str> {
    let events = response["events"].as_array().expect("events");
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
        let response = search(fake, &more);
        pages.push(messages(&response).into_iter().map(str::to_owned).collect());
        match response.get("nextToken") {
            Some(token) if more.get("nextToken") != Some(token) => {
                more["nextToken"] = token.clone();
            }
            _ => return pages,
        }
    }
}

#[track_caller]
fn refused(response: &Value, code: &str) -> String {
    assert_eq!(
        (&response["status"], &response["__type"]),
        (&json!(400), &json!(code))
    );
    response["message"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn the_window_is_inclusive_on_both_sides_and_streams_are_interleaved() {
    let fake = filled();
    let response = search(
        &fake,
        &json!({ "startTime": BASE + 1, "endTime": BASE + 2 }),
    );
    assert_eq!(
        messages(&response),
        ["eni-1-all 1", "eni-2-all 1", "eni-1-all 2", "eni-2-all 2"]
    );
    assert_eq!(response.get("nextToken"), None);
    assert_eq!(response["searchedLogStreams"], json!([]));
    let first = &response["events"][0];
    assert_eq!(first["logStreamName"], "eni-1-all");
    assert_eq!(first["timestamp"], json!(BASE + 1));
    assert_eq!(first["ingestionTime"], json!(BASE + 1 + 90_000));
    assert_ne!(first["eventId"], response["events"][1]["eventId"]);
}

#[test]
fn streams_are_selected_by_name_or_by_prefix() {
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
fn pages_contain_all_events_in_both_directions() {
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
fn new_events_do_not_shift_the_next_page() {
    let fake = filled();
    let first = search(&fake, &json!({ "limit": 9 }));
    fake.put_events("group", "eni-1-all", vec![(BASE, "late".to_owned())]);
    let rest = json!({ "limit": 9, "nextToken": first["nextToken"] });
    assert_eq!(messages(&search(&fake, &rest)), ["eni-2-all 4"]);
}

#[test]
fn newest_first_requires_a_recent_window() {
    let fake = filled();
    for window in [json!({}), json!({ "startTime": 1_704_067_199_999_i64 })] {
        let mut body = window;
        body["startFromHead"] = json!(false);
        refused(&search(&fake, &body), "InvalidParameterException");
    }
}

#[test]
fn an_empty_page_can_have_a_token_for_the_next_page() {
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
        "a repeated token ends the search"
    );
}

#[test]
fn a_page_contains_at_most_one_megabyte() {
    let fake = Fake::start();
    let large = "x".repeat(400 * 1024);
    let events = (0..3).map(|n| (BASE + n, large.clone()));
    fake.put_events("group", "stream", events.collect());
    let found = pages(&fake, &json!({}));
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn a_page_ends_after_a_maximum_number_of_examined_events() {
    let fake = Fake::start();
    let events = (0..200_001).map(|n| (BASE + n, format!("event {n}")));
    fake.put_events("group", "stream", events.collect());
    let found = pages(&fake, &json!({ "filterPattern": "[word, n=200000]" }));
    assert_eq!(found, [vec![], vec!["event 200000".to_owned()]]);
}

#[test]
fn a_pattern_selects_events() {
    let fake = filled();
    let response = search(&fake, &json!({ "filterPattern": "[eni=eni-2*, n>=3]" }));
    assert_eq!(messages(&response), ["eni-2-all 3", "eni-2-all 4"]);
}

#[test]
fn invalid_requests_get_the_error_messages_of_the_service() {
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
fn a_log_group_is_found_by_name_or_arn_in_its_region() {
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
fn log_groups_are_created_filled_and_listed_with_the_api() {
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
fn recorded_calls_contain_the_members_of_the_body() {
    let fake = filled();
    search(&fake, &json!({ "limit": 7, "filterPattern": "\" \"" }));
    let call = fake.calls().remove(0);
    assert_eq!(call.service, "logs");
    assert_eq!(call.parameters["logGroupName"], "group");
    assert_eq!(call.parameters["limit"], "7");
    assert_eq!(call.parameters["filterPattern"], "\" \"");
}
