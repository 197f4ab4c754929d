//! The executor that `executors/README.md` writes from nothing, and the laws that it keeps. A test
//! holds the two texts to each other.
#![cfg(feature = "reqwest")]
#![allow(missing_docs, clippy::unwrap_used, reason = "it is printed as it stands")]
#![allow(
    unreachable_pub,
    unnameable_types,
    missing_debug_implementations,
    reason = "it is printed as it stands"
)]

// tutorial: the executor
use pusher_client::{
    AsyncExecutor, ErrorKind, ExecuteError, Proxy, Request, Response, Transport, http,
};

pub struct Mine {
    client: reqwest::Client,
    response_limit: usize,
}

impl Mine {
    pub fn with(transport: Transport) -> Result<Self, Error> {
        let tls = pusher_rustls::config(transport.trust).map_err(|_| Error::Setup)?;
        let mut client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .connect_timeout(transport.connect_timeout)
            .timeout(transport.total_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .http1_only()
            .no_proxy(); // none but the one below
        if let Proxy::Url(proxy) = transport.proxy {
            client = client.proxy(reqwest::Proxy::all(proxy.url_with_credentials())?);
        }
        Ok(Self { client: client.build()?, response_limit: transport.response_limit })
    }
}

impl AsyncExecutor for Mine {
    type Error = Error;

    async fn execute(&self, mut request: Request) -> Result<Response, Error> {
        if request.method() == "POST" && request.body().is_empty() {
            request.headers_mut().insert("content-length", 0.into());
        }
        let mut answer = self.client.execute(request.try_into()?).await?;
        let mut response =
            http::Response::builder().status(answer.status()).body(Vec::new()).unwrap();
        *response.headers_mut() = answer.headers().clone();
        while let Some(chunk) = answer.chunk().await? {
            response.body_mut().extend_from_slice(&chunk);
            if response.body().len() > self.response_limit {
                return Err(Error::TooLarge);
            }
        }
        Ok(response.map(Into::into))
    }
}
// tutorial: end

// tutorial: its errors
#[derive(Debug)]
pub enum Error {
    Setup,
    Exchange(reqwest::Error),
    TooLarge,
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        Self::Exchange(error.without_url()) // it holds the signature
    }
}

impl ExecuteError for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Exchange(error) if error.is_timeout() => ErrorKind::Timeout,
            Self::Exchange(error) if is_tls(error) => ErrorKind::Tls,
            Self::Exchange(error) if error.is_connect() => ErrorKind::Connect,
            Self::Exchange(error) if error.is_body() || error.is_decode() => ErrorKind::Body,
            Self::TooLarge => ErrorKind::Body,
            _ => ErrorKind::Other,
        }
    }

    fn maybe_sent(&self) -> bool {
        !matches!(self, Self::Exchange(error) if error.is_connect() || error.is_builder())
    }
}

fn is_tls(error: &reqwest::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.is::<pusher_rustls::rustls::Error>() {
            return true;
        }
        cause = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    false
}
// tutorial: end

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Setup => f.write_str("TLS could not be set up"),
            Self::Exchange(error) => error.fmt(f),
            Self::TooLarge => f.write_str("the response is too large"),
        }
    }
}

impl std::error::Error for Error {}

// tutorial: the laws
static RUNTIME: std::sync::LazyLock<tokio::runtime::Runtime> =
    std::sync::LazyLock::new(|| tokio::runtime::Runtime::new().unwrap());

pusher_conformance::executor_suite! {
    executor: "mine",
    async: Mine::with,
    block_on: |call| RUNTIME.block_on(call),
    known_failures: [
        (proxy, "a proxy that refuses is not told from a server that does", "expected an error of kind [Proxy]"),
    ],
}
// tutorial: end

/// What the README prints is what is tested here.
#[test]
fn the_readme_prints_this() {
    let (readme, this) = (include_str!("../../README.md"), include_str!("tutorial.rs"));
    let parts: Vec<_> = this.split("\n// tutorial: ").skip(1).collect();
    let printed = parts.iter().filter(|part| !part.starts_with("end"));
    let mut count = 0;
    for part in printed {
        let (_, code) = part.split_once('\n').unwrap();
        assert!(readme.contains(&format!("```rust\n{code}\n```\n")), "not in the README:\n{code}");
        count += 1;
    }
    assert_eq!(count, 3);
}
