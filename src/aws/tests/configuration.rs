//! Settings that are refused before any call, the order of precedence, and the network.

use std::sync::Arc;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::{
    super::{services::once, *},
    *,
};

async fn refusal_of(settings: Settings, variables: &[(&str, &str)]) -> String {
    let connected =
        Aws::connect_from(settings, Stop::new(), Env::from_slice(variables), quickly).await;
    let error = connected.unwrap_err();
    assert_eq!(error.kind, Kind::Configuration);
    error.to_string()
}

fn base() -> Settings {
    settings("http://127.0.0.1:1")
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn each_region_has_one_gateway() {
    let gateways = Mutex::default();
    let mut made = 0;
    for region in ["eu-central-1", "us-east-1", "eu-central-1", "us-east-1"] {
        let gateway = once(&gateways, region, || {
            made += 1;
            region
        });
        assert_eq!(gateway, region);
    }
    assert_eq!(made, 2);
}

type Change = fn(&mut Settings);

fn role(duration: &str) -> Vec<AssumeRole> {
    vec![AssumeRole {
        role_arn: "arn:aws:iam::111111111111:role/r".to_owned(),
        duration: some(duration),
        ..AssumeRole::default()
    }]
}

#[tokio::test]
async fn invalid_arguments_are_refused_by_name() {
    let cases: [(&str, Change); 16] = [
        ("insecure", |s| s.insecure = true),
        ("region", |s| s.region = some("Frankfurt")),
        ("sts_region", |s| s.sts_region = some("eu")),
        ("retry_mode", |s| s.retry_mode = some("legacy")),
        ("max_retries", |s| s.max_retries = Some(-1)),
        ("token_bucket_rate_limiter_capacity", |s| {
            s.token_bucket_rate_limiter_capacity = Some(-1);
        }),
        ("profile", |s| s.profile = some("missing")),
        ("secret_key", |s| s.access_key = None),
        ("access_key", |s| s.secret_key = None),
        ("token", |s| (s.access_key, s.secret_key) = (None, None)),
        ("endpoints.ec2", |s| s.endpoints.ec2 = some("localhost:1")),
        ("ec2_metadata_service_endpoint", |s| {
            s.ec2_metadata_service_endpoint = some("http://");
        }),
        ("ec2_metadata_service_endpoint_mode", |s| {
            s.skip_metadata_api_check = false;
            s.ec2_metadata_service_endpoint_mode = some("IPv5");
        }),
        ("assume_role[0].duration", |s| s.assume_role = role("soon")),
        ("assume_role[0].duration", |s| s.assume_role = role("13h")),
        (
            "assume_role_with_web_identity.web_identity_token_file",
            |s| s.assume_role_with_web_identity = Some(AssumeRoleWithWebIdentity::default()),
        ),
    ];
    for (argument, change) in cases {
        let mut settings = base();
        change(&mut settings);
        let text = refusal_of(settings, &[]).await;
        assert!(
            text.contains(&format!("`{argument}`: ")),
            "{argument}: {text}"
        );
        assert!(!text.contains("CANARY"), "{text}");
    }
}

#[tokio::test]
async fn invalid_environment_variables_are_refused_by_name() {
    let bare = || Settings {
        region: None,
        ..base()
    };
    for (variable, value) in [
        ("AWS_REGION", "nowhere"),
        ("AWS_RETRY_MODE", "eager"),
        ("AWS_MAX_ATTEMPTS", "0"),
        ("AWS_PROFILE", "missing"),
        ("HTTPS_PROXY", "ftp://proxy"),
    ] {
        let text = refusal_of(bare(), &[(variable, value)]).await;
        assert!(
            text.contains(&format!("`{variable}`: ")),
            "{variable}: {text}"
        );
    }
}

#[tokio::test]
async fn arguments_take_precedence_over_the_environment() {
    let region = async |argument: Option<String>, variables: &[(&str, &str)]| {
        let settings = Settings {
            region: argument,
            ..base()
        };
        let aws =
            Aws::connect_from(settings, Stop::new(), Env::from_slice(variables), quickly).await;
        aws.unwrap().region().map(str::to_owned)
    };
    let both = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-2"),
    ];
    assert_eq!(region(some("eu-west-3"), &both).await, some("eu-west-3"));
    assert_eq!(region(some(""), &both).await, some("eu-west-1"));
    assert_eq!(region(None, &both[1..]).await, some("eu-west-2"));
    assert_eq!(region(None, &[]).await, None);
}

#[tokio::test]
async fn any_region_is_accepted_without_validation() {
    let settings = Settings {
        region: some("local"),
        skip_region_validation: true,
        ..base()
    };
    assert_eq!(connect(settings).await.unwrap().region(), Some("local"));
}

#[tokio::test]
async fn the_retry_mode_legacy_of_the_environment_is_accepted() {
    let env = Env::from_slice(&[("AWS_RETRY_MODE", "legacy"), ("AWS_MAX_ATTEMPTS", "2")]);
    let throttled = || refusal(503, "RequestLimitExceeded", "Request limit exceeded.");
    let server = Responder::start(vec![throttled(), throttled(), throttled()]).await;
    let aws = Aws::connect_from(settings(&server.url), Stop::new(), env, quickly)
        .await
        .unwrap();
    let error = aws.ec2(REGION).find(&[]).await.unwrap_err();
    assert_eq!(error.code.as_deref(), Some("RequestLimitExceeded"));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_call_has_25_attempts_by_default() {
    let throttled = || refusal(503, "RequestLimitExceeded", "Request limit exceeded.");
    let server = Responder::start((0..30).map(|_| throttled()).collect()).await;
    let least = |retries: RetryConfig| quickly(retries).with_max_backoff(Duration::from_millis(1));
    let aws = Aws::connect_from(
        settings(&server.url),
        Stop::new(),
        Env::from_slice(&[]),
        least,
    )
    .await
    .unwrap();
    aws.ec2(REGION).find(&[]).await.unwrap_err();
    assert_eq!(server.requests().len(), 25);
}

#[tokio::test]
async fn the_proxy_is_used_except_for_hosts_that_bypass_it() {
    let proxy = Responder::start(vec![ok(
        "<DescribeFlowLogsResponse><flowLogSet/></DescribeFlowLogsResponse>",
    )])
    .await;
    let address = proxy.url.strip_prefix("http://").unwrap().to_owned();
    let through = Settings {
        http_proxy: some(&format!("http://user:pass@{address}")),
        user_agent: vec!["mine/1".to_owned()],
        ..settings("http://ec2.example.test")
    };
    connect(through.clone())
        .await
        .unwrap()
        .ec2(REGION)
        .find(&[])
        .await
        .unwrap();
    let head = &proxy.requests()[0].head;
    assert!(
        head.starts_with("POST http://ec2.example.test/ HTTP/1.1"),
        "{head}"
    );
    assert!(
        head.contains("dXNlcjpwYXNz"),
        "the proxy is given its password: {head}"
    );
    let product = concat!(
        "terraform-provider-vpcflow/",
        env!("CARGO_PKG_VERSION"),
        " mine/1"
    );
    assert!(head.contains(product), "{head}");

    let around = Settings {
        no_proxy: some(".example.test"),
        ..through
    };
    let error = connect(around)
        .await
        .unwrap()
        .ec2(REGION)
        .find(&[])
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    assert_eq!(proxy.requests().len(), 1);
}

#[tokio::test]
async fn a_private_certificate_authority_is_trusted_only_with_its_bundle() {
    let certified = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(
        certified.signing_key.serialize_der(),
    ));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let server = Responder::start_with(
        vec![ok(
            "<DescribeFlowLogsResponse><flowLogSet/></DescribeFlowLogsResponse>",
        )],
        Some(acceptor),
    )
    .await;

    let distrustful = aws(&server, 1).await;
    let error = distrustful.ec2(REGION).find(&[]).await.unwrap_err();
    assert_eq!(
        (error.kind, error.unanswered),
        (Kind::Unreachable, false),
        "{error}"
    );
    assert!(
        error.hint().unwrap().contains("custom_ca_bundle"),
        "{error}"
    );

    let bundle = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(bundle.path(), roots::pem(certified.cert.der())).unwrap();
    let trusting = Settings {
        custom_ca_bundle: some(bundle.path().to_str().unwrap()),
        ..settings(&server.url)
    };
    connect(trusting)
        .await
        .unwrap()
        .ec2(REGION)
        .find(&[])
        .await
        .unwrap();
}
