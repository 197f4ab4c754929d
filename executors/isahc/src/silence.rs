//! Keeps isahc's thread from telling `tracing` what it sends. This file knows nothing of requests
//! of the API.
//!
//! isahc hands every byte that curl sends, and so the signed URL, to `tracing` at TRACE, on a thread
//! that it makes itself. It means to do so only where somebody listens, but as soon as any crate
//! turns on the feature `log` of `tracing` it always does. A thread can be given a subscriber of its
//! own, though only from within: by a request that fails before it reaches a network, whose body is
//! dropped there.

use std::{
    io, mem,
    pin::Pin,
    sync::mpsc::{Receiver, Sender, channel},
    task::{Context, Poll},
    thread::{self, ThreadId},
    time::Duration,
};

use futures_lite::io::AsyncRead;
use isahc::{AsyncBody, HttpClient, http::Request};
use tracing::subscriber::{NoSubscriber, set_default};

/// Silences the thread of the client, or does nothing if the client is broken.
pub(crate) fn silence(client: &HttpClient) {
    let (done, dropped): (_, Receiver<()>) = channel();
    let body = AsyncBody::from_reader_sized(Silencer { caller: thread::current().id(), done }, 1);
    // curl knows no such scheme.
    if let Ok(request) = Request::post("nowhere://nowhere/").body(body) {
        let _refused = futures_lite::future::block_on(client.send_async(request));
        let _ = dropped.recv_timeout(Duration::from_secs(1));
    }
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

impl Drop for Silencer {
    fn drop(&mut self) {
        if thread::current().id() != self.caller {
            // Until the thread ends.
            mem::forget(set_default(NoSubscriber::new()));
        }
        let _ = self.done.send(());
    }
}
