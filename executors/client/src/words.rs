//! The words that both clients have, each written once: what a method builds, and what comes of it.
//! How a call is waited for is each client's own.

/// Methods that build a call and make it: `fn name(&self, ..) -> answer = call`.
macro_rules! calls {
    ($face:ident: $(
        $(#[$doc:meta])*
        fn $name:ident $(<$type:ident: $bound:ident + Send>)? (&$self:ident $(, $argument:ident: $kind:ty)* $(,)?) -> $answer:ty
            = $call:expr;
    )*) => {$(
        $crate::words::calls! {
            @$face $(#[$doc])* [$name] [$($type: $bound + Send)?] [$self $(, $argument: $kind)*] [$answer] [$call]
        }
    )*};
    (@asynchronous $(#[$doc:meta])* [$name:ident] [$($type:ident: $bound:ident + Send)?]
        [$self:ident $(, $argument:ident: $kind:ty)*] [$answer:ty] [$call:expr]) => {
        $(#[$doc])*
        pub fn $name $(<$type: $bound + Send>)? (&$self $(, $argument: $kind)*)
            -> impl Future<Output = Result<$answer, CallError>> + Send {
            // At once, so that the future need not hold the arguments.
            let call = $call;
            async move { $self.client().call(&call?).await }
        }
    };
    (@blocking $(#[$doc:meta])* [$name:ident] [$($type:ident: $bound:ident + Send)?]
        [$self:ident $(, $argument:ident: $kind:ty)*] [$answer:ty] [$call:expr]) => {
        $(#[$doc])*
        pub fn $name $(<$type: $bound + Send>)? (&$self $(, $argument: $kind)*) -> Result<$answer, CallError> {
            let call = $call;
            $self.client().call(&call?)
        }
    };
}
pub(crate) use calls;

/// The methods of a client.
macro_rules! client_words {
    ($face:ident) => {
        $crate::words::calls! { $face:
            /// Publishes an event on one channel or up to 100. On an encrypted channel it is encrypted
            /// first, with the app's master key.
            ///
            /// To exclude a connection, or to ask for the channels' attributes,
            /// [`publish`](Self::publish) a [`Trigger`].
            ///
            /// # Errors
            ///
            /// [`CallError::Build`] if a name or the data is invalid, before anything is sent; otherwise
            /// as [`call`](Self::call).
            fn trigger(
                &self,
                channels: impl IntoChannels,
                event: impl IntoName<EventName>,
                data: impl IntoData,
            ) -> TriggerResponse = self.caller.trigger(channels, event, data);

            /// Publishes an event with all its options, encrypted first if its channel is.
            ///
            /// # Errors
            ///
            /// As [`trigger`](Self::trigger).
            fn publish(&self, event: Trigger) -> TriggerResponse = self.caller.seal(event);

            /// Lists the occupied channels whose names begin so; all of them for `""`.
            ///
            /// For their attributes, [`call`](Self::call) a [`GetChannels`].
            ///
            /// # Errors
            ///
            /// As [`trigger`](Self::trigger).
            fn channels(&self, prefix: impl IntoName<ChannelPrefix>) -> GetChannelsResponse
                = prefix.into_name().map(|prefix| match prefix.as_str() {
                    "" => GetChannels::new(),
                    _ => GetChannels::new().prefix(prefix),
                });

            /// A signed GET of a path below the app, such as `/channels`, with parameters; the answer is read
            /// as JSON.
            ///
            /// For the bare bytes, [`call`](Self::call) a [`Raw`].
            ///
            /// # Errors
            ///
            /// As [`trigger`](Self::trigger).
            fn get<T: DeserializeOwned + Send>(
                &self,
                path: impl Into<String>,
                query: &[(&str, &str)],
            ) -> T = {
                let call = Raw::get(path).json::<T>();
                let add = |call: Raw<_>, (key, value): &(&str, &str)| call.query(*key, *value);
                Ok::<_, BuildError>(query.iter().fold(call, add))
            };

            /// A signed POST of a value as JSON; the answer is read as JSON.
            ///
            /// # Errors
            ///
            /// As [`trigger`](Self::trigger).
            fn post<T: DeserializeOwned + Send>(
                &self,
                path: impl Into<String>,
                body: &(impl Serialize + ?Sized),
            ) -> T = Raw::post_json(path, body).map(Raw::json::<T>);
        }

        /// Encrypts an event whose channel is encrypted, with entropy of the system; any other is returned as
        /// it is. For events that wait in a queue ([`Call`](pusher_core::Call)), or that are
        /// [`call`](Self::call)ed: [`trigger`](Self::trigger) and [`publish`](Self::publish) do it by
        /// themselves.
        ///
        /// # Errors
        ///
        /// As [`App::seal_trigger`].
        pub fn seal(&self, event: Trigger) -> Result<Trigger, BuildError> {
            self.caller.seal(event)
        }

        /// Verifies a webhook and reads it: [`App::webhook`].
        ///
        /// # Errors
        ///
        /// [`WebhookError`] says why the webhook is not to be trusted, or is not one.
        pub fn webhook(&self, envelope: &Envelope<'_>) -> Result<Webhook, WebhookError> {
            self.app().webhook(envelope)
        }

        /// Authorises a connection to subscribe to a private, presence or encrypted channel:
        /// [`App::authorize_channel`]. **Decide first** whether its user may.
        ///
        /// # Errors
        ///
        /// If a name is invalid, or [`BuildError::Auth`].
        pub fn authorize_channel<'a>(
            &'a self,
            socket_id: impl IntoName<SocketId>,
            channel: impl IntoName<ChannelName>,
            data: impl Into<Option<ChannelData<'a>>>,
        ) -> Result<ChannelAuth<'a>, BuildError> {
            let (socket_id, channel) = (socket_id.into_name()?, channel.into_name()?);
            Ok(self.app().authorize_channel(&socket_id, &channel, data)?)
        }

        /// Signs a connection in as a user: [`App::authenticate_user`]. **Know first** who asks.
        ///
        /// # Errors
        ///
        /// If the `socket_id` is invalid, or [`BuildError::Auth`].
        pub fn authenticate_user<'a>(
            &'a self,
            socket_id: impl IntoName<SocketId>,
            user: impl Into<UserData<'a>>,
        ) -> Result<UserAuth<'a>, BuildError> {
            Ok(self.app().authenticate_user(&socket_id.into_name()?, user)?)
        }

        /// The calls about one channel. A wrong name is the error of whatever is called.
        pub fn channel(&self, name: impl Into<String>) -> ChannelHandle<'_> {
            ChannelHandle { client: self, name: name.into() }
        }

        /// The calls about one user. A wrong id is the error of whatever is called.
        pub fn user(&self, id: impl Into<String>) -> UserHandle<'_> {
            UserHandle { client: self, id: id.into() }
        }

        /// Decides when calls that failed are made again. Clones that were made before keep their own rules;
        /// the budget stays common to all.
        pub fn retry(self, retry: Retry) -> Self {
            Self { caller: Arc::new(self.caller.with_retry(retry)), ..self }
        }

        /// Signs with another clock than the machine's, for tests and for machines whose clock is wrong.
        pub fn clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
            Self { caller: Arc::new(self.caller.with_clock(clock)), ..self }
        }

        /// The app.
        pub fn app(&self) -> &App {
            self.caller.app()
        }

        fn client(&self) -> &Self {
            self
        }
    };
}
pub(crate) use client_words;

/// The handles that a client gives: a channel, a user.
macro_rules! handles {
    ($face:ident) => {
        /// The calls about one channel: what [`Client::channel`] gives.
        #[derive(Clone, Debug)]
        pub struct ChannelHandle<'a> {
            client: &'a Client,
            name: String,
        }

        impl<'a> ChannelHandle<'a> {
            $crate::words::calls! { $face:
                /// Publishes an event on the channel: [`Client::trigger`].
                ///
                /// # Errors
                ///
                /// As [`Client::trigger`].
                fn trigger(
                    &self,
                    event: impl IntoName<EventName>,
                    data: impl IntoData,
                ) -> TriggerResponse = self.client.caller.trigger(&self.name, event, data);

                /// Asks for the state of the channel, with these attributes.
                ///
                /// # Errors
                ///
                /// As [`Client::trigger`].
                fn info(
                    &self,
                    attributes: impl IntoIterator<Item = Attribute>,
                ) -> GetChannelResponse
                    = self.name().map(|name| GetChannel::new(name).info(attributes));

                /// Asks for the users of the presence channel.
                ///
                /// # Errors
                ///
                /// As [`Client::trigger`].
                fn users(&self) -> GetUsersResponse = self.name().map(GetUsers::new);
            }

            /// Authorises a connection to subscribe: [`Client::authorize_channel`]. **Decide first** whether
            /// its user may.
            ///
            /// # Errors
            ///
            /// As [`Client::authorize_channel`].
            pub fn authorize(
                &self,
                socket_id: impl IntoName<SocketId>,
                data: impl Into<Option<ChannelData<'a>>>,
            ) -> Result<ChannelAuth<'a>, BuildError> {
                self.client.authorize_channel(socket_id, &self.name, data)
            }

            fn name(&self) -> Result<ChannelName, BuildError> {
                (&self.name).into_name()
            }

            fn client(&self) -> &'a Client {
                self.client
            }
        }

        /// The calls about one user: what [`Client::user`] gives.
        #[derive(Clone, Debug)]
        pub struct UserHandle<'a> {
            client: &'a Client,
            id: String,
        }

        impl<'a> UserHandle<'a> {
            $crate::words::calls! { $face:
                /// Publishes an event to all connections of the user, who signed in.
                ///
                /// # Errors
                ///
                /// As [`Client::trigger`].
                fn send(
                    &self,
                    event: impl IntoName<EventName>,
                    data: impl IntoData,
                ) -> TriggerResponse = (|| {
                    Ok::<_, BuildError>(SendToUser::new(self.id()?, event.into_name()?, data.into_data()?))
                })();

                /// Ends all connections of the user, who may connect again.
                ///
                /// # Errors
                ///
                /// As [`Client::trigger`].
                fn terminate_connections(&self) -> () = self.id().map(TerminateUser::new);
            }

            /// Signs a connection in as this user: [`Client::authenticate_user`], without a `user_info`.
            /// **Know first** who asks.
            ///
            /// # Errors
            ///
            /// As [`Client::authenticate_user`].
            pub fn authenticate(
                &self,
                socket_id: impl IntoName<SocketId>,
            ) -> Result<UserAuth<'a>, BuildError> {
                self.client.authenticate_user(socket_id, pusher_core::User::new(self.id()?))
            }

            fn id(&self) -> Result<UserId, BuildError> {
                (&self.id).into_name()
            }

            fn client(&self) -> &'a Client {
                self.client
            }
        }
    };
}
pub(crate) use handles;
