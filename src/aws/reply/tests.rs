//! Replies that are complete, cut off, or foreign.

use super::*;

fn expected(service: Service) -> Expected {
    Expected {
        service,
        root: "DescribeFlowLogsResponse".to_owned(),
    }
}

#[test]
fn xml_is_complete_or_not_at_every_byte() {
    let whole = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- ä -->\n<DescribeFlowLogsResponse xmlns=\"x\">\
                 <flowLogSet><item><key>a &amp; ü</key><a:b c='>'/><![CDATA[ ] ]]></item></flowLogSet>\
                 </DescribeFlowLogsResponse>\n <!-- end -->\n";
    let end = whole.find("Response>\n").unwrap() + "Response>".len();
    let ec2 = expected(Service::Ec2);
    for at in 0..=whole.len() {
        let checked = ec2.check(&whole.as_bytes()[..at], true);
        // Only a comment or white space is lost after the root.
        let whole = at >= end && (at <= end + 2 || at >= whole.len() - 1);
        assert_eq!(checked.is_ok(), whole, "{at}: {checked:?}");
        assert!(
            !matches!(checked, Err(Flaw::Foreign(_))),
            "{at}: {checked:?}"
        );
    }
}

#[test]
fn a_reply_to_something_else_is_foreign() {
    let ec2 = expected(Service::Ec2);
    for body in [
        "<html><p>Sign in",
        "<!DOCTYPE html><html></html>",
        "<CreateTagsResponse><return>true</return></CreateTagsResponse>",
        "<Response><Errors/></Response>",
        "{}",
        "Bad gateway",
    ] {
        let checked = ec2.check(body.as_bytes(), true);
        assert!(
            matches!(checked, Err(Flaw::Foreign(_))),
            "{body}: {checked:?}"
        );
    }
    let twice = "<DescribeFlowLogsResponse/><DescribeFlowLogsResponse/>";
    assert_eq!(ec2.check(twice.as_bytes(), true), Err(Flaw::Malformed));
    let error = "<Response><Errors/></Response>";
    assert_eq!(ec2.check(error.as_bytes(), false), Ok(()));
    let cut = ec2.check(&error.as_bytes()[..20], false);
    assert_eq!(cut, Err(Flaw::Cut(20)));
}

#[test]
fn json_is_checked_by_its_ends_and_errors_in_full() {
    let logs = expected(Service::Logs);
    let check = |body: &str, success| logs.check(body.as_bytes(), success);
    assert_eq!(check(" {\"events\":[]}\n", true), Ok(()));
    assert_eq!(check("", true), Err(Flaw::Empty));
    assert_eq!(check("{\"events\":[", true), Err(Flaw::Cut(11)));
    assert!(matches!(check("[]", true), Err(Flaw::Foreign(_))));
    assert_eq!(check("{\"__type\":\"X\"}", false), Ok(()));
    assert_eq!(check("{\"a\":{}", false), Err(Flaw::Cut(7)));
    assert_eq!(check("{\"a\":}}", false), Err(Flaw::Malformed));
}

#[test]
fn the_text_of_other_services_is_never_shown() {
    let mut reply = HttpResponse::new(403.try_into().unwrap(), SdkBody::empty());
    reply.headers_mut().insert("content-type", "text/html");
    let shown = |service| expected(service).described("not XML", &reply, b"<html> CANARY");
    assert_eq!(
        shown(Service::Ec2),
        "not XML (text/html, 13 bytes): <html> CANARY"
    );
    for service in [Service::Sts, Service::Logs, Service::CloudFormation] {
        assert_eq!(shown(service), "not XML (text/html, 13 bytes)");
    }
}
