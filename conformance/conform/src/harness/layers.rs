//! Which layer of the vectors each of the library's errors is.

use pusher_core::{AuthError, BuildError, InvalidChannelNames, InvalidForm, WebhookError};

use super::No;

pub(super) fn build(error: &BuildError) -> No {
    No::Refused(of_build(error), error.to_string())
}

fn of_build(error: &BuildError) -> &'static str {
    match error {
        BuildError::ChannelNames(InvalidChannelNames::Name { .. })
        | BuildError::ChannelName(_)
        | BuildError::ChannelPrefix(_) => "channel-name",
        BuildError::ChannelNames(_) => "channel-names",
        BuildError::EventName(_) => "event-name",
        BuildError::SocketId(_) => "socket-id",
        BuildError::UserId(_) => "user-id",
        BuildError::Batch(_) => "batch",
        BuildError::LimitExceeded(_) => "limits",
        BuildError::EncryptedFanout
        | BuildError::PlaintextOnEncryptedChannel
        | BuildError::MissingMasterKey => "encryption",
        BuildError::Attribute { .. } => "info",
        BuildError::NotPresenceChannel { .. } => "channel-kind",
        BuildError::ReservedKey { .. } => "reserved-key",
        BuildError::RepeatedKey { .. } => "equal-keys",
        BuildError::Path { .. } | BuildError::Unaddressable { .. } => "unaddressable",
        BuildError::BatchEvent { reason, .. } => of_build(reason),
        BuildError::Auth(error) => of_auth(error),
        _ => "another",
    }
}

pub(super) fn auth(error: &AuthError) -> No {
    No::Refused(of_auth(error), error.to_string())
}

fn of_auth(error: &AuthError) -> &'static str {
    match error {
        AuthError::PublicChannel { .. } => "public-channel",
        AuthError::NotPresenceChannel { .. } => "channel-kind",
        AuthError::MissingUserId => "channel-data",
        AuthError::LimitExceeded(_) => "limits",
        AuthError::MissingMasterKey => "encryption",
        _ => "another",
    }
}

pub(super) fn form(error: &InvalidForm) -> No {
    let layer = match error {
        InvalidForm::SocketId(_) => "socket-id",
        InvalidForm::ChannelName { .. } => "channel-name",
        _ => "form",
    };
    No::Refused(layer, error.to_string())
}

pub(super) fn webhook(error: &WebhookError) -> No {
    let layer = match error {
        WebhookError::Header { name: "x-pusher-key" } => "key-header",
        WebhookError::Header { .. } => "signature-header",
        WebhookError::UnknownKey { .. } => "unknown-key",
        WebhookError::Signature => "signature",
        WebhookError::NotUtf8 => "utf-8",
        WebhookError::Malformed(_) => "body",
        WebhookError::Age { .. } => "age",
        _ => "another",
    };
    No::Refused(layer, error.to_string())
}
