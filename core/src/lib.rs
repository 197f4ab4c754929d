//! The Pusher Channels server protocol without I/O.
//!
//! The core turns a *call* into an [`http::Request`] and an [`http::Response`] into a *typed
//! answer*. It holds no connection, no clock, no entropy, no environment and no global; what it
//! needs from outside is an argument. Whatever HTTP client and runtime you have, it fits.
//!
//! ```
//! use pusher_core::{App, Data, Prepared, Timestamp, Trigger, http};
//!
//! fn publish(
//!     now: Timestamp,
//!     my_http_client: impl Fn(http::Request<bytes::Bytes>) -> http::Response<bytes::Bytes>,
//! ) -> Result<(), Box<dyn std::error::Error>> {
//!     let app = App::from_url("https://KEY:SECRET@api-eu.pusher.com/apps/1234")?;
//!     let event = Trigger::new("orders".parse()?, "paid".parse()?, Data::json(&[7])?);
//!
//!     let Prepared { request, expects } = app.prepare(&event, now)?;   // pure
//!     let response = my_http_client(request);                          // yours
//!     let answer = expects.parse(&response)?;                          // pure
//!     assert!(answer.channels.is_empty(), "nothing was asked about them");
//!     Ok(())
//! }
//! # publish(Timestamp::from_unix(1), |_| http::Response::new("{}".into())).unwrap();
//! ```
//!
//! # The map
//!
//! | you want | look at |
//! |---|---|
//! | an app: credentials, where the API lives, limits, master keys | [`App`], [`Base`], [`Limits`], [`MasterKeys`] |
//! | to publish | [`Trigger`], [`TriggerBatch`], [`SendToUser`] |
//! | to ask | [`GetChannels`], [`GetChannel`], [`GetUsers`] |
//! | any other call | [`TerminateUser`], [`Raw`]; one of your own: [`Endpoint`] |
//! | to let a browser subscribe or sign in | [`App::authorize_channel`], [`App::authenticate_user`], [`ChannelForm`] |
//! | to read a webhook | [`Envelope`], [`App::webhook`] |
//! | a call that waits in a queue | [`Call`] |
//! | names that can be signed | [`ChannelName`], [`EventName`], [`SocketId`], [`UserId`] |
//! | a signed request, and what reads its answer | [`App::prepare`], [`Prepared`], [`Expects`] |
//! | what can go wrong | [`BuildError`] before sending, [`ResponseError`] after |
//!
//! A signed request is good for less than 600 seconds, so it cannot be stored or sent again later:
//! keep the call, and prepare it when it is sent.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod app;
mod auth;
mod base;
mod credentials;
mod data;
mod endpoint;
mod error;
mod json;
mod limits;
mod name;
mod percent;
mod prepared;
mod request;
#[cfg(feature = "encryption")]
mod seal;
mod sign;
mod timestamp;
mod url;
mod webhook;

pub use http;

#[cfg(feature = "encryption")]
pub use self::seal::{
    InvalidMasterKey, MasterKey, MasterKeys, Nonce, NotEncryptedChannel, OpenError,
};
pub use self::{
    app::App,
    auth::{
        AuthError, Callback, ChannelAuth, ChannelAuths, ChannelData, ChannelForm, InvalidCallback,
        InvalidChannelData, InvalidForm, InvalidUserData, Member, MemberId, User, UserAuth,
        UserData, UserForm,
    },
    base::{Base, Cluster, InvalidBase, InvalidCluster, Prefix},
    credentials::{Credentials, InvalidCredentials},
    data::Data,
    endpoint::{
        Attribute, Cache, Call, ChannelAttributes, ChannelUser, Draft, Endpoint, GetChannel,
        GetChannelResponse, GetChannels, GetChannelsResponse, GetUsers, GetUsersResponse,
        InvalidBatch, InvalidCall, Json, Raw, SendToUser, TerminateUser, Trigger, TriggerBatch,
        TriggerBatchResponse, TriggerResponse,
    },
    error::{ApiError, ApiErrorKind, BuildError, DecodeError, Malformed, ResponseError},
    limits::{LimitExceeded, Limits, Quantity},
    name::{
        ChannelKind, ChannelName, ChannelNames, ChannelPrefix, EventName, InvalidChannelName,
        InvalidChannelNames, InvalidChannelPrefix, InvalidEventName, InvalidSocketId,
        InvalidUserId, SocketId, UserId,
    },
    prepared::{Expects, Prepared},
    sign::Secret,
    timestamp::Timestamp,
    url::InvalidUrl,
    webhook::{ClientData, Envelope, Token, Webhook, WebhookError, WebhookEvent},
};
