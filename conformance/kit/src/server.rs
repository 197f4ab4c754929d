//! The development server: its settings, its thread and its end. What a request is answered is
//! decided in the files below it.
//!
//! It answers every call of the HTTP API, below `/apps/{app_id}/`:
//!
//! - `POST events` and `POST batch_events`
//! - `GET channels`, `GET channels/{channel}` and `GET channels/{channel}/users`
//! - `POST users/{user_id}/terminate_connections`
//!
//! A request is first verified, then its endpoint is looked for: another path of the app is
//! answered with 404, another method with 405, and whatever is not signed as it should be with 401.
//! What is not HTTP at all gets an empty 400 and is not recorded.
//!
//! Nobody can connect and subscribe. The test says who has, and the answers agree with it:
//! [`occupy`](DevServer::occupy), [`subscribe`](DevServer::subscribe),
//! [`vacate`](DevServer::vacate) and [`sign_in`](DevServer::sign_in). A cache channel holds the last
//! event that was published to it for 30 minutes, by the server's [clock](Builder::clock).
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//!
//! use pusher_conformance::DevServer;
//!
//! # fn main() -> std::io::Result<()> {
//! // The worked example of the public API reference. With a clock that stands still, its signature
//! // never expires.
//! let server = DevServer::builder()
//!     .app_id("3")
//!     .key("278d425bdf160c739803")
//!     .secret("7ad3773142a6692b25b8")
//!     .clock(|| 1353088179)
//!     .start()?;
//!
//! let body = r#"{"name":"foo","channels":["project-3"],"data":"{\"some\":\"data\"}"}"#;
//! let mut client = TcpStream::connect(server.addr())?;
//! write!(
//!     client,
//!     "POST /apps/3/events?auth_key=278d425bdf160c739803&auth_timestamp=1353088179\
//!      &auth_version=1.0&body_md5=ec365a775a4cd0599faeb73354201b6f\
//!      &auth_signature=da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c \
//!      HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
//!     body.len(),
//! )?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer)?;
//!
//! assert!(answer.starts_with("HTTP/1.1 200 OK"));
//! let events = server.events();
//! assert_eq!(events[0].channels, ["project-3"]);
//! assert_eq!(events[0].name, "foo");
//! # Ok(())
//! # }
//! ```

mod answer;
mod channels;
mod events;
mod exchange;
mod info;
mod names;
mod record;
mod state;
mod users;
mod verify;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use record::{Event, RECORD_LIMIT, Received, Verification};
pub use verify::Refusal;

use exchange::Shared;
use record::Records;
use state::State;
use verify::App;

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A server on 127.0.0.1 that speaks the Pusher Channels HTTP API.
///
/// It runs on a thread of its own. Dropping it closes all connections and joins the thread.
///
/// ```
/// use pusher_conformance::DevServer;
///
/// # fn main() -> std::io::Result<()> {
/// let server = DevServer::start()?;
/// println!("PUSHER_URL={}", server.url());
/// assert!(server.events().is_empty());
/// # Ok(())
/// # }
/// ```
pub struct DevServer {
    addr: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl DevServer {
    /// Starts a server for the built-in app, on any free port.
    ///
    /// # Errors
    ///
    /// The operating system gives no socket or no thread.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// The settings of a server, to be changed before it starts.
    pub fn builder() -> Builder {
        Builder {
            app: App { app_id: "1".into(), key: "dev-key".into(), secret: "dev-secret".into() },
            clock: Box::new(|| {
                SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
            }),
            port: 0,
        }
    }

    /// `http://KEY:SECRET@127.0.0.1:PORT/apps/ID`, the form that `PUSHER_URL` has. It holds the
    /// secret.
    ///
    /// ```
    /// use pusher_conformance::DevServer;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let server = DevServer::builder().app_id("42").key("k").secret("s/3").start()?;
    /// let port = server.addr().port();
    /// assert_eq!(server.url(), format!("http://k:s%2F3@127.0.0.1:{port}/apps/42"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn url(&self) -> String {
        let App { app_id, key, secret } = &self.shared.app;
        let [key, secret] = [key, secret].map(|text| utf8_percent_encode(text, RESERVED));
        format!("http://{key}:{secret}@{}/apps/{app_id}", self.addr)
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The accepted events, those of a batch one by one, oldest first: at most the last
    /// [`RECORD_LIMIT`].
    ///
    /// An event is here before its sender has the answer.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.shared.records.events()
    }

    /// All requests, the refused ones too, oldest first: at most the last [`RECORD_LIMIT`].
    ///
    /// ```
    /// use std::io::{Read, Write};
    /// use pusher_conformance::server::{DevServer, Refusal, Verification};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let server = DevServer::start()?;
    /// let mut client = std::net::TcpStream::connect(server.addr())?;
    /// client.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    /// client.read_to_end(&mut Vec::new())?;
    ///
    /// let requests = server.requests();
    /// assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("GET", "/"));
    /// assert_eq!(requests[0].status, 404);
    /// assert_eq!(requests[0].verification, Verification::Refused(Refusal::UnknownApp));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.shared.records.requests()
    }

    /// The next event that this method has not returned yet; `None` if none comes in time.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// let server = pusher_conformance::DevServer::start()?;
    /// assert_eq!(server.wait_for_event(std::time::Duration::from_millis(1)), None);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn wait_for_event(&self, timeout: Duration) -> Option<Event> {
        self.shared.records.wait_for_event(timeout)
    }

    /// Lets these users be subscribed to a presence channel, in place of those who were: one
    /// connection for every id, so that a user who is named twice has two. Without users, the
    /// channel is vacant.
    ///
    /// The name is not checked.
    ///
    /// ```
    /// use pusher_conformance::DevServer;
    ///
    /// # use std::io::{Read, Write};
    /// # fn ask(server: &DevServer, call: &str) -> std::io::Result<String> {
    /// #     let mut client = std::net::TcpStream::connect(server.addr())?;
    /// #     write!(client, "{call} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    /// #     let mut answer = String::new();
    /// #     client.read_to_string(&mut answer)?;
    /// #     Ok(answer)
    /// # }
    /// # fn main() -> std::io::Result<()> {
    /// // A signed call from the tests of pusher-http-go, and the app it was signed for.
    /// let call = "GET /apps/102015/channels?auth_key=d41a439c438a100756f5&auth_timestamp=1427034994\
    ///             &auth_version=1.0&filter_by_prefix=presence-&info=user_count\
    ///             &auth_signature=4d8a02edcc8a758b0162cd6da690a9a45fb8ae326a276dca1e06a0bc42796c11";
    /// let server = DevServer::builder()
    ///     .app_id("102015")
    ///     .key("d41a439c438a100756f5")
    ///     .secret("4bf35003e819bb138249")
    ///     .clock(|| 1427034994)
    ///     .start()?;
    ///
    /// server.occupy("presence-room", &["7", "8", "8"]);
    /// server.subscribe("orders", 5);
    /// let answer = ask(&server, call)?;
    /// assert!(answer.ends_with(r#"{"channels":{"presence-room":{"user_count":2}}}"#));
    /// # Ok(())
    /// # }
    /// ```
    pub fn occupy(&self, channel: &str, users: &[&str]) {
        self.shared.state().subscribe(channel, users.len(), users);
    }

    /// Lets this many connections, of no users, be subscribed to a channel, in place of those that
    /// were. Without connections, the channel is vacant.
    ///
    /// The name is not checked.
    ///
    /// ```
    /// use pusher_conformance::DevServer;
    ///
    /// # use std::io::{Read, Write};
    /// # fn ask(server: &DevServer, call: &str) -> std::io::Result<String> {
    /// #     let mut client = std::net::TcpStream::connect(server.addr())?;
    /// #     write!(client, "{call} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    /// #     let mut answer = String::new();
    /// #     client.read_to_string(&mut answer)?;
    /// #     Ok(answer)
    /// # }
    /// # fn main() -> std::io::Result<()> {
    /// let call = "GET /apps/3/channels/orders?auth_key=278d425bdf160c739803&auth_timestamp=1353088179\
    ///             &auth_version=1.0&info=subscription_count\
    ///             &auth_signature=b50f0b6c0b73e2b4afd93d0441704011b347ba3f0e4328afce6d84cdaea98751";
    /// let server = DevServer::builder()
    ///     .app_id("3")
    ///     .key("278d425bdf160c739803")
    ///     .secret("7ad3773142a6692b25b8")
    ///     .clock(|| 1353088179)
    ///     .start()?;
    ///
    /// server.subscribe("orders", 5);
    /// let answer = ask(&server, call)?;
    /// assert!(answer.ends_with(r#"{"occupied":true,"subscription_count":5}"#));
    /// # Ok(())
    /// # }
    /// ```
    pub fn subscribe(&self, channel: &str, connections: usize) {
        self.shared.state().subscribe(channel, connections, &[]);
    }

    /// Takes all subscribers of a channel away. What a cache channel holds stays.
    ///
    /// ```
    /// use pusher_conformance::DevServer;
    ///
    /// # use std::io::{Read, Write};
    /// # fn ask(server: &DevServer, call: &str) -> std::io::Result<String> {
    /// #     let mut client = std::net::TcpStream::connect(server.addr())?;
    /// #     write!(client, "{call} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    /// #     let mut answer = String::new();
    /// #     client.read_to_string(&mut answer)?;
    /// #     Ok(answer)
    /// # }
    /// # fn main() -> std::io::Result<()> {
    /// let call = "GET /apps/102015/channels?auth_key=d41a439c438a100756f5&auth_timestamp=1427036787\
    ///             &auth_version=1.0\
    ///             &auth_signature=df89248f87f6e6d028925e0b04d60f316527a865992ace6936afa91281d8bef0";
    /// let server = DevServer::builder()
    ///     .app_id("102015")
    ///     .key("d41a439c438a100756f5")
    ///     .secret("4bf35003e819bb138249")
    ///     .clock(|| 1427036787)
    ///     .start()?;
    ///
    /// server.subscribe("orders", 5);
    /// server.subscribe("news", 1);
    /// server.vacate("orders");
    /// assert!(ask(&server, call)?.ends_with(r#"{"channels":{"news":{}}}"#));
    /// # Ok(())
    /// # }
    /// ```
    pub fn vacate(&self, channel: &str) {
        self.shared.state().subscribe(channel, 0, &[]);
    }

    /// Signs a user in, until the user's connections are terminated.
    ///
    /// ```
    /// use pusher_conformance::DevServer;
    ///
    /// # use std::io::{Read, Write};
    /// # fn ask(server: &DevServer, call: &str) -> std::io::Result<String> {
    /// #     let mut client = std::net::TcpStream::connect(server.addr())?;
    /// #     write!(client, "{call} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    /// #     let mut answer = String::new();
    /// #     client.read_to_string(&mut answer)?;
    /// #     Ok(answer)
    /// # }
    /// # fn main() -> std::io::Result<()> {
    /// let call = "POST /apps/3/users/7/terminate_connections?auth_key=278d425bdf160c739803\
    ///             &auth_timestamp=1353088179&auth_version=1.0\
    ///             &auth_signature=4156aa3691f98f8f732662dc994309cf90bda426f12a868bea85ab0c2e729b89";
    /// let server = DevServer::builder()
    ///     .app_id("3")
    ///     .key("278d425bdf160c739803")
    ///     .secret("7ad3773142a6692b25b8")
    ///     .clock(|| 1353088179)
    ///     .start()?;
    ///
    /// server.sign_in("7");
    /// server.sign_in("8");
    /// assert!(ask(&server, call)?.ends_with("{}"));
    /// assert_eq!(server.signed_in(), ["8"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn sign_in(&self, user_id: &str) {
        self.shared.state().sign_in(user_id);
    }

    /// The ids of the users who are signed in, sorted.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// let server = pusher_conformance::DevServer::start()?;
    /// server.sign_in("8");
    /// server.sign_in("7");
    /// assert_eq!(server.signed_in(), ["7", "8"]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn signed_in(&self) -> Vec<String> {
        self.shared.state().signed_in()
    }

    /// The ids of the users whose connections were to be terminated, signed in or not, oldest
    /// first: at most the last [`RECORD_LIMIT`].
    ///
    /// The presence channels stay as they were set: a member need not be a user who signed in.
    ///
    /// ```
    /// use pusher_conformance::DevServer;
    ///
    /// # use std::io::{Read, Write};
    /// # fn ask(server: &DevServer, call: &str) -> std::io::Result<String> {
    /// #     let mut client = std::net::TcpStream::connect(server.addr())?;
    /// #     write!(client, "{call} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    /// #     let mut answer = String::new();
    /// #     client.read_to_string(&mut answer)?;
    /// #     Ok(answer)
    /// # }
    /// # fn main() -> std::io::Result<()> {
    /// let call = "POST /apps/3/users/7/terminate_connections?auth_key=278d425bdf160c739803\
    ///             &auth_timestamp=1353088179&auth_version=1.0\
    ///             &auth_signature=4156aa3691f98f8f732662dc994309cf90bda426f12a868bea85ab0c2e729b89";
    /// let server = DevServer::builder()
    ///     .app_id("3")
    ///     .key("278d425bdf160c739803")
    ///     .secret("7ad3773142a6692b25b8")
    ///     .clock(|| 1353088179)
    ///     .start()?;
    ///
    /// ask(&server, call)?;
    /// assert_eq!(server.terminations(), ["7"]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn terminations(&self) -> Vec<String> {
        self.shared.records.terminations()
    }
}

impl Drop for DevServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was already reported by the thread; a second one here could
            // only abort.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for DevServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevServer")
            .field("addr", &self.addr)
            .field("app", &self.shared.app)
            .finish_non_exhaustive()
    }
}

/// The settings of a [`DevServer`].
///
/// ```
/// use pusher_conformance::DevServer;
///
/// # fn main() -> std::io::Result<()> {
/// let server = DevServer::builder()
///     .app_id("3")
///     .key("key")
///     .secret("secret")
///     .clock(|| 1353088179)
///     .start()?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a server runs once `start` is called"]
pub struct Builder {
    app: App,
    clock: Box<dyn Fn() -> u64 + Send + Sync>,
    port: u16,
}

impl Builder {
    /// The app's id: one or more of `A-Z a-z 0-9 _ -`.
    pub fn app_id(mut self, app_id: impl Into<String>) -> Self {
        self.app.app_id = app_id.into();
        self
    }

    /// The app's key, `auth_key` in a request.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.app.key = key.into();
        self
    }

    /// The secret that requests are signed with.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.app.secret = secret.into();
        self
    }

    /// The time, in Unix seconds, that `auth_timestamp` is held against and that cache channels
    /// forget by. The default is the system's.
    pub fn clock(mut self, clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// The port on 127.0.0.1. The default, 0, is any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts the server. It listens when this returns.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] if the app id has other characters, or if it, the key or the
    /// secret is empty; otherwise the operating system gives no socket (is the port taken?) or no
    /// thread.
    pub fn start(self) -> io::Result<DevServer> {
        let App { app_id, key, secret } = &self.app;
        if !app_id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "an app id consists of A-Z a-z 0-9 _ -",
            ));
        }
        if [app_id, key, secret].into_iter().any(String::is_empty) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "app id, key and secret may not be empty",
            ));
        }

        // The standard library binds, because `block_on` panics if the caller is itself inside a
        // tokio runtime.
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, self.port))?;
        listener.set_nonblocking(true)?;
        let addr = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _context = runtime.enter();
            TcpListener::from_std(listener)?
        };

        let shared = Arc::new(Shared {
            app: self.app,
            clock: self.clock,
            records: Records::default(),
            state: Mutex::new(State::default()),
        });
        let accept = exchange::accept(listener, Arc::clone(&shared));
        let (stop, stopped) = oneshot::channel::<()>();
        let thread =
            std::thread::Builder::new().name("pusher-dev-server".into()).spawn(move || {
                runtime.spawn(accept);
                // Ends when `stop` is dropped. Dropping the runtime then drops every task, and with
                // it every connection.
                let _ = runtime.block_on(stopped);
            })?;
        Ok(DevServer { addr, shared, stop: Some(stop), thread: Some(thread) })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("app", &self.app)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}
