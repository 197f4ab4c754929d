//! Answers for browsers that can only load scripts (protocol: "Using JSONP in pusher-js"). The name of
//! the callback comes from whoever asks, and stands in a script: nothing but a name gets through.

use std::fmt;

crate::name::name! {
    /// The `callback` of a request, such as `Pusher.auth_callbacks['1']`: names with dots between them,
    /// or with an index in brackets; at most 100 characters.
    ///
    /// ```
    /// use pusher_core::{App, Callback, Credentials};
    ///
    /// # fn answer() -> Result<(), Box<dyn std::error::Error>> {
    /// let app = App::new(Credentials { app_id: "3", key: "key", secret: "secret" })?;
    /// let auth = app.authorize_channel(&"1.1".parse()?, &"private-a".parse()?, None)?;
    ///
    /// let callback: Callback = "Pusher.auth_callbacks['1']".parse()?;
    /// let script = auth.to_jsonp(&callback);
    /// assert!(script.starts_with(r#"/**/Pusher.auth_callbacks['1']({"auth":"key:"#));
    /// assert!(Callback::parse("alert(1)//").is_err());
    /// # Ok(())
    /// # }
    /// # answer().unwrap();
    /// ```
    Callback, InvalidCallback
}

impl Callback {
    /// The longest callback, in characters, which are bytes.
    pub const MAX_LENGTH: usize = 100;

    /// The comment in front keeps other readers of the answer from taking the name for the beginning of
    /// a file of theirs.
    pub(super) fn call(&self, json: &str) -> String {
        // Lines end at these two in scripts, but not in JSON.
        let json = json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
        ["/**/", self.as_str(), "(", &json, ");"].concat()
    }
}

/// Why a text is not the name of a callback. Shows nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidCallback {
    /// It is longer than [`Callback::MAX_LENGTH`].
    TooLong {
        /// Bytes in the text.
        length: usize,
    },
    /// It is not made of names, dots and indices.
    Syntax {
        /// Where the first part that is none begins, in bytes.
        at: usize,
    },
}

impl InvalidCallback {
    fn check(text: &str) -> Result<(), Self> {
        if text.len() > Callback::MAX_LENGTH {
            return Err(Self::TooLong { length: text.len() });
        }
        let mut rest = after_name(text).ok_or(Self::Syntax { at: 0 })?;
        while !rest.is_empty() {
            let at = text.len() - rest.len();
            let part = rest.strip_prefix('.').and_then(after_name).or_else(|| after_index(rest));
            rest = part.ok_or(Self::Syntax { at })?;
        }
        Ok(())
    }
}

/// What follows a JavaScript name of ASCII characters.
fn after_name(text: &str) -> Option<&str> {
    let inside = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '$';
    let begins = text.starts_with(|char: char| inside(char) && !char.is_ascii_digit());
    begins.then(|| text.trim_start_matches(inside))
}

/// What follows `[1]`, `['1']` or `["1"]`.
fn after_index(text: &str) -> Option<&str> {
    let (index, rest) = text.strip_prefix('[')?.split_once(']')?;
    let quoted = |quote| index.strip_prefix(quote)?.strip_suffix(quote);
    let index = quoted('\'').or_else(|| quoted('"')).unwrap_or(index);
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (!index.is_empty() && index.bytes().all(word)).then_some(rest)
}

impl fmt::Display for InvalidCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length } => write!(
                f,
                "the callback has {length} bytes; at most {} are allowed",
                Callback::MAX_LENGTH
            ),
            Self::Syntax { at } => write!(
                f,
                "the callback is not a name at position {at}; it reads like Pusher.auth_callbacks['1']"
            ),
        }
    }
}
