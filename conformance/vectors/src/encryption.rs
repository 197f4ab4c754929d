//! The types of the group `encryption`.
//! They hold what the file says: base64 stays text, and nothing is derived, sealed or opened.

use serde::{Deserialize, Serialize};

use crate::Text;

/// What is given.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Input {
    /// A master key, as base64 text: only its bytes are expected.
    MasterKey(String),
    /// The hash alone: any channel, and a key of any length.
    Derive {
        /// The channel, of any name.
        channel_name: Text,
        /// The bytes of the key, in hexadecimal.
        key_hex: String,
    },
    /// A channel and a master key: the secret of the channel is expected.
    SharedSecret {
        /// The channel.
        channel_name: Text,
        /// The master key, as base64 text.
        master_key: String,
    },
    /// A text to seal: the secret and the data as it is sent are expected.
    Seal {
        /// The channel.
        channel_name: Text,
        /// The master key, as base64 text.
        master_key: String,
        /// The nonce, as base64 text.
        nonce: String,
        /// What is sealed.
        plaintext: Text,
    },
    /// Data to open: the plaintext is expected.
    Open {
        /// The channel.
        channel_name: Text,
        /// The master keys, as base64 texts, the newest first.
        master_keys: Vec<String>,
        /// The data as it was sent.
        data: String,
    },
    /// Data to open with a secret that is not derived.
    Box {
        /// The 32 bytes of the secret, in hexadecimal.
        secret_hex: String,
        /// The data as it was sent.
        data: String,
    },
}

/// The stages of sealing or opening. Each kind of input has its own.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Stages {
    /// The bytes of a master key, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_key_hex: Option<String>,
    /// The secret of the channel, in padded base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_secret: Option<String>,
    /// The data as it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// What was sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plaintext: Option<Text>,
}
