//! The server that implementations call: it records each request as it came and answers as it is told. This
//! file knows HTTP/1.1; it does not know the protocol of Pusher Channels.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use serde_json::Value;

/// More than any request of the vectors has.
const LIMIT: u64 = 4 * 1024 * 1024;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// The path with its query, not decoded.
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    /// The value of the first field with this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let field = self.headers.iter().find(|(other, _)| other == name);
        field.map(|(_, value)| value.as_str())
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u64,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    /// One that satisfies a call of this name.
    pub(crate) fn satisfying(call: &str) -> Self {
        let body = match call {
            "get_channels" => r#"{"channels":{}}"#,
            "get_channel" => r#"{"occupied":true}"#,
            "get_users" => r#"{"users":[]}"#,
            _ => "{}",
        };
        Self { status: 200, headers: Vec::new(), body: body.to_owned() }
    }

    /// The one that a case of `responses` gives.
    pub(crate) fn given(input: &Value) -> Option<Self> {
        let pair = |pair: &Value| {
            let part = |place: usize| Some(pair.get(place)?.as_str()?.to_owned());
            Some((part(0)?, part(1)?))
        };
        Some(Self {
            status: input.get("status")?.as_u64()?,
            headers: input
                .get("headers")
                .and_then(Value::as_array)
                .map(|pairs| pairs.iter().filter_map(pair).collect())
                .unwrap_or_default(),
            body: input.get("body")?.as_str()?.to_owned(),
        })
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Answer\r\nConnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let named =
            |name: &str| self.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        if !named("content-type") {
            head += "Content-Type: application/json\r\n";
        }
        // These two have no body.
        if !matches!(self.status, 204 | 304) {
            head += &format!("Content-Length: {}\r\n", self.body.len());
        }
        (head + "\r\n" + &self.body).into_bytes()
    }
}

#[derive(Default)]
struct State {
    answer: Option<Answer>,
    seen: Vec<Seen>,
}

/// A server on a port of its own.
pub(crate) struct Observer {
    base_url: String,
    state: Mutex<State>,
}

impl Observer {
    /// Listens until the program ends.
    pub(crate) fn new() -> io::Result<Arc<Self>> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let base_url = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
        let observer = Arc::new(Self { base_url, state: Mutex::default() });
        let served = Arc::clone(&observer);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let served = Arc::clone(&served);
                // One that keeps a connection open without a request blocks nobody else.
                thread::spawn(move || served.serve(&stream));
            }
        });
        Ok(observer)
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Forgets what was seen, and answers so from now on.
    pub(crate) fn expect(&self, answer: Option<Answer>) {
        *self.state() = State { answer, seen: Vec::new() };
    }

    /// What was seen.
    pub(crate) fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.state().seen)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: &TcpStream) -> Option<()> {
        stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
        // The answer is written at once, and each connection has one.
        let seen = read_request(stream)?;
        let answer = {
            let mut state = self.state();
            state.seen.push(seen);
            state.answer.clone()
        };
        let refusal =
            || Answer { status: 500, headers: Vec::new(), body: "no call was expected".into() };
        let mut stream = stream;
        stream.write_all(&answer.unwrap_or_else(refusal).bytes()).ok()
    }
}

fn read_request(stream: &TcpStream) -> Option<Seen> {
    let mut reader = BufReader::new(stream.take(LIMIT));
    let start = line(&mut reader)?;
    let mut words = start.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let field = line(&mut reader)?;
        if field.is_empty() {
            break;
        }
        let (name, value) = field.split_once(':')?;
        headers.push((name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).to_owned()));
    }
    let mut seen = Seen { method, target, headers, body: Vec::new() };
    if seen.header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue")) {
        let mut stream = stream;
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    let chunked = seen
        .header("transfer-encoding")
        .is_some_and(|value| value.to_ascii_lowercase().ends_with("chunked"));
    if chunked {
        seen.body = read_chunks(&mut reader)?;
    } else if let Some(length) = seen.header("content-length") {
        let length: u64 = length.parse().ok()?;
        reader.take(length).read_to_end(&mut seen.body).ok()?;
        (seen.body.len() as u64 == length).then_some(())?;
    }
    Some(seen)
}

type Reader<'a> = BufReader<io::Take<&'a TcpStream>>;

/// A line without its end.
fn line(reader: &mut Reader<'_>) -> Option<String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).ok()?;
    let line = line.strip_suffix(b"\n")?;
    Some(String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned())
}

fn read_chunks(reader: &mut Reader<'_>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(reader)?;
        let size = u64::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            // What may follow is of no interest.
            while !line(reader)?.is_empty() {}
            return Some(body);
        }
        let before = body.len() as u64;
        reader.by_ref().take(size).read_to_end(&mut body).ok()?;
        (body.len() as u64 == before + size && line(reader)?.is_empty()).then_some(())?;
    }
}
