//! The HTTP client that all services share, including the instance metadata service.
//!
//! The SDK's client takes one proxy, but users configure one for HTTP and one for HTTPS. So there is a connector for each,
//! and the address decides. The client also adds the name of this product to the user agent of each request, with what the
//! user appends to it, and checks each reply (`reply`).
//! This module must not know any service.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::{
    Connector,
    proxy::ProxyConfig,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::{
    configuration::{ATTEMPT_TIMEOUT, CONNECT_TIMEOUT, Environment},
    error::{Error, Setting},
    network::ProxyError,
    os::{Given, named_variable, read, variable},
    reply::Expected,
    roots::{self, NoRoots},
    settings::Settings,
};
use crate::text::{sanitize, secrets};

/// Hosts that always bypass the proxy: this machine, and the metadata services of instances and containers.
const NEVER_PROXIED: &str = "localhost,127.0.0.0/8,::1,169.254.169.254,169.254.170.2,169.254.170.23,fd00:ec2::254,fd00:ec2::23";

/// Creates the client.
pub(super) fn client(settings: &Settings, environment: &Environment) -> Result<Client, Error> {
    let bundle = environment.ca_bundle(settings);
    let bundle = bundle.map(|(setting, path)| trust(setting, &read(setting, &path)?));
    let [http, https] = proxies(settings, environment);
    let https_proxy = https
        .as_ref()
        .map(|(_, address)| sanitize::without_userinfo(address).into_owned());
    let except = excepted(settings, environment);
    let [http, https] = [proxy(http, &except)?, proxy(https, &except)?];
    let product = product(settings, environment)?;
    Ok(Client(Arc::new(Shared {
        bundle: bundle.transpose()?,
        http,
        https,
        https_proxy,
        product,
        connectors: Mutex::default(),
    })))
}

/// What all connections share.
struct Shared {
    /// The certificates to trust instead of the system's.
    bundle: Option<TrustStore>,
    http: ProxyConfig,
    https: ProxyConfig,
    /// The address of the proxy for HTTPS, without a password.
    https_proxy: Option<String>,
    product: String,
    connectors: Mutex<BTreeMap<Timeouts, SharedHttpConnector>>,
}

/// The timeouts to connect and to read. Each pair has its own connections.
type Timeouts = (Option<Duration>, Option<Duration>);

/// The client. Cheap to clone.
#[derive(Clone)]
pub(super) struct Client(Arc<Shared>);

impl Client {
    /// Sends a request without the SDK.
    pub(super) async fn call(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(ATTEMPT_TIMEOUT)
            .build();
        let sleep = Some(SharedAsyncSleep::new(TokioSleep::new()));
        self.shared_connector(&settings, sleep.as_ref())
            .call(request)
            .await
    }

    fn shared_connector(
        &self,
        settings: &HttpConnectorSettings,
        sleep: Option<&SharedAsyncSleep>,
    ) -> SharedHttpConnector {
        let key = (settings.connect_timeout(), settings.read_timeout());
        let connectors = &self.0.connectors;
        let mut connectors = connectors.lock().unwrap_or_else(PoisonError::into_inner);
        let connector = connectors
            .entry(key)
            .or_insert_with(|| SharedHttpConnector::new(self.0.connector(settings, sleep)));
        connector.clone()
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address of a proxy may contain a password.
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.shared_connector(settings, components.sleep_impl().as_ref())
    }
}

impl Shared {
    fn connector(
        &self,
        settings: &HttpConnectorSettings,
        sleep: Option<&SharedAsyncSleep>,
    ) -> ByScheme {
        let trusted = match &self.bundle {
            Some(bundle) => Ok(bundle),
            None => roots::of_system().as_ref(),
        };
        // Plain HTTP works without root certificates.
        let none = TrustStore::empty();
        let tls = TlsContext::builder().with_trust_store(trusted.unwrap_or(&none).clone());
        let tls = tls.build().unwrap_or_default();
        let connector = |proxy: &ProxyConfig| {
            let mut builder = Connector::builder()
                .connector_settings(settings.clone())
                .proxy_config(proxy.clone());
            builder.set_sleep_impl(sleep.cloned());
            let connector = builder
                .tls_provider(Provider::rustls(CryptoMode::AwsLc))
                .tls_context(tls.clone())
                .build();
            SharedHttpConnector::new(connector)
        };
        let https = connector(&self.https);
        let http = if self.http.is_disabled() && self.https.is_disabled() {
            https.clone()
        } else {
            connector(&self.http)
        };
        ByScheme {
            http,
            https: trusted.map(|_| https).map_err(NoRoots::clone),
            https_proxy: self.https_proxy.clone(),
            product: self.product.clone(),
        }
    }
}

/// Two connectors. The address chooses one.
#[derive(Debug)]
struct ByScheme {
    http: SharedHttpConnector,
    /// Or why TLS is not possible.
    https: Result<SharedHttpConnector, NoRoots>,
    https_proxy: Option<String>,
    product: String,
}

impl HttpConnector for ByScheme {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let agent = match request.headers().get("user-agent") {
            Some(agent) => format!("{agent} {}", self.product),
            None => self.product.clone(),
        };
        // `product` contains only characters that a header can contain. Without it, a request is still sent.
        let _ = request.headers_mut().try_insert("user-agent", agent);
        remember(&request);
        let expected = Expected::of(&request);
        let reply = match &self.https {
            _ if !request.uri().starts_with("https:") => self.http.call(request),
            Ok(https) => https.call(request),
            Err(reason) => {
                HttpConnectorFuture::ready(Err(ConnectorError::user(reason.clone().into())))
            }
        };
        let proxy = self.https_proxy.clone();
        HttpConnectorFuture::new(async move {
            let reply = reply
                .await
                .map_err(|error| ProxyError::wrap(proxy, error))?;
            expected.read(reply).await
        })
    }
}

/// Keeps the secrets in the headers of a request from every text that is shown, because a reply may repeat them. A signature
/// is not kept: each request has its own, and they would soon displace all secrets.
fn remember(request: &HttpRequest) {
    let headers = [
        "authorization",
        "x-amz-security-token",
        "x-amz-sso_bearer_token",
        "x-aws-ec2-metadata-token",
    ];
    for header in headers {
        let value = request.headers().get(header).unwrap_or_default();
        if !value.starts_with("AWS4-") {
            secrets::remember(value);
        }
    }
}

/// Keeps the password of a proxy from every text that is shown, also in the form in which it is sent.
fn remember_password(address: &str) {
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let Some((userinfo, _)) = address.rsplit_once('@') else {
        return;
    };
    if let Some((_, password)) = userinfo.split_once(':') {
        secrets::remember(password);
    }
    secrets::remember(&STANDARD.encode(userinfo));
}

/// Returns the name of this product, with what the user appends to it.
fn product(settings: &Settings, environment: &Environment) -> Result<String, Error> {
    let own = concat!("terraform-provider-vpcflow/", env!("CARGO_PKG_VERSION"));
    let mut words = vec![own.to_owned()];
    let argument = |text: &String| (Setting::Argument("user_agent"), text.clone());
    let appended = named_variable(&environment.env, &["TF_APPEND_USER_AGENT"]);
    for (setting, text) in settings.user_agent.iter().map(argument).chain(appended) {
        if !text.chars().all(|c| matches!(c, ' '..='~')) {
            return Err(Error::configuration(
                setting,
                "it may contain only printable ASCII characters",
            ));
        }
        words.push(text.trim().to_owned());
    }
    words.retain(|word| !word.is_empty());
    Ok(words.join(" "))
}

/// A setting and its value.
type Named = (Setting<&'static str>, String);

/// Returns the proxies for HTTP and for HTTPS.
fn proxies(settings: &Settings, environment: &Environment) -> [Option<Named>; 2] {
    let env = &environment.env;
    let argument = |name: &'static str, value: &Option<String>| {
        value.clone().map(|value| (Setting::Argument(name), value))
    };
    let http_argument = argument("http_proxy", &settings.http_proxy);
    let http = http_argument
        .clone()
        .or_else(|| named_variable(env, &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]));
    let https = argument("https_proxy", &settings.https_proxy)
        .or_else(|| named_variable(env, &["HTTPS_PROXY", "https_proxy"]))
        .or(http_argument)
        .or_else(|| named_variable(env, &["ALL_PROXY", "all_proxy"]));
    [http, https]
}

/// Returns the hosts that bypass the proxy.
fn excepted(settings: &Settings, environment: &Environment) -> String {
    let variables = ["NO_PROXY", "no_proxy"];
    let argument = settings.no_proxy.clone();
    argument
        .or_else(|| variable(&environment.env, &variables))
        .unwrap_or_default()
}

/// Returns the proxy of a connector. An empty address means none.
fn proxy(named: Option<Named>, except: &str) -> Result<ProxyConfig, Error> {
    let Some((setting, address)) = named else {
        return Ok(ProxyConfig::disabled());
    };
    let Some(address) = Some(address.as_str()).given() else {
        return Ok(ProxyConfig::disabled());
    };
    let address = if address.contains("://") {
        address.to_owned()
    } else {
        format!("http://{address}")
    };
    remember_password(&address);
    // The message does not contain the address, because it may contain a password.
    let proxy = ProxyConfig::all(address.as_str()).map_err(|_| {
        Error::configuration(
            setting,
            "it is not the address of a proxy such as http://host:port",
        )
    })?;
    Ok(proxy.no_proxy(format!("{NEVER_PROXIED},{except}")))
}

/// Reads the certificates of a bundle.
fn trust(setting: Setting<&str>, bundle: &[u8]) -> Result<TrustStore, Error> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bundle).collect();
    let certificates = certificates
        .map_err(|error| Error::configuration(setting, format!("it is not a PEM file: {error}")))?;
    roots::usable(certificates).ok_or_else(|| {
        Error::configuration(setting, "it contains no usable certificate in PEM form")
    })
}

#[cfg(test)]
mod tests {
    use aws_types::os_shim_internal::Env;

    use super::*;

    #[test]
    fn a_session_token_stays_hidden_after_many_signed_requests() {
        let request = |name: &'static str, value: String| {
            let mut request = HttpRequest::empty();
            request.headers_mut().insert(name, value);
            request
        };
        remember(&request(
            "x-amz-security-token",
            "a-session-token".to_owned(),
        ));
        remember(&request(
            "authorization",
            "Bearer of-a-container".to_owned(),
        ));
        for number in 0..2 * secrets::MOST {
            let signature = format!("AWS4-HMAC-SHA256 Signature={number:032}");
            remember(&request("authorization", signature));
        }
        for secret in ["a-session-token", "Bearer of-a-container"] {
            assert_eq!(secrets::hide(secret), secrets::HIDDEN);
        }
    }

    async fn refused(settings: Settings, variables: &[(&str, &str)]) -> String {
        let environment = Environment::read(&settings, Env::from_slice(variables))
            .await
            .unwrap();
        client(&settings, &environment).unwrap_err().to_string()
    }

    #[tokio::test]
    async fn an_invalid_proxy_is_refused_without_showing_its_password() {
        let settings = Settings {
            https_proxy: Some("socks5://me:CANARY@host:1".to_owned()),
            ..Settings::default()
        };
        let text = refused(settings, &[]).await;
        assert!(text.contains("`https_proxy`"), "{text}");
        assert!(!text.contains("CANARY"), "{text}");
    }

    #[tokio::test]
    async fn an_invalid_bundle_is_refused_by_name() {
        let text = refused(Settings::default(), &[("AWS_CA_BUNDLE", "/nowhere/ca.pem")]).await;
        assert!(
            text.contains("`AWS_CA_BUNDLE`: /nowhere/ca.pem: No such file"),
            "{text}"
        );

        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "no certificate").unwrap();
        let settings = Settings {
            custom_ca_bundle: Some(file.path().to_str().unwrap().to_owned()),
            ..Settings::default()
        };
        let text = refused(settings, &[("AWS_CA_BUNDLE", "/nowhere/ca.pem")]).await;
        assert!(
            text.contains("`custom_ca_bundle`: it contains no usable certificate"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn an_invalid_user_agent_is_refused() {
        let settings = Settings {
            user_agent: vec!["bad\nline".to_owned()],
            ..Settings::default()
        };
        let text = refused(settings, &[]).await;
        assert!(text.contains("`user_agent`"), "{text}");
    }
}
