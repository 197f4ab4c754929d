//! From a connection to an answer: reads the request, has it verified, finds its endpoint, records
//! what happened. To add an endpoint, add its lines to `route` and a function beside the others.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use tokio::net::{TcpListener, TcpStream};

use super::answer::{self, Accepted, Failure, bad};
use super::record::{Effect, Received, Records, Verification};
use super::state::State;
use super::verify::{App, BODY_LIMIT, Refusal, Refused, verify};
use super::{channels, events, users};

pub(super) struct Shared {
    pub(super) app: App,
    pub(super) clock: Box<dyn Fn() -> u64 + Send + Sync>,
    pub(super) records: Records,
    pub(super) state: Mutex<State>,
}

impl Shared {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
            // Such as no file descriptors left: without the pause this would spin until there are
            // some.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    // A refused option and a broken connection are the client's affair; the next connection is
    // another.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| handle(&shared, request));
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn handle(
    shared: &Shared,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let target = head.uri.path_and_query().map_or("", |target| target.as_str());
    let body = read(body).await?;
    Ok(respond(shared, &head.method, target, body.as_deref()).map(Full::from))
}

/// The body, or `None` if it is over the limit. The rest is then read and thrown away: closing a
/// connection on unread bytes resets it, and the client would lose the answer.
async fn read(mut body: Incoming) -> Result<Option<Vec<u8>>, hyper::Error> {
    let mut kept = Some(Vec::new());
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        kept = kept.filter(|kept| kept.len() + data.len() <= BODY_LIMIT);
        if let Some(kept) = &mut kept {
            kept.extend_from_slice(&data);
        }
    }
    Ok(kept)
}

fn respond(
    shared: &Shared,
    method: &Method,
    target: &str,
    body: Option<&[u8]>,
) -> Response<String> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let now = (shared.clock)();
    let verdict = body
        .ok_or_else(|| Refusal::BodyTooLarge.into())
        .and_then(|body| verify(&shared.app, now, method.as_str(), target, body).map(|()| body));

    let (verification, outcome) = match verdict {
        Ok(body) => {
            let endpoint = shared.app.endpoint(path).unwrap_or_default();
            let mut state = shared.state();
            state.tick(now);
            let outcome = route(&state, method, endpoint, query, body);
            if let Ok(Accepted { effect, .. }) = &outcome {
                state.apply(effect);
            }
            (Verification::Verified, outcome)
        }
        Err(Refused { reason, text }) => {
            let status = match reason {
                Refusal::UnknownApp => StatusCode::NOT_FOUND,
                Refusal::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                _ => StatusCode::UNAUTHORIZED,
            };
            (Verification::Refused(reason), Err(Failure::new(status, text)))
        }
    };
    let (answer, effect) = match outcome {
        Ok(Accepted { answer, effect }) => (answer::json(&answer), effect),
        Err(failure) => (failure.into_response(), Effect::None),
    };

    let request = Received {
        method: method.to_string(),
        path: path.to_owned(),
        status: answer.status().as_u16(),
        verification,
    };
    shared.records.push(request, effect);
    answer
}

/// The endpoints below `/apps/{app_id}/`. The request is verified.
fn route(
    state: &State,
    method: &Method,
    endpoint: &str,
    query: &str,
    body: &[u8],
) -> Result<Accepted, Failure> {
    let segments: Vec<_> = endpoint.split('/').collect();
    match (segments.as_slice(), method.as_str()) {
        (segments, _) if segments.contains(&"") => Err(not_found()),
        (["events"], "POST") => events::post(state, body),
        (["batch_events"], "POST") => events::post_batch(state, body),
        (["channels"], "GET") => channels::list(state, query),
        (["channels", channel], "GET") => channels::get(state, &plain(channel)?, query),
        (["channels", channel, "users"], "GET") => users::list(state, &plain(channel)?),
        (["users", id, "terminate_connections"], "POST") => Ok(users::terminate(&plain(id)?)),
        (["events" | "batch_events"] | ["users", _, "terminate_connections"], _) => {
            Err(Failure::only("POST"))
        }
        (["channels"] | ["channels", _] | ["channels", _, "users"], _) => Err(Failure::only("GET")),
        _ => Err(not_found()),
    }
}

fn not_found() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, Refusal::UnknownApp.to_string())
}

/// A segment of the path, percent-decoded. A slash in a user id comes as `%2F`.
fn plain(segment: &str) -> Result<Cow<'_, str>, Failure> {
    percent_decode_str(segment).decode_utf8().map_err(|_| bad("The path is not UTF-8"))
}

#[cfg(test)]
mod tests;
