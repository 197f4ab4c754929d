//! Golden vectors for the Pusher Channels server protocol: the JSON files, and types to read them with.
//! This crate is data: it computes nothing and judges nothing.
//!
//! Each group is one JSON file, embedded as text ([`SIGNING`]) and parsed on request ([`signing()`]).
//! The README beside the files explains their format; the documentation here repeats it where the
//! types need it.
//!
//! ```
//! use pusher_vectors::{Outcome, signing::Input, signing};
//!
//! let group = signing();
//! let case = group.case("signing/docs-trigger").expect("ids are permanent");
//!
//! assert_eq!(case.result, Outcome::Valid);
//! let Input::Request(request) = &case.input else { panic!("another kind") };
//! let stages = case.expect.as_ref().expect("only invalid cases expect nothing");
//!
//! assert_eq!(request.auth_timestamp, 1353088179);
//! assert_eq!(stages.body_md5.as_deref(), Some("ec365a775a4cd0599faeb73354201b6f"));
//! ```

pub mod channel_auth;
pub mod encryption;
mod group;
pub mod names;
pub mod requests;
pub mod responses;
pub mod signing;
mod text;
pub mod urls;
pub mod user_auth;
pub mod webhooks;

pub use group::{Case, Entry, Group, Outcome, Relation};
pub use text::Text;

/// The file `signing.json`, as it is.
pub const SIGNING: &str = include_str!("../signing.json");

/// The file `requests.json`, as it is.
pub const REQUESTS: &str = include_str!("../requests.json");

/// The file `urls.json`, as it is.
pub const URLS: &str = include_str!("../urls.json");

/// The file `encryption.json`, as it is.
pub const ENCRYPTION: &str = include_str!("../encryption.json");

/// The file `webhooks.json`, as it is.
pub const WEBHOOKS: &str = include_str!("../webhooks.json");

/// The file `names.json`, as it is.
pub const NAMES: &str = include_str!("../names.json");

/// The file `channel-auth.json`, as it is.
pub const CHANNEL_AUTH: &str = include_str!("../channel-auth.json");

/// The file `user-auth.json`, as it is.
pub const USER_AUTH: &str = include_str!("../user-auth.json");

/// The file `responses.json`, as it is.
pub const RESPONSES: &str = include_str!("../responses.json");

/// How requests are signed, stage by stage.
///
/// ```
/// use pusher_vectors::{signing, signing::Input};
///
/// let group = signing();
/// let hmac = group.cases.iter().filter(|case| matches!(case.input, Input::AuthSignature { .. }));
/// assert!(hmac.count() > 0);
/// ```
#[must_use]
pub fn signing() -> Group<signing::Input, signing::Stages> {
    parsed(SIGNING)
}

/// The HTTP requests that calls become, and the calls that must become none.
///
/// ```
/// use pusher_vectors::{Outcome, requests};
///
/// for case in requests().cases {
///     match case.result {
///         Outcome::Invalid => assert!(case.refusal.is_some()),
///         Outcome::Valid | Outcome::Acceptable => assert!(case.expect.is_some()),
///     }
/// }
/// ```
#[must_use]
pub fn requests() -> Group<requests::Input, requests::Request> {
    parsed(REQUESTS)
}

/// What the caller gets of a server's answer: a value, or an error.
///
/// ```
/// use pusher_vectors::{responses, responses::{Expected, Kind}};
///
/// let group = responses();
/// let case = group.case("responses/error-429").expect("ids are permanent");
/// let Some(Expected::Error(error)) = &case.expect else { panic!("429 is an error") };
/// assert_eq!((error.kind, error.retry_after), (Kind::RateLimited, Some(3)));
/// ```
#[must_use]
pub fn responses() -> Group<responses::Input, responses::Expected> {
    parsed(RESPONSES)
}

/// Where the API lives: from a URL with credentials, or from a cluster.
///
/// ```
/// use pusher_vectors::{urls, urls::Input};
///
/// let group = urls();
/// let case = group.case("urls/port-kept").expect("ids are permanent");
/// assert!(matches!(&case.input, Input::Url(url) if url.ends_with(":4433/apps/00001")));
/// assert_eq!(case.expect.as_ref().and_then(|address| address.port), Some(4433));
/// ```
#[must_use]
pub fn urls() -> Group<urls::Input, urls::Address> {
    parsed(URLS)
}

/// How data for encrypted channels is sealed and opened, stage by stage.
///
/// ```
/// use pusher_vectors::{encryption, encryption::Input};
///
/// let group = encryption();
/// let case = group.case("encryption/shared-secret").expect("ids are permanent");
/// assert!(matches!(&case.input, Input::SharedSecret { master_key, .. } if master_key.len() == 44));
/// let stages = case.expect.as_ref().expect("only invalid cases expect nothing");
/// assert_eq!(
///     stages.shared_secret.as_deref(),
///     Some("nlr49ISQHz91yS3cy/yWmW8wFMNeTnNL5tNHnbPJcLQ=")
/// );
/// ```
#[must_use]
pub fn encryption() -> Group<encryption::Input, encryption::Stages> {
    parsed(ENCRYPTION)
}

/// The deliveries of webhooks, and those that must not be believed.
///
/// ```
/// use pusher_vectors::webhooks;
///
/// let group = webhooks();
/// let case = group.case("webhooks/vacated").expect("ids are permanent");
/// let delivery = case.expect.as_ref().expect("only invalid cases expect nothing");
/// assert_eq!(delivery.time_ms, 1403175510755);
/// assert_eq!(delivery.events[0]["name"], "channel_vacated");
/// ```
#[must_use]
pub fn webhooks() -> Group<webhooks::Input, webhooks::Delivery> {
    parsed(WEBHOOKS)
}

/// Which names there are, and what kind of channel a name makes.
///
/// ```
/// use pusher_vectors::{names, names::Kind};
///
/// let group = names();
/// let case = group.case("names/channel-encrypted-cache").expect("ids are permanent");
/// let name = case.expect.as_ref().expect("the name is allowed");
/// assert_eq!((name.kind, name.cache), (Some(Kind::Encrypted), Some(true)));
/// ```
#[must_use]
pub fn names() -> Group<names::Input, names::Name> {
    parsed(NAMES)
}

/// What the browser is answered when it asks to subscribe to a channel.
///
/// ```
/// use pusher_vectors::channel_auth;
///
/// let group = channel_auth();
/// let case = group.case("channel-auth/docs-private").expect("ids are permanent");
/// let answer = case.expect.as_ref().expect("the channel is allowed");
/// let signed = answer.string_to_sign.as_ref().map(ToString::to_string);
/// assert_eq!(signed.as_deref(), Some("1234.1234:private-foobar"));
/// ```
#[must_use]
pub fn channel_auth() -> Group<channel_auth::Input, channel_auth::Answer> {
    parsed(CHANNEL_AUTH)
}

/// What the browser is answered when its user signs in.
///
/// ```
/// use pusher_vectors::user_auth;
///
/// let group = user_auth();
/// let case = group.case("user-auth/docs-user").expect("ids are permanent");
/// let answer = case.expect.as_ref().expect("the user may sign in");
/// assert_eq!(answer.string_to_sign.to_string(), r#"1234.1234::user::{"id":"12345"}"#);
/// ```
#[must_use]
pub fn user_auth() -> Group<user_auth::Input, user_auth::Answer> {
    parsed(USER_AUTH)
}

#[expect(
    clippy::expect_used,
    reason = "the text is embedded, and the tests of this crate parse it"
)]
fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("the embedded vectors fit their types")
}
