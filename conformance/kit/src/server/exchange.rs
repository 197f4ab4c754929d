//! From a connection to an answer: reads the request, has it verified, finds its endpoint, records
//! what happened. To add an endpoint, add its lines to `route` and a file beside `events.rs`.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::answer::{self, Accepted, Failure};
use super::events;
use super::record::{Received, Records, Verification};
use super::verify::{App, BODY_LIMIT, Refusal, Refused, verify};

pub(super) struct Shared {
    pub(super) app: App,
    pub(super) clock: Box<dyn Fn() -> u64 + Send + Sync>,
    pub(super) records: Records,
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
    let path = target.split('?').next().unwrap_or_default();
    let now = (shared.clock)();
    let verdict = body
        .ok_or_else(|| Refusal::BodyTooLarge.into())
        .and_then(|body| verify(&shared.app, now, method.as_str(), target, body).map(|()| body));

    let (verification, outcome) = match verdict {
        Ok(body) => {
            let endpoint = shared.app.endpoint(path).unwrap_or_default();
            (Verification::Verified, route(method, endpoint, body))
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
    let (answer, events) = match outcome {
        Ok(Accepted { events, answer }) => (answer::json(&answer), events),
        Err(failure) => (failure.into_response(), Vec::new()),
    };

    let request = Received {
        method: method.to_string(),
        path: path.to_owned(),
        status: answer.status().as_u16(),
        verification,
    };
    shared.records.push(request, events);
    answer
}

/// The endpoints below `/apps/{app_id}/`. The request is verified.
fn route(method: &Method, endpoint: &str, body: &[u8]) -> Result<Accepted, Failure> {
    let segments: Vec<_> = endpoint.split('/').collect();
    match (segments.as_slice(), method.as_str()) {
        (["events"], "POST") => events::post(body),
        (["events"], _) => Err(Failure::only("POST")),
        _ => Err(Failure::new(StatusCode::NOT_FOUND, Refusal::UnknownApp.to_string())),
    }
}

#[cfg(test)]
mod tests;
