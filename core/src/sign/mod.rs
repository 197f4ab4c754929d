//! Signing, one file per stage of the protocol: the secret, the string to sign, the digests, and
//! the encoding on the wire. This room knows text, bytes and integers; HTTP types and endpoints
//! do not enter.

mod canonical;
mod digest;
mod secret;
mod wire;

pub use self::secret::Secret;
pub(crate) use self::{
    canonical::{Parameters, write_parameters},
    digest::{Ascii, hmac_sha256_hex, hmac_sha256_verifies},
    wire::{is_plain_segment, query_length, write_query},
};
