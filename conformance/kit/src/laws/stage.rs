//! A server on 127.0.0.1 that does to each connection what a script says, well-behaved or not, and
//! remembers byte for byte what came. It knows no law and no executor.

pub(crate) mod certificates;
pub(crate) mod proxy;

use std::{
    collections::HashMap,
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::{Domain, SockRef, Socket, Type};

use super::lock;

/// One running server.
pub(crate) struct Stage {
    address: SocketAddr,
    secure: bool,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    log: Mutex<Log>,
    changed: Condvar,
    /// Every open socket and its number, so that no thread outlives the stage.
    open: Mutex<Vec<(usize, TcpStream)>>,
    closing: AtomicBool,
    sent: AtomicUsize,
}

/// What came to a stage.
#[derive(Clone, Default)]
pub(crate) struct Log {
    /// How many connections were made.
    pub(crate) connections: usize,
    /// The requests of which at least the first line came, in that order.
    pub(crate) seen: Vec<Seen>,
    /// How often each event that a script named has happened.
    marks: HashMap<String, usize>,
}

impl Log {
    /// How often a script has called [`Connection::mark`] with this.
    pub(crate) fn marked(&self, what: &str) -> usize {
        self.marks.get(what).copied().unwrap_or(0)
    }

    /// The requests whose target ends so.
    pub(crate) fn ending(&self, id: &str) -> Vec<&Seen> {
        self.seen.iter().filter(|seen| seen.target().ends_with(id)).collect()
    }
}

/// A request, as far as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// The first line, then the fields, as they came.
    pub(crate) head: Vec<u8>,
    /// The body; without the framing, if it came in chunks.
    pub(crate) body: Vec<u8>,
    /// Whether all of it came.
    pub(crate) complete: bool,
}

impl Seen {
    /// The head, in which anything but UTF-8 is replaced.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.head).into_owned()
    }

    pub(crate) fn method(&self) -> String {
        self.text().split(' ').next().unwrap_or_default().to_owned()
    }

    pub(crate) fn target(&self) -> String {
        self.text().split(' ').nth(1).unwrap_or_default().to_owned()
    }

    /// The values of a field, in order.
    pub(crate) fn fields(&self, name: &str) -> Vec<String> {
        let text = self.text();
        let lines = text.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines
            .filter(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
            .collect()
    }
}

impl Stage {
    /// A stage for `http`. The script has a connection to itself and may leave at any time.
    pub(crate) fn open(
        script: impl Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Self::open_at(0, script)
    }

    /// The same at a port of one's own, as after a restart.
    pub(crate) fn open_at(
        port: u16,
        script: impl Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Self::start(port, None, Arc::new(script))
    }

    /// A stage for `https`.
    pub(crate) fn secure(
        config: Arc<ServerConfig>,
        script: impl Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Self::start(0, Some(config), Arc::new(script))
    }

    fn start(port: u16, tls: Option<Arc<ServerConfig>>, script: Arc<Script>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let stage = Self {
            address: listener.local_addr()?,
            secure: tls.is_some(),
            shared: Arc::new(Shared::default()),
        };
        let shared = Arc::clone(&stage.shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.closing.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (shared, tls, script) = (Arc::clone(&shared), tls.clone(), Arc::clone(&script));
                thread::spawn(move || serve(stream, tls, &shared, &*script));
            }
        });
        Ok(stage)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The URL of a target here, at 127.0.0.1.
    pub(crate) fn url(&self, target: &str) -> String {
        self.url_at("127.0.0.1", target)
    }

    /// The URL of a target here, under another name for 127.0.0.1.
    pub(crate) fn url_at(&self, host: &str, target: &str) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{host}:{}{target}", self.address.port())
    }

    pub(crate) fn log(&self) -> Log {
        lock(&self.shared.log).clone()
    }

    /// How many requests have come whose target ends so.
    pub(crate) fn seen(&self, id: &str) -> usize {
        lock(&self.shared.log).ending(id).len()
    }

    /// How many bytes the network took.
    pub(crate) fn sent(&self) -> usize {
        self.shared.sent.load(Ordering::SeqCst)
    }

    /// Waits until the log says so; `false` if it does not in time.
    pub(crate) fn wait(&self, limit: Duration, until: impl Fn(&Log) -> bool) -> bool {
        let end = Instant::now() + limit;
        let mut log = lock(&self.shared.log);
        while !until(&log) {
            let Some(left) = end.checked_duration_since(Instant::now()) else { return false };
            log = match self.shared.changed.wait_timeout(log, left) {
                Ok((log, _)) => log,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        true
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        for (_, stream) in lock(&self.shared.open).drain(..) {
            let _already_closed = stream.shutdown(Shutdown::Both);
        }
        // Wakes the thread that listens.
        let _nobody_listens = TcpStream::connect(self.address);
    }
}

type Script = dyn Fn(&mut Connection) -> io::Result<()> + Send + Sync;

fn serve(raw: TcpStream, tls: Option<Arc<ServerConfig>>, shared: &Arc<Shared>, script: &Script) {
    let number = {
        let mut log = lock(&shared.log);
        log.connections += 1;
        log.connections
    };
    let connect = || -> io::Result<Connection> {
        raw.set_nodelay(true)?;
        lock(&shared.open).push((number, raw.try_clone()?));
        let stream: Box<dyn Stream> = match tls {
            None => Box::new(raw.try_clone()?),
            Some(tls) => {
                let connection = ServerConnection::new(tls).map_err(io::Error::other)?;
                Box::new(StreamOwned::new(connection, raw.try_clone()?))
            }
        };
        let (buffer, shared) = (Vec::new(), Arc::clone(shared));
        Ok(Connection { stream, raw: raw.try_clone()?, buffer, shared, resets: false })
    };
    if let Ok(mut connection) = connect() {
        // An error is the peer's leaving, which the law looks at from its own side.
        let _left = script(&mut connection);
        if !connection.resets {
            let _already_closed = raw.shutdown(Shutdown::Both);
        }
    }
    // The last copy: a reset happens when it goes.
    lock(&shared.open).retain(|(open, _)| *open != number);
}

trait Stream: Read + Write + Send {}

impl<S: Read + Write + Send> Stream for S {}

/// A connection in the hands of a script.
pub(crate) struct Connection {
    stream: Box<dyn Stream>,
    raw: TcpStream,
    /// What was read and not yet used.
    buffer: Vec<u8>,
    shared: Arc<Shared>,
    resets: bool,
}

impl Connection {
    /// Waits for a request and reads its first line only; `None` if the peer has left.
    pub(crate) fn line(&mut self) -> io::Result<Option<Incoming>> {
        let Some(head) = self.read_until(b"\r\n")? else { return Ok(None) };
        let mut log = lock(&self.shared.log);
        log.seen.push(Seen { head, ..Seen::default() });
        let incoming = Incoming { number: log.seen.len() - 1 };
        self.shared.changed.notify_all();
        Ok(Some(incoming))
    }

    /// Reads on to the end of the head, and returns the request so far.
    pub(crate) fn head(&mut self, incoming: &Incoming) -> io::Result<Seen> {
        loop {
            let line = self.read_until(b"\r\n")?.ok_or(io::ErrorKind::UnexpectedEof)?;
            let end = line == b"\r\n";
            self.note(incoming, |seen| seen.head.extend(line));
            if end {
                return Ok(self.so_far(incoming));
            }
        }
    }

    /// Reads the body, and returns the whole request.
    pub(crate) fn body(&mut self, incoming: &Incoming) -> io::Result<Seen> {
        let seen = self.so_far(incoming);
        let body = if seen.fields("transfer-encoding").is_empty() {
            let length = seen.fields("content-length");
            self.read_exactly(length.first().and_then(|text| text.parse().ok()).unwrap_or(0))?
        } else {
            self.read_chunks()?
        };
        self.note(incoming, |seen| {
            seen.body = body;
            seen.complete = true;
        });
        Ok(self.so_far(incoming))
    }

    /// A whole request; `None` if the peer has left.
    pub(crate) fn request(&mut self) -> io::Result<Option<Seen>> {
        let Some(incoming) = self.line()? else { return Ok(None) };
        self.head(&incoming)?;
        self.body(&incoming).map(Some)
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())?;
        self.stream.flush()?;
        self.shared.sent.fetch_add(bytes.as_ref().len(), Ordering::SeqCst);
        Ok(())
    }

    /// A plain answer that leaves the connection open.
    pub(crate) fn answer(&mut self, status: u16, body: &str) -> io::Result<()> {
        self.send(format!(
            "HTTP/1.1 {status} Whatever\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    /// Ends the connection with a reset: all that is under way is lost.
    pub(crate) fn reset(&mut self) -> io::Result<()> {
        self.resets = true;
        SockRef::from(&self.raw).set_linger(Some(Duration::ZERO))?;
        Err(io::ErrorKind::ConnectionAborted.into())
    }

    /// Waits until the peer has left, whatever it still sends.
    pub(crate) fn wait_for_the_end(&mut self) {
        let mut buffer = [0; 16 * 1024];
        while matches!(self.stream.read(&mut buffer), Ok(1..)) {}
    }

    /// Does nothing, not even read, until the stage closes.
    pub(crate) fn idle(&self) {
        while !self.shared.closing.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Says that something has happened, and how often it has by now.
    pub(crate) fn mark(&self, what: &str) -> usize {
        let mut log = lock(&self.shared.log);
        let count = log.marks.entry(what.to_owned()).or_default();
        *count += 1;
        self.shared.changed.notify_all();
        *count
    }

    /// Reads this many bytes of what comes.
    pub(crate) fn read_exactly(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < count {
            if !self.read_more()? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(self.buffer.drain(..count).collect())
    }

    fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.read_until(b"\r\n")?.ok_or(io::ErrorKind::UnexpectedEof)?;
            let size = usize::from_str_radix(String::from_utf8_lossy(&line).trim(), 16);
            let size = size.map_err(io::Error::other)?;
            let chunk = self.read_exactly(size + 2)?;
            if size == 0 {
                return Ok(body);
            }
            body.extend(chunk.into_iter().take(size));
        }
    }

    fn read_until(&mut self, end: &[u8]) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(at) = self.buffer.windows(end.len()).position(|window| window == end) {
                return Ok(Some(self.buffer.drain(..at + end.len()).collect()));
            }
            if !self.read_more()? {
                return Ok(None);
            }
        }
    }

    fn read_more(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 16 * 1024];
        let count = self.stream.read(&mut buffer)?;
        self.buffer.extend(buffer.iter().take(count));
        Ok(count > 0)
    }

    fn note(&self, incoming: &Incoming, change: impl FnOnce(&mut Seen)) {
        if let Some(seen) = lock(&self.shared.log).seen.get_mut(incoming.number) {
            change(seen);
        }
        self.shared.changed.notify_all();
    }

    pub(crate) fn so_far(&self, incoming: &Incoming) -> Seen {
        lock(&self.shared.log).seen.get(incoming.number).cloned().unwrap_or_default()
    }
}

/// A request of which the first line came.
pub(crate) struct Incoming {
    number: usize,
}

/// Answers each request of a connection with what it makes of it.
pub(crate) fn each(
    answer: impl Fn(&Seen, &mut Connection) -> io::Result<()> + Send + Sync + 'static,
) -> impl Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static {
    move |connection| {
        while let Some(seen) = connection.request()? {
            answer(&seen, connection)?;
        }
        Ok(())
    }
}

/// A port at which connections are refused, for as long as this lives.
pub(crate) struct Refusing(Socket);

impl Refusing {
    pub(crate) fn new() -> io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        // Bound, so that nobody else gets the port; not listening.
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
        Ok(Self(socket))
    }

    pub(crate) fn port(&self) -> io::Result<u16> {
        let address = self.0.local_addr()?.as_socket();
        address.map(|address| address.port()).ok_or_else(|| io::ErrorKind::Other.into())
    }
}

/// A port at which nobody answers, not even to say no, for as long as this lives.
pub(crate) struct Dead {
    socket: Socket,
    _queue: Vec<TcpStream>,
}

impl Dead {
    /// `None` where the system takes connections without end.
    pub(crate) fn new() -> io::Result<Option<Self>> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
        socket.listen(0)?;
        let Some(address) = socket.local_addr()?.as_socket() else { return Ok(None) };
        let mut queue = Vec::new();
        // Once the queue of the unaccepted is full, what knocks is ignored.
        for _ in 0..16 {
            match TcpStream::connect_timeout(&address, Duration::from_millis(250)) {
                Ok(stream) => queue.push(stream),
                Err(_) => return Ok(Some(Self { socket, _queue: queue })),
            }
        }
        Ok(None)
    }

    pub(crate) fn port(&self) -> io::Result<u16> {
        let address = self.socket.local_addr()?.as_socket();
        address.map(|address| address.port()).ok_or_else(|| io::ErrorKind::Other.into())
    }
}
