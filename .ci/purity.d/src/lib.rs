//! Drives the core: every kind of work once, from bytes to bytes.

#[cfg(not(feature = "vectors"))]
mod drive;
#[cfg(feature = "vectors")]
mod vectors;
