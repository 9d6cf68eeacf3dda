//! The one HTTP client that all services share, and the instance metadata service with them.
//!
//! The SDK's own client takes one proxy for one kind of traffic; people name two, one for HTTP and one for HTTPS,
//! so there is a connector for each and the address decides. The client also signs each request with the name of
//! this product and with what the user wants appended to it, and has each reply judged by `reply`.
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
use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::{
    causes::chain,
    configuration::{ATTEMPT_TIMEOUT, CONNECT_TIMEOUT, Surroundings},
    environment::{given, named_variable, read, variable},
    error::{Error, Source},
    reply::Expected,
    roots,
    settings::Settings,
};
use crate::text::sanitize;

/// Hosts that never stand behind a proxy: this machine, and the metadata services of instances and containers.
const NEVER_PROXIED: &str = "localhost,127.0.0.0/8,::1,169.254.169.254,169.254.170.2,169.254.170.23,fd00:ec2::254,fd00:ec2::23";

/// Makes the client.
pub(super) fn client(settings: &Settings, surroundings: &Surroundings) -> Result<Client, Error> {
    let bundle = surroundings.ca_bundle(settings);
    let bundle = bundle.map(|(source, path)| trust(source, &read(source, &path)?));
    let [http, https] = proxies(settings, surroundings);
    let https_proxy = https
        .as_ref()
        .map(|(_, address)| sanitize::without_userinfo(address).into_owned());
    let except = excepted(settings, surroundings);
    let [http, https] = [proxy(http, &except)?, proxy(https, &except)?];
    let product = product(settings, surroundings)?;
    Ok(Client(Arc::new(Shared {
        bundle: bundle.transpose()?,
        http,
        https,
        https_proxy,
        product,
        connectors: Mutex::default(),
    })))
}

/// What all connections have in common.
struct Shared {
    /// Whom to trust in place of the system's certificate authorities.
    bundle: Option<TrustStore>,
    http: ProxyConfig,
    https: ProxyConfig,
    /// The address of the proxy for HTTPS, as it may be shown.
    https_proxy: Option<String>,
    product: String,
    connectors: Mutex<BTreeMap<Timeouts, SharedHttpConnector>>,
}

/// Timeouts to connect and to read: connections of different patience are kept apart.
type Timeouts = (Option<Duration>, Option<Duration>);

/// The client. Cheap to clone.
#[derive(Clone)]
pub(super) struct Client(Arc<Shared>);

impl Client {
    /// Makes one call without the SDK.
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
        // A proxy's address may hold a password.
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
        // Plain HTTP works without anybody to trust.
        let nobody = TrustStore::empty();
        let tls = TlsContext::builder().with_trust_store(trusted.unwrap_or(&nobody).clone());
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
        let http = match self.http.is_disabled() && self.https.is_disabled() {
            true => https.clone(),
            false => connector(&self.http),
        };
        ByScheme {
            http,
            https: trusted.map(|_| https).map_err(String::clone),
            https_proxy: self.https_proxy.clone(),
            product: self.product.clone(),
        }
    }
}

/// Two connectors, of which the address chooses one.
#[derive(Debug)]
struct ByScheme {
    http: SharedHttpConnector,
    /// Or why TLS is not possible.
    https: Result<SharedHttpConnector, String>,
    https_proxy: Option<String>,
    product: String,
}

/// The proxy that a connection failed in.
#[derive(Debug, thiserror::Error)]
#[error("through the proxy {proxy}")]
struct InProxy {
    proxy: String,
    source: ConnectorError,
}

impl HttpConnector for ByScheme {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let agent = match request.headers().get("user-agent") {
            Some(agent) => format!("{agent} {}", self.product),
            None => self.product.clone(),
        };
        // The product was checked to be fit for a header; a request goes out without it rather than not at all.
        let _ = request.headers_mut().try_insert("user-agent", agent);
        let expected = Expected::of(&request);
        let reply = match &self.https {
            _ if !request.uri().starts_with("https:") => self.http.call(request),
            Ok(https) => https.call(request),
            Err(reason) => {
                HttpConnectorFuture::ready(Err(ConnectorError::user(reason.as_str().into())))
            }
        };
        let proxy = self.https_proxy.clone();
        HttpConnectorFuture::new(async move {
            let reply = reply.await.map_err(|error| in_proxy(proxy, error))?;
            expected.read(reply).await
        })
    }
}

/// The name of this product, and what the user appends to it.
fn product(settings: &Settings, surroundings: &Surroundings) -> Result<String, Error> {
    let own = concat!("terraform-provider-vpcflow/", env!("CARGO_PKG_VERSION"));
    let mut words = vec![own.to_owned()];
    let argument = |text: &String| (Source::Argument("user_agent"), text.clone());
    let appended = named_variable(&surroundings.env, &["TF_APPEND_USER_AGENT"]);
    for (source, text) in settings.user_agent.iter().map(argument).chain(appended) {
        if !text.chars().all(|c| matches!(c, ' '..='~')) {
            return Err(Error::configuration(
                source,
                "it may hold printable ASCII alone",
            ));
        }
        words.push(text.trim().to_owned());
    }
    words.retain(|word| !word.is_empty());
    Ok(words.join(" "))
}

/// Names the proxy in an error that it caused. Only the text of the client tells.
fn in_proxy(proxy: Option<String>, error: ConnectorError) -> ConnectorError {
    match proxy {
        Some(proxy) if error.is_io() && chain(&error).contains("tunnel error") => {
            ConnectorError::io(Box::new(InProxy {
                proxy,
                source: error,
            }))
        }
        _ => error,
    }
}

/// A setting and its source.
type Named = (Source<'static>, String);

/// The proxies for HTTP and for HTTPS.
fn proxies(settings: &Settings, surroundings: &Surroundings) -> [Option<Named>; 2] {
    let env = &surroundings.env;
    let argument = |name: &'static str, value: &Option<String>| {
        value.clone().map(|value| (Source::Argument(name), value))
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

/// The hosts that are reached without a proxy.
fn excepted(settings: &Settings, surroundings: &Surroundings) -> String {
    let variables = ["NO_PROXY", "no_proxy"];
    let argument = settings.no_proxy.clone();
    argument
        .or_else(|| variable(&surroundings.env, &variables))
        .unwrap_or_default()
}

/// One proxy for all traffic of its connector; an empty address means none.
fn proxy(named: Option<Named>, except: &str) -> Result<ProxyConfig, Error> {
    let Some((source, address)) = named else {
        return Ok(ProxyConfig::disabled());
    };
    let Some(address) = given(Some(&address)) else {
        return Ok(ProxyConfig::disabled());
    };
    let address = match address.contains("://") {
        true => address.to_owned(),
        false => format!("http://{address}"),
    };
    // The address itself is not told: it may hold a password.
    let proxy = ProxyConfig::all(address.as_str()).map_err(|_| {
        Error::configuration(
            source,
            "it is not the address of a proxy such as http://host:port",
        )
    })?;
    Ok(proxy.no_proxy(format!("{NEVER_PROXIED},{except}")))
}

/// Trusts the certificates of a bundle.
fn trust(source: Source<'_>, bundle: &[u8]) -> Result<TrustStore, Error> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bundle).collect();
    let certificates = certificates
        .map_err(|error| Error::configuration(source, format!("it is not a PEM file: {error}")))?;
    roots::usable(certificates).ok_or_else(|| {
        Error::configuration(
            source,
            "it holds no certificate in PEM form that can be used",
        )
    })
}

#[cfg(test)]
mod tests {
    use aws_types::os_shim_internal::Env;

    use super::*;

    async fn refused(settings: Settings, variables: &[(&str, &str)]) -> String {
        let surroundings = Surroundings::read(&settings, Env::from_slice(variables))
            .await
            .unwrap();
        client(&settings, &surroundings).unwrap_err().to_string()
    }

    #[tokio::test]
    async fn proxy_that_is_no_address_is_refused_without_telling_its_password() {
        let settings = Settings {
            https_proxy: Some("socks5://me:CANARY@host:1".to_owned()),
            ..Settings::default()
        };
        let text = refused(settings, &[]).await;
        assert!(text.contains("`https_proxy`"), "{text}");
        assert!(!text.contains("CANARY"), "{text}");
    }

    #[tokio::test]
    async fn bundle_is_refused_by_the_name_of_its_source() {
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
            text.contains("`custom_ca_bundle`: it holds no certificate"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn user_agent_that_no_header_can_carry_is_refused() {
        let settings = Settings {
            user_agent: vec!["bad\nline".to_owned()],
            ..Settings::default()
        };
        let text = refused(settings, &[]).await;
        assert!(text.contains("`user_agent`"), "{text}");
    }
}
