//! The golden vectors through the public door: what the crate as a whole makes of them. A module for
//! each group; they are built for WebAssembly too, where no test harness runs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod auth;
mod encryption;
mod names;
mod requests;
mod responses;
mod signing;
mod urls;
mod webhooks;

macro_rules! tests {
    ($($group:ident::$every:ident),* $(,)?) => {
        $(
            #[test]
            fn $every() {
                $group::$every();
            }
        )*

        /// For where no test harness runs.
        #[cfg(not(test))]
        pub(crate) const ALL: &[fn()] = &[$($group::$every),*];
    };
}
tests![
    auth::every_channel_auth,
    auth::every_user_auth,
    encryption::every_encryption_case,
    names::every_name,
    requests::every_request,
    responses::every_response,
    signing::every_signing_case,
    urls::every_url,
    webhooks::every_webhook,
];
