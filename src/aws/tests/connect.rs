//! The host, the credentials and the number of attempts of a call, as its proxy or server sees them.

use super::{super::*, *};

const EMPTY: &str = "<DescribeFlowLogsResponse><flowLogSet/></DescribeFlowLogsResponse>";

/// Settings for AWS's own addresses, with one attempt.
fn to_aws() -> Settings {
    Settings {
        max_retries: Some(1),
        endpoints: Endpoints::default(),
        ..settings("")
    }
}

/// Returns the first line that a call sends to a proxy that forwards nothing.
async fn asked(
    settings: Settings,
    variable: &str,
    call: impl AsyncFnOnce(Aws) -> Result<(), Error>,
) -> String {
    let proxy = Responder::start(vec![]).await;
    let env = Env::from_slice(&[(variable, proxy.url.as_str())]);
    let aws = Aws::connect_from(settings, Stop::new(), env, quickly)
        .await
        .unwrap();
    call(aws).await.unwrap_err();
    let head = proxy.requests()[0].head.clone();
    head.lines().next().unwrap().to_owned()
}

async fn asked_for_ec2(settings: Settings) -> String {
    asked(settings, "HTTPS_PROXY", async |aws| {
        aws.ec2(REGION).find(&[]).await.map(drop)
    })
    .await
}

#[tokio::test]
async fn fips_and_dual_stack_change_the_endpoint() {
    let fips = Settings {
        use_fips_endpoint: Some(true),
        ..to_aws()
    };
    let dual = Settings {
        use_dualstack_endpoint: Some(true),
        ..to_aws()
    };
    for (settings, host) in [
        (to_aws(), "ec2.eu-central-1.amazonaws.com"),
        (fips, "ec2-fips.eu-central-1.amazonaws.com"),
        (dual, "ec2.eu-central-1.api.aws"),
    ] {
        let line = asked_for_ec2(settings).await;
        assert_eq!(line, format!("CONNECT {host}:443 HTTP/1.1"));
    }
}

#[tokio::test]
async fn network_manager_is_one_service_for_each_partition() {
    let settings = |region: &str, fips: bool| Settings {
        region: Some(region.to_owned()),
        use_fips_endpoint: Some(fips),
        ..to_aws()
    };
    for (region, fips, home, host) in [
        (
            "eu-central-1",
            false,
            "us-west-2",
            "networkmanager.us-west-2",
        ),
        (
            "eu-central-1",
            true,
            "us-west-2",
            "networkmanager-fips.us-west-2",
        ),
        (
            "us-gov-east-1",
            false,
            "us-gov-west-1",
            "networkmanager.us-gov-west-1",
        ),
        (
            "us-gov-west-1",
            true,
            "us-gov-west-1",
            "networkmanager.us-gov-west-1",
        ),
    ] {
        let line = asked(settings(region, fips), "HTTPS_PROXY", async |aws| {
            let manager = aws.network_manager().unwrap();
            assert_eq!(manager.region(), home);
            let swept = manager.networks(CloudWanKind::CoreNetwork).await;
            swept.broken.map_or(Ok(()), Err)
        })
        .await;
        assert_eq!(line, format!("CONNECT {host}.amazonaws.com:443 HTTP/1.1"));
    }
    let aws = connect(settings("cn-north-1", false)).await.unwrap();
    assert!(aws.network_manager().is_none(), "there is none in China");
}

#[tokio::test]
async fn sts_is_called_in_sts_region() {
    let elsewhere = Settings {
        sts_region: Some("eu-west-1".to_owned()),
        ..to_aws()
    };
    for (settings, region) in [(to_aws(), REGION), (elsewhere, "eu-west-1")] {
        let line = asked(settings, "ALL_PROXY", async |aws| {
            aws.account().await.map(drop)
        })
        .await;
        let host = format!("sts.{region}.amazonaws.com");
        assert_eq!(line, format!("CONNECT {host}:443 HTTP/1.1"));
    }
}

#[tokio::test]
async fn named_credentials_files_are_read() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let keys = "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = s\n";
    std::fs::write(file.path(), keys).unwrap();
    let server = Responder::start(vec![ok(EMPTY)]).await;
    let settings = Settings {
        access_key: None,
        secret_key: None,
        token: None,
        shared_credentials_files: vec![file.path().to_str().unwrap().to_owned()],
        ..settings(&server.url)
    };
    let aws = connect(settings).await.unwrap();
    aws.ec2(REGION).find(&[]).await.unwrap();
    let head = &server.requests()[0].head;
    assert!(head.contains("Credential=AKIDFILE/"), "{head}");
}

#[tokio::test]
async fn the_environment_appends_products_to_the_user_agent() {
    let server = Responder::start(vec![ok(EMPTY)]).await;
    let settings = Settings {
        user_agent: vec!["mine/1".to_owned()],
        ..settings(&server.url)
    };
    let env = Env::from_slice(&[("TF_APPEND_USER_AGENT", "theirs/2 (ci)")]);
    let aws = Aws::connect_from(settings, Stop::new(), env, quickly)
        .await
        .unwrap();
    aws.ec2(REGION).find(&[]).await.unwrap();
    let head = &server.requests()[0].head;
    assert!(head.contains(" mine/1 theirs/2 (ci)"), "{head}");
}

/// The bucket has the tokens of one retry, so the second attempt is the last.
#[tokio::test]
async fn an_empty_bucket_of_retry_tokens_ends_the_retries() {
    let throttled = || refusal(503, "RequestLimitExceeded", "Request limit exceeded.");
    for (capacity, requests) in [(Some(5), 2), (Some(0), 4), (None, 4)] {
        let server = Responder::start((0..9).map(|_| throttled()).collect()).await;
        let settings = Settings {
            max_retries: Some(4),
            token_bucket_rate_limiter_capacity: capacity,
            ..settings(&server.url)
        };
        let aws = connect(settings).await.unwrap();
        aws.ec2(REGION).find(&[]).await.unwrap_err();
        assert_eq!(server.requests().len(), requests, "{capacity:?}");
    }
}
