//! The identifier of a user who signed in. A member of a presence channel may have any text as its
//! id; that is decided elsewhere.

super::name! {
    /// The id of a user: 1 to 200 of the characters `A-Z a-z 0-9 _ = @ , . ; -` (protocol:
    /// "Authenticating users").
    ///
    /// ```
    /// use pusher_core::{InvalidUserId, UserId};
    ///
    /// let user: UserId = "ann@example.com".parse()?;
    /// assert_eq!(UserId::parse("a b"), Err(InvalidUserId::Character { at: 1, found: ' ' }));
    /// # Ok::<(), InvalidUserId>(())
    /// ```
    UserId, InvalidUserId
}

impl UserId {
    /// The longest id, in characters, which are bytes.
    pub const MAX_LENGTH: usize = 200;
}

super::charset_error! {
    /// Why a text is not the id of a user.
    InvalidUserId, UserId, "a user id"
}
