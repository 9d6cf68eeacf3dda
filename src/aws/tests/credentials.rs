//! Roles and profiles, and their errors.

use std::collections::BTreeMap;

use super::{super::*, *};

const EMPTY: &str = "<DescribeFlowLogsResponse><flowLogSet/></DescribeFlowLogsResponse>";

fn session(operation: &str, key: &str) -> String {
    format!(
        "<{operation}Response><{operation}Result><Credentials><AccessKeyId>{key}</AccessKeyId>\
         <SecretAccessKey>CANARY-session</SecretAccessKey><SessionToken>CANARY-session</SessionToken>\
         <Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></{operation}Result></{operation}Response>"
    )
}

fn role(arn: &str) -> AssumeRole {
    AssumeRole {
        role_arn: arn.to_owned(),
        external_id: Some("CANARY-external".to_owned()),
        ..AssumeRole::default()
    }
}

fn signed_with(request: &responder::Request, key: &str) -> bool {
    request.head.contains(&format!("Credential={key}/"))
}

#[tokio::test]
async fn roles_are_assumed_in_sequence() {
    let replies = vec![
        ok(&session("AssumeRole", "ASIAONE")),
        ok(&session("AssumeRole", "ASIATWO")),
        ok(EMPTY),
        ok(EMPTY),
    ];
    let server = Responder::start(replies).await;
    let first = AssumeRole {
        session_name: Some("me".to_owned()),
        duration: Some("1h30m".to_owned()),
        source_identity: Some("ci".to_owned()),
        policy_arns: vec!["arn:aws:iam::aws:policy/p".to_owned()],
        tags: BTreeMap::from([("team".to_owned(), "net".to_owned())]),
        transitive_tag_keys: vec!["team".to_owned()],
        ..role("arn:aws:iam::111111111111:role/one")
    };
    let settings = Settings {
        assume_role: vec![first, role(""), role("arn:aws:iam::111111111111:role/two")],
        ..settings(&server.url)
    };
    let aws = connect(settings).await.unwrap();
    assert!(server.requests().is_empty(), "connecting sends no request");
    aws.ec2(REGION).find(&[]).await.unwrap();
    aws.ec2("us-east-1").find(&[]).await.unwrap();

    let requests = server.requests();
    assert_eq!(requests.len(), 4, "the session is shared by all clients");
    for (name, value) in [
        ("Action", "AssumeRole"),
        ("RoleArn", "arn:aws:iam::111111111111:role/one"),
        ("RoleSessionName", "me"),
        ("ExternalId", "CANARY-external"),
        ("DurationSeconds", "5400"),
        ("SourceIdentity", "ci"),
        ("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/p"),
        ("Tags.member.1.Key", "team"),
        ("TransitiveTagKeys.member.1", "team"),
    ] {
        assert_eq!(
            requests[0].parameter(name).as_deref(),
            Some(value),
            "{name}"
        );
    }
    assert!(signed_with(&requests[0], "AKIDEXAMPLE"));
    assert_eq!(
        requests[1].parameter("RoleArn").as_deref(),
        Some("arn:aws:iam::111111111111:role/two")
    );
    assert!(signed_with(&requests[1], "ASIAONE"));
    assert!(signed_with(&requests[2], "ASIATWO"));
    assert!(signed_with(&requests[3], "ASIATWO"));
}

#[tokio::test]
async fn an_error_about_a_role_contains_no_secrets() {
    let body = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: u is not authorized to perform: \
                sts:AssumeRole</Message></Error><RequestId>r</RequestId></ErrorResponse>";
    let server = Responder::start(vec![Reply::Answer(403, body.to_owned())]).await;
    let settings = Settings {
        assume_role: vec![role("arn:aws:iam::111111111111:role/one")],
        ..settings(&server.url)
    };
    let aws = connect(settings).await.unwrap();
    let error = aws.ec2(REGION).create(&new_flow_log()).await.unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_deref()),
        (Kind::Credentials, Some("AccessDenied"))
    );
    assert!(!error.unanswered, "the create was never sent");
    let text = format!("{error} {error:?} {aws:?} {:?}", error.hint());
    assert!(
        text.contains("role arn:aws:iam::111111111111:role/one"),
        "{text}"
    );
    assert!(text.contains("trust policy"), "{text}");
    assert!(!text.contains("CANARY"), "{text}");
}

#[tokio::test]
async fn a_web_identity_reads_its_token_from_a_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "the-token\n").unwrap();
    let replies = vec![
        ok(&session("AssumeRoleWithWebIdentity", "ASIAWEB")),
        ok(EMPTY),
    ];
    let server = Responder::start(replies).await;
    let settings = Settings {
        assume_role_with_web_identity: Some(AssumeRoleWithWebIdentity {
            duration: Some("15m".to_owned()),
            ..AssumeRoleWithWebIdentity::default()
        }),
        ..settings(&server.url)
    };
    let path = file.path().to_str().unwrap();
    let env = Env::from_slice(&[
        ("AWS_ROLE_ARN", "arn:aws:iam::111111111111:role/web"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", path),
    ]);
    let aws = Aws::connect_from(settings, Stop::new(), env, quickly)
        .await
        .unwrap();
    aws.ec2(REGION).find(&[]).await.unwrap();
    let requests = server.requests();
    assert_eq!(
        requests[0].parameter("WebIdentityToken").as_deref(),
        Some("the-token")
    );
    assert_eq!(
        requests[0].parameter("DurationSeconds").as_deref(),
        Some("900")
    );
    assert!(signed_with(&requests[1], "ASIAWEB"));
}

#[tokio::test]
async fn a_named_profile_provides_keys_and_region() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let profile = "[profile p]\nregion = eu-north-1\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = s\n";
    std::fs::write(file.path(), profile).unwrap();
    let server = Responder::start(vec![ok(EMPTY)]).await;
    let settings = Settings {
        region: None,
        access_key: None,
        secret_key: None,
        token: None,
        profile: Some("p".to_owned()),
        shared_config_files: vec![file.path().to_str().unwrap().to_owned()],
        ..settings(&server.url)
    };
    let aws = connect(settings).await.unwrap();
    assert_eq!(aws.region(), Some("eu-north-1"));
    aws.ec2("eu-north-1").find(&[]).await.unwrap();
    assert!(signed_with(&server.requests()[0], "AKIDPROFILE"));
}

#[tokio::test]
async fn missing_credentials_are_not_a_network_failure() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "[profile p]\ncredential_process = exit 3\n").unwrap();
    let server = Responder::start(vec![]).await;
    let settings = Settings {
        access_key: None,
        secret_key: None,
        token: None,
        profile: Some("p".to_owned()),
        shared_config_files: vec![file.path().to_str().unwrap().to_owned()],
        ..settings(&server.url)
    };
    let error = connect(settings)
        .await
        .unwrap()
        .ec2(REGION)
        .find(&[])
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::Credentials, "{error}");
    assert!(
        error
            .to_string()
            .contains("credential_process of profile \"p\""),
        "{error}"
    );
    assert_eq!(error.hint(), None, "the message says what to do");
    assert!(server.requests().is_empty());
}
