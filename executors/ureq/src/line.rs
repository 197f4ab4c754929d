//! Keeps the request target from ureq, which writes it to `log`, and gives it to the connection
//! instead; and so with what a server repeats of it. This file knows bytes, and not what they mean.
//!
//! ureq is told a target of stars, as long as the real one. Each connection puts the real one in
//! their place when they come by, and a veil over the signature where an answer holds it; both ends
//! are on the thread that makes the call. By that, it is known of each failed call whether it was
//! sent.

use std::{cell::RefCell, mem};

use pusher_client::http::{HeaderMap, HeaderValue, Uri};
use ureq::{
    Error,
    unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport},
};

thread_local! {
    /// The call that this thread makes.
    static CURRENT: RefCell<Option<Target>> = const { RefCell::new(None) };
}

struct Target {
    stars: String,
    real: String,
    /// The signature, and as many letters that look like no other word.
    signature: Vec<u8>,
    veil: Vec<u8>,
    sent: bool,
}

/// A call whose target is hidden from ureq, until it is dropped.
pub(crate) struct Hidden {
    /// The call that this one interrupts, as a logger that sends what it logs would.
    outer: Option<Target>,
}

impl Hidden {
    /// Puts stars in the place of the target.
    pub(crate) fn new(uri: &mut Uri) -> Option<Self> {
        let mut parts = uri.clone().into_parts();
        let real = parts.path_and_query?.as_str().to_owned();
        let stars = format!("/{}", "*".repeat(real.len().saturating_sub(1)));
        parts.path_and_query = Some(stars.parse().ok()?);
        *uri = Uri::from_parts(parts).ok()?;
        let (_, signature) = real.rsplit_once("auth_signature=").unwrap_or_default();
        // Anything shorter might stand in an answer by chance.
        let signature =
            if signature.len() == 64 { signature.as_bytes().to_vec() } else { Vec::new() };
        let veil = signature.iter().map(|digit| b'g' + digit % 16).collect();
        let outer = CURRENT.replace(Some(Target { stars, real, signature, veil, sent: false }));
        Some(Self { outer })
    }

    /// Takes the veil from an answer.
    pub(crate) fn unveil(&self, headers: &mut HeaderMap, body: &mut [u8]) {
        CURRENT.with_borrow(|target| {
            let Some(Target { signature, veil, .. }) = target else { return };
            replace(body, veil, signature);
            for value in headers.values_mut() {
                let mut bytes = value.as_bytes().to_vec();
                if replace(&mut bytes, veil, signature)
                    && let Ok(unveiled) = HeaderValue::from_bytes(&bytes)
                {
                    *value = unveiled;
                }
            }
        });
    }

    /// Whether the request line was given to a connection.
    pub(crate) fn was_sent(&self) -> bool {
        CURRENT.with_borrow(|target| target.as_ref().is_none_or(|target| target.sent))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        CURRENT.set(mem::take(&mut self.outer));
    }
}

/// The last connector of the chain, above TLS.
#[derive(Debug)]
pub(crate) struct Revealing;

impl<In: Transport> Connector<In> for Revealing {
    type Out = Revealed<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(Revealed))
    }
}

#[derive(Debug)]
pub(crate) struct Revealed<T>(T);

impl<T: Transport> Transport for Revealed<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if let Some(output) = self.buffers().output().get_mut(..amount) {
            reveal(output);
        }
        self.0.transmit_output(amount, timeout)
    }

    fn maybe_await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let more = self.0.maybe_await_input(timeout)?;
        veil(self.buffers());
        Ok(more)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let more = self.0.await_input(timeout)?;
        veil(self.buffers());
        Ok(more)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}

/// ureq writes a request line at once, but not the first thing that goes over a connection is one:
/// to a proxy it is the request for a tunnel.
fn reveal(output: &mut [u8]) {
    CURRENT.with_borrow_mut(|target| {
        let Some(target) = target.as_mut().filter(|target| !target.sent) else { return };
        let end = output.iter().position(|byte| *byte == b'\r').unwrap_or(output.len());
        let line = output.get(..end).unwrap_or_default();
        let at = line.windows(target.stars.len()).position(|part| part == target.stars.as_bytes());
        let Some(at) = at else { return };
        if let Some(place) = output.get_mut(at..at + target.real.len()) {
            place.copy_from_slice(target.real.as_bytes());
            target.sent = true;
        }
    });
}

/// The whole head of an answer lies in the buffer before ureq reads it, so that no signature is
/// missed because it came in two pieces.
fn veil(buffers: &mut dyn Buffers) {
    CURRENT.with_borrow(|target| {
        let Some(Target { signature, veil, .. }) = target else { return };
        let mut input = buffers.input().to_vec();
        if !replace(&mut input, signature, veil) {
            return;
        }
        buffers.input_consume(input.len());
        if let Some(place) = buffers.input_append_buf().get_mut(..input.len()) {
            place.copy_from_slice(&input);
            buffers.input_appended(input.len());
        }
    });
}

/// Replaces a word by another of the same length; `false` if it is not there.
fn replace(bytes: &mut [u8], word: &[u8], other: &[u8]) -> bool {
    let mut found = false;
    let mut rest = bytes;
    while let Some(at) = rest.windows(word.len().max(1)).position(|part| part == word) {
        let (_, from) = rest.split_at_mut(at);
        let (place, after) = from.split_at_mut(word.len());
        place.copy_from_slice(other);
        (found, rest) = (true, after);
    }
    found
}
