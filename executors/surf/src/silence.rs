//! Keeps isahc's thread from telling `tracing` what it sends. This file knows nothing of requests
//! of the API.
//!
//! isahc hands every byte that curl sends, and so the signed URL, to `tracing` at TRACE, on a thread
//! that it makes itself; isahc 0.9 turns on the feature `log` of `tracing` besides, so that it all
//! reaches `log` where there is no subscriber. A thread can be given a subscriber of its own, though
//! only from within: by a request that fails before it reaches a network, whose body is dropped
//! there.

use std::{
    io, mem,
    pin::Pin,
    sync::mpsc::{Receiver, Sender, channel},
    task::{Context, Poll},
    thread::{self, ThreadId},
    time::Duration,
};

use futures_lite::{
    future::block_on,
    io::{AsyncBufRead, AsyncRead},
};
use surf::{Body, Client, Request, Url, http::Method};
use tracing::subscriber::{NoSubscriber, set_default};

/// Silences the thread of the client, or does nothing if the client is broken or has none.
pub(crate) fn silence(client: &Client) {
    let (done, dropped): (_, Receiver<()>) = channel();
    // curl knows no such scheme.
    let Ok(url) = Url::parse("nowhere://nowhere/") else { return };
    let mut request = Request::new(Method::Post, url);
    let silencer = Silencer { caller: thread::current().id(), done };
    request.set_body(Body::from_reader(silencer, Some(1)));
    let _refused = block_on(client.send(request));
    let _ = dropped.recv_timeout(Duration::from_secs(1));
}

struct Silencer {
    caller: ThreadId,
    done: Sender<()>,
}

impl AsyncRead for Silencer {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(0))
    }
}

impl AsyncBufRead for Silencer {
    fn poll_fill_buf(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        Poll::Ready(Ok(&[]))
    }

    fn consume(self: Pin<&mut Self>, _: usize) {}
}

impl Drop for Silencer {
    fn drop(&mut self) {
        if thread::current().id() != self.caller {
            // Until the thread ends.
            mem::forget(set_default(NoSubscriber::new()));
        }
        let _ = self.done.send(());
    }
}
