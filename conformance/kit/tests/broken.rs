//! A law that cannot fail is worth nothing. Here each has an executor that breaks it on purpose: a
//! lawful one with one fault. Its law must catch it, and which other laws it breaks on the way is
//! written down and must be exactly so.
#![cfg(feature = "laws")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock, Mutex},
    thread,
    time::Duration,
};

use pusher_client::{
    AsyncExecutor, ErrorKind, ExecuteError, Proxy, Request, Response, Transport,
    http::{HeaderValue, Uri, header},
};
use pusher_conformance::laws::{LAWS, Subject};
use pusher_hyper::Hyper;
use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());

/// The fault, by the law that it breaks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    /// Writes `%2C` for a comma, as an eager encoder does.
    ExactTarget,
    /// Asks before it sends.
    ExactBody,
    /// Takes 4xx and 5xx for failures.
    EveryStatus,
    /// Goes where a redirect points.
    NoRedirect,
    /// Sends again what failed.
    OneRequest,
    /// Hands out what was left over when a call fails.
    OwnResponse,
    /// Looks at the certificate of the first host only.
    RightPeer,
    /// Is content with a part of the body.
    WholeBody,
    /// Takes the first head for the last.
    FinalResponse,
    /// Invents a date.
    FaithfulFields,
    /// Wants text.
    OpaqueBytes,
    /// Promises to decode, and does not.
    Coding,
    /// Takes whatever comes.
    Bounded,
    /// Has all the time in the world.
    NoHang,
    /// Calls on, whoever has lost interest.
    Cancel,
    /// Believes everybody.
    Tls,
    /// Knows no proxy.
    Proxy,
}

struct Faulty {
    fault: Fault,
    hyper: Hyper,
    credulous: Hyper,
    first_host: Mutex<Option<String>>,
    leftover: Mutex<Option<Response>>,
}

#[derive(Debug)]
enum Failure {
    Hyper(pusher_hyper::Error),
    Own(ErrorKind),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hyper(error) => error.fmt(f),
            Self::Own(kind) => kind.fmt(f),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Hyper(error) => error.source(),
            Self::Own(_) => None,
        }
    }
}

impl ExecuteError for Failure {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Hyper(error) => error.kind(),
            Self::Own(kind) => *kind,
        }
    }

    fn maybe_sent(&self) -> bool {
        match self {
            Self::Hyper(error) => error.maybe_sent(),
            Self::Own(_) => true,
        }
    }
}

impl Faulty {
    fn new(fault: Fault, transport: Transport) -> Result<Self, pusher_hyper::Error> {
        let long = Duration::from_secs(60);
        let credulous = transport.clone().danger_accept_any_certificate();
        let transport = match fault {
            Fault::Bounded => transport.response_limit(usize::MAX),
            Fault::NoHang => transport.connect_timeout(long).total_timeout(long),
            Fault::Tls => credulous.clone(),
            Fault::Proxy if matches!(transport.proxy, Proxy::Url(_)) => transport.no_proxy(),
            _ => transport,
        };
        Ok(Self {
            fault,
            hyper: Hyper::with(transport)?,
            credulous: Hyper::with(credulous)?,
            first_host: Mutex::new(None),
            leftover: Mutex::new(None),
        })
    }

    async fn send(&self, request: Request) -> Result<Response, Failure> {
        self.hyper.execute(request).await.map_err(Failure::Hyper)
    }

    fn host_is_first(&self, request: &Request) -> bool {
        let host = request.uri().host().unwrap().to_owned();
        *self.first_host.lock().unwrap().get_or_insert_with(|| host.clone()) == host
    }
}

impl AsyncExecutor for Faulty {
    type Error = Failure;

    async fn execute(&self, mut request: Request) -> Result<Response, Failure> {
        match self.fault {
            Fault::ExactTarget => {
                let url = request.uri().to_string();
                *request.uri_mut() = url.replace(',', "%2C").parse().unwrap();
                self.send(request).await
            }
            Fault::ExactBody => {
                let ask = HeaderValue::from_static("100-continue");
                request.headers_mut().insert(header::EXPECT, ask);
                self.send(request).await
            }
            Fault::EveryStatus => match self.send(request).await? {
                failed
                    if failed.status().is_client_error() || failed.status().is_server_error() =>
                {
                    Err(Failure::Own(ErrorKind::Other))
                }
                response => Ok(response),
            },
            Fault::NoRedirect => {
                let base = url::Url::parse(&request.uri().to_string()).unwrap();
                let response = self.send(request.clone()).await?;
                match response.headers().get(header::LOCATION) {
                    Some(place) if response.status().is_redirection() => {
                        let place = base.join(place.to_str().unwrap()).unwrap();
                        *request.uri_mut() = place.as_str().parse::<Uri>().unwrap();
                        self.send(request).await
                    }
                    _ => Ok(response),
                }
            }
            Fault::OneRequest => match self.send(request.clone()).await {
                Err(error) if error.maybe_sent() => self.send(request).await,
                outcome => outcome,
            },
            Fault::OwnResponse => {
                let outcome = self.send(request).await;
                let mut leftover = self.leftover.lock().unwrap();
                match (&outcome, leftover.take()) {
                    (Err(error), Some(other)) if error.kind() == ErrorKind::Timeout => Ok(other),
                    (Ok(response), _) => {
                        *leftover = Some(response.clone());
                        outcome
                    }
                    _ => outcome,
                }
            }
            Fault::RightPeer if self.host_is_first(&request) => self.send(request).await,
            Fault::RightPeer => self.credulous.execute(request).await.map_err(Failure::Hyper),
            Fault::WholeBody => match self.send(request).await {
                Err(Failure::Hyper(pusher_hyper::Error::Body(_))) => Ok(Response::default()),
                outcome => outcome,
            },
            Fault::FinalResponse => {
                let first = Arc::new(Mutex::new(None));
                let seen = Arc::clone(&first);
                hyper::ext::on_informational(&mut request, move |head| {
                    seen.lock().unwrap().get_or_insert(head.status());
                });
                let mut response = self.send(request).await?;
                if let Some(status) = *first.lock().unwrap() {
                    *response.status_mut() = status;
                }
                Ok(response)
            }
            Fault::FaithfulFields => {
                let mut response = self.send(request).await?;
                let now = HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT");
                response.headers_mut().entry(header::DATE).or_insert(now);
                Ok(response)
            }
            Fault::OpaqueBytes => {
                let response = self.send(request).await?;
                let text = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok();
                let fields = response.headers().values().all(|value| value.to_str().is_ok());
                if fields && text(response.body()) {
                    Ok(response)
                } else {
                    Err(Failure::Own(ErrorKind::Other))
                }
            }
            Fault::Coding => {
                let gzip = HeaderValue::from_static("gzip");
                request.headers_mut().insert(header::ACCEPT_ENCODING, gzip);
                self.send(request).await
            }
            Fault::Cancel => {
                let hyper = self.hyper.clone();
                let call = tokio::spawn(async move { hyper.execute(request).await });
                call.await.unwrap().map_err(Failure::Hyper)
            }
            _ => self.send(request).await,
        }
    }
}

/// Which laws an executor with this fault breaks. `discreet` listens to the whole process, so it has
/// a program of its own.
fn broken_by(fault: Fault) -> BTreeSet<&'static str> {
    let subject = Subject::asynchronous(
        format!("{fault:?}"),
        move |transport| Faulty::new(fault, transport),
        |call| RUNTIME.block_on(call),
    );
    let laws = LAWS.iter().filter(|law| law.id != "discreet");
    thread::scope(|scope| {
        let checks: Vec<_> = laws
            .map(|law| {
                (law.id, scope.spawn(|| (law.check)(&subject).map_err(|broken| broken.to_string())))
            })
            .collect();
        checks
            .into_iter()
            .filter_map(|(id, check)| match check.join().unwrap() {
                Ok(_) => None,
                Err(sentence) => {
                    println!("{fault:?} breaks {id}: {sentence}");
                    Some(id)
                }
            })
            .collect()
    })
}

macro_rules! faults {
    ($($name:ident: $fault:ident breaks [$($law:literal),*];)*) => {$(
        #[test]
        fn $name() {
            assert_eq!(broken_by(Fault::$fault), BTreeSet::from([$($law),*]));
        }
    )*};
}

faults! {
    no_fault: None breaks [];
    exact_target: ExactTarget breaks ["exact_target", "proxy"];
    exact_body: ExactBody breaks ["exact_body"];
    every_status: EveryStatus breaks ["every_status", "one_request"];
    no_redirect: NoRedirect breaks ["no_redirect", "one_request"];
    one_request: OneRequest breaks ["one_request"];
    own_response: OwnResponse breaks ["own_response", "one_request"];
    right_peer: RightPeer breaks ["right_peer"];
    whole_body: WholeBody breaks ["whole_body", "one_request"];
    final_response: FinalResponse breaks ["final_response"];
    faithful_fields: FaithfulFields breaks ["faithful_fields"];
    opaque_bytes: OpaqueBytes breaks ["opaque_bytes", "coding"];
    coding: Coding breaks ["coding", "bounded"];
    bounded: Bounded breaks ["bounded"];
    no_hang: NoHang breaks ["no_hang", "one_request", "own_response"];
    cancel: Cancel breaks ["cancel"];
    tls: Tls breaks ["tls", "right_peer"];
    proxy: Proxy breaks ["proxy", "no_hang"];
}
