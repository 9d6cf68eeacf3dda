//! A web site on the loopback, over TLS with a certificate of the tests' authority: fixed pages, by their paths.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use super::world;

/// The pages of a site: content type and bytes, by path.
pub(crate) type Pages = BTreeMap<String, (&'static str, Vec<u8>)>;

/// A running site. Dropping it stops the server.
pub(crate) struct Site {
    url: String,
    runtime: Option<Runtime>,
}

impl Site {
    /// Starts the server, which responds as soon as this function returns. The pages may contain its address.
    pub(crate) fn start(pages: impl FnOnce(&str) -> Pages) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!(
            "https://localhost:{}",
            listener.local_addr().unwrap().port()
        );
        let pages = Arc::new(pages(&url));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.spawn(serve(listener, pages));
        Self {
            url,
            runtime: Some(runtime),
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn serve(listener: TcpListener, pages: Arc<Pages>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let acceptor = TlsAcceptor::from(world::tls("localhost"));
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, pages) = (acceptor.clone(), Arc::clone(&pages));
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            let service = service_fn(move |request| {
                let response = page(&pages, &request);
                async move { Ok::<_, Infallible>(response) }
            });
            let connection = hyper::server::conn::http1::Builder::new();
            let _ = connection
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

fn page(pages: &Pages, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let Some((kind, bytes)) = pages.get(request.uri().path()) else {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    };
    let mut response = Response::new(Full::new(Bytes::from(bytes.clone())));
    response
        .headers_mut()
        .insert("content-type", kind.parse().unwrap());
    response
}
