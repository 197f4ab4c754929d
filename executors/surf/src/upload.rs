//! A request's body that tells whether anybody began to read it, which curl does only once it is
//! connected. This file does not know what is in it.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use futures_lite::io::{AsyncBufRead, AsyncRead, Cursor};
use surf::Body;

pub(crate) fn upload(bytes: Vec<u8>, begun: Arc<AtomicBool>) -> Body {
    let length = bytes.len();
    Body::from_reader(Upload { bytes: Cursor::new(bytes), begun }, Some(length))
}

struct Upload {
    bytes: Cursor<Vec<u8>>,
    begun: Arc<AtomicBool>,
}

impl AsyncRead for Upload {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.begun.store(true, Ordering::Relaxed);
        Pin::new(&mut self.bytes).poll_read(context, buffer)
    }
}

impl AsyncBufRead for Upload {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        self.begun.store(true, Ordering::Relaxed);
        Pin::new(&mut self.get_mut().bytes).poll_fill_buf(context)
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        Pin::new(&mut self.bytes).consume(amount);
    }
}
