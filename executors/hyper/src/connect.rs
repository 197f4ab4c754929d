//! From a URL to a connection: directly, to a proxy or through its tunnel, with TLS around it, within
//! the time for connecting. This file does not know requests.

use std::{
    error::Error as StdError,
    fmt, io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::{Either, select};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::{
    legacy::connect::{Connected, Connection, proxy::Tunnel},
    proxy::matcher::Matcher,
};
use pusher_client::{
    ErrorKind, Proxy,
    http::{HeaderValue, Uri, uri::Scheme},
};
use tower_service::Service;

use crate::runtime::Runtime;

/// Which way leads to which URL.
#[derive(Clone)]
pub(crate) struct Routes(Option<Arc<Matcher>>);

/// One way.
pub(crate) enum Route {
    Direct,
    /// For `http`: the proxy is sent the request itself.
    Forward {
        proxy: Uri,
        authorization: Option<HeaderValue>,
    },
    /// For `https`: the proxy is asked for a tunnel.
    Tunnel {
        proxy: Uri,
        authorization: Option<HeaderValue>,
    },
}

impl Routes {
    pub(crate) fn of(proxy: &Proxy) -> Self {
        Self(
            match proxy {
                Proxy::Direct => None,
                Proxy::Url(url) => Some(Matcher::builder().all(url.url_with_credentials()).build()),
                _ => Some(Matcher::from_env()),
            }
            .map(Arc::new),
        )
    }

    pub(crate) fn to(&self, uri: &Uri) -> Route {
        let Some(intercept) = self.0.as_ref().and_then(|matcher| matcher.intercept(uri)) else {
            return Route::Direct;
        };
        let (proxy, authorization) = (intercept.uri().clone(), intercept.basic_auth().cloned());
        if uri.scheme() == Some(&Scheme::HTTPS) {
            Route::Tunnel { proxy, authorization }
        } else {
            Route::Forward { proxy, authorization }
        }
    }
}

/// Why no connection came about.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    source: Box<dyn StdError + Send + Sync>,
}

impl Failure {
    fn new(kind: ErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: source.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.source()
    }
}

type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send>>;

/// Everything: the way, TLS, and the time that both may take.
#[derive(Clone)]
pub(crate) struct Connector<R> {
    https: HttpsConnector<Dial<R>>,
    runtime: R,
    timeout: Duration,
}

impl<R: Runtime> Connector<R> {
    pub(crate) fn new(
        runtime: R,
        routes: Routes,
        tls: rustls::ClientConfig,
        timeout: Duration,
    ) -> Self {
        let https = HttpsConnector::from((Dial { runtime: runtime.clone(), routes }, tls));
        Self { https, runtime, timeout }
    }
}

impl<R: Runtime> Service<Uri> for Connector<R> {
    type Response = MaybeHttpsStream<Wire<R::Stream>>;
    type Error = Failure;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let (connecting, timeout) = (self.https.call(uri), self.runtime.sleep(self.timeout));
        let limit = self.timeout;
        Box::pin(async move {
            match select(connecting, timeout).await {
                Either::Left((Ok(stream), _)) => Ok(stream),
                // The way fails with a failure of ours; all else is the TLS handshake.
                Either::Left((Err(error), _)) => Err(match error.downcast::<Failure>() {
                    Ok(failure) => *failure,
                    Err(error) => Failure::new(ErrorKind::Tls, error),
                }),
                Either::Right(_) => {
                    Err(Failure::new(ErrorKind::Timeout, format!("no connection within {limit:?}")))
                }
            }
        })
    }
}

/// The way alone.
#[derive(Clone)]
struct Dial<R> {
    runtime: R,
    routes: Routes,
}

impl<R: Runtime> Service<Uri> for Dial<R> {
    type Response = Wire<R::Stream>;
    type Error = Failure;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let runtime = self.runtime.clone();
        match self.routes.to(&uri) {
            Route::Direct => Box::pin(tcp(runtime, uri, ErrorKind::Connect, false)),
            Route::Forward { proxy, .. } => Box::pin(tcp(runtime, proxy, ErrorKind::Proxy, true)),
            Route::Tunnel { proxy, authorization } => {
                let mut tunnel = Tunnel::new(proxy, ToProxy(runtime));
                if let Some(authorization) = authorization {
                    tunnel = tunnel.with_auth(authorization);
                }
                let tunneling = tunnel.call(uri);
                Box::pin(async {
                    tunneling.await.map_err(|error| Failure::new(ErrorKind::Proxy, error))
                })
            }
        }
    }
}

/// The connection that a tunnel is dug through.
#[derive(Clone)]
struct ToProxy<R>(R);

impl<R: Runtime> Service<Uri> for ToProxy<R> {
    type Response = Wire<R::Stream>;
    type Error = Failure;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, proxy: Uri) -> Self::Future {
        Box::pin(tcp(self.0.clone(), proxy, ErrorKind::Proxy, false))
    }
}

async fn tcp<R: Runtime>(
    runtime: R,
    uri: Uri,
    failing: ErrorKind,
    forwards: bool,
) -> Result<Wire<R::Stream>, Failure> {
    let scheme = uri.scheme().unwrap_or(&Scheme::HTTP);
    if failing == ErrorKind::Proxy && *scheme != Scheme::HTTP {
        return Err(Failure::new(
            failing,
            format!("the environment names a {scheme} proxy; only http is supported"),
        ));
    }
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let default = if *scheme == Scheme::HTTPS { 443 } else { 80 };
    let connected = runtime.connect(host, uri.port_u16().unwrap_or(default)).await;
    let stream = connected.map_err(|error| Failure::new(failing, error))?;
    Ok(Wire { stream, forwards })
}

/// A connection, and whether hyper has to send it URLs instead of paths.
pub(crate) struct Wire<S> {
    stream: S,
    forwards: bool,
}

impl<S> Connection for Wire<S> {
    fn connected(&self) -> Connected {
        Connected::new().proxy(self.forwards)
    }
}

impl<S: Read + Unpin> Read for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: Write + Unpin> Write for Wire<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }
}
