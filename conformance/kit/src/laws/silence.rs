//! The law of what is said: a secret goes out on the wire and nowhere else. It looks at errors, at
//! `tracing` and at `log`.

use std::{error::Error, fmt::Write as _, io, time::Duration};

use pusher_client::{ExecutorError, ProxyUrl, Request, Transport};

use super::{
    Broken, Subject, Verdict, demand,
    ears::{self, Listener},
    get, kept, post,
    stage::{Connection, Refusing, Stage, certificates::self_signed, each, proxy},
    subject::{patient, told},
    unique,
};

/// **Neither `Display` nor `Debug` of an error, nor a log line or span, shows `auth_signature` or a
/// secret.**
///
/// A signed URL can be replayed for 600 seconds, and logs are read by many. reqwest prints the URL in
/// its errors, surf logs it, isahc puts it into its DEBUG spans and every byte that it sends into
/// TRACE events, on a thread of its own; without a subscriber `tracing` makes log lines of them. A
/// proxy's password is a secret, too.
///
/// The law makes calls fail in every way it knows, with a signature and a password that are like no
/// others, and looks for these (also as base64, in hex, percent-encoded, as a list of numbers) in
/// the errors with all their sources and in all that the process says at TRACE: first with a logger
/// only, then with a subscriber. A process has one of each, so the suite runs this law in a process
/// of its own; so must whoever calls it.
///
/// An executor that fails here strips the URL from its errors (`without_url()`), and runs its client
/// where nobody listens (isahc: `NoSubscriber`). There is no list of known failures for this law.
///
/// # Errors
///
/// [`Broken`] if a secret was shown.
pub fn discreet(subject: &Subject) -> Verdict {
    let secrets = Secrets::new();
    ears::to_log()?;
    let listener = Listener::new(secrets.spellings());
    log::trace!("{}", secrets.signature);
    hears(&listener, "log")?;
    say_nothing(subject, &secrets, &listener).map_err(|broken| broken.in_case("with a logger"))?;
    ears::to_tracing()?;
    tracing::trace!(control = %secrets.signature);
    hears(&listener, "tracing")?;
    say_nothing(subject, &secrets, &listener)
        .map_err(|broken| broken.in_case("with a subscriber"))?;
    kept()
}

/// That what was said was heard: otherwise this law could not fail.
fn hears(listener: &Listener, way: &str) -> Result<(), Broken> {
    demand(!listener.heard().is_empty(), || {
        format!("this process hides what is said to {way}: the law needs it at TRACE")
    })
}

struct Secrets {
    signature: String,
    password: String,
}

impl Secrets {
    fn new() -> Self {
        let run = u64::from(std::process::id()) << 20 | unique() as u64;
        // 64 hex digits, as the real one.
        let signature = format!("{:016x}", 0x5ec2_e75e_c2e7_0000 ^ run).repeat(4);
        Self { signature, password: format!("p@ss:w/ord{run}") }
    }

    /// How it might be written.
    fn spellings(&self) -> Vec<String> {
        let credentials = format!("us er:{}", self.password);
        let mut spellings = vec![base64(credentials.as_bytes())];
        for secret in [&self.signature, &self.password] {
            let (mut hex, mut percent) = (String::new(), String::new());
            for byte in secret.bytes() {
                let _never_fails = write!(hex, "{byte:02x}");
                let _never_fails = if byte.is_ascii_alphanumeric() {
                    write!(percent, "{}", char::from(byte))
                } else {
                    write!(percent, "%{byte:02X}")
                };
            }
            let numbers = format!("{:?}", secret.as_bytes());
            let numbers = numbers.trim_matches(['[', ']']).to_owned();
            spellings.extend([secret.clone(), hex, percent, numbers]);
        }
        spellings
    }

    fn shown(&self, text: &str) -> bool {
        text.contains("auth_signature")
            || self.spellings().iter().any(|secret| text.contains(secret))
    }

    fn target(&self, path: &str) -> String {
        format!("{path}?auth_key=key&auth_version=1.0&auth_signature={}", self.signature)
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
        let number = number << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            let digit = DIGITS.get(number >> (18 - 6 * digit) & 63).copied().unwrap_or_default();
            text.push(char::from(digit));
        }
    }
    text + "=".repeat((3 - bytes.len() % 3) % 3).as_str()
}

fn say_nothing(subject: &Subject, secrets: &Secrets, listener: &Listener) -> Result<(), Broken> {
    let stage = Stage::open(end_badly)?;
    let secure = Stage::secure(self_signed(&["localhost"])?, end_badly)?;
    let open_proxy = Stage::open(proxy::forward)?;
    let refusing = Refusing::new()?;
    let refused = format!("http://127.0.0.1:{}", refusing.port()?);
    let nowhere = format!("http://{}.invalid", "x".repeat(64));
    let short = patient().total_timeout(Duration::from_millis(300));
    let limited = patient().response_limit(10);

    let mut calls: Vec<(&str, Transport, String)> = vec![
        ("a refused connection", patient(), refused + &secrets.target("/")),
        ("no such host", patient(), nowhere + &secrets.target("/")),
        ("a bad certificate", patient(), secure.url(&secrets.target("/"))),
        (
            "TLS where there is none",
            short.clone(),
            stage.url(&secrets.target("/")).replace("http:", "https:"),
        ),
        ("a timeout", short, stage.url(&secrets.target("/silent"))),
        ("too large a body", limited, stage.url(&secrets.target("/large"))),
    ];
    for case in
        ["answer", "refusal", "redirect", "end", "reset", "half-a-body", "nonsense", "bad-chunk"]
    {
        calls.push((case, patient(), stage.url(&secrets.target(&format!("/{case}")))));
    }
    for (case, port) in
        [("a proxy's 407", open_proxy.port()), ("a refused proxy", refusing.port()?)]
    {
        let password = secrets.password.replace('@', "%40").replace('/', "%2F");
        let proxy = ProxyUrl::parse(&format!("http://us%20er:{password}@127.0.0.1:{port}"))
            .map_err(|error| Broken::new(error.to_string()))?;
        let transport = patient().proxy(proxy);
        calls.push((case, transport.clone(), stage.url(&secrets.target("/answer"))));
        calls.push((case, transport, secure.url(&secrets.target("/answer"))));
    }
    for (case, transport, url) in calls {
        let executor = subject.with(transport)?;
        for request in [post(&url, "{}")?, get(&url)?] {
            let method = request.method().clone();
            call(&executor, request, secrets, listener)
                .map_err(|broken| broken.in_case(&format!("{method}, {case}")))?;
        }
    }
    // What happens on other threads may be said a little later.
    std::thread::sleep(Duration::from_millis(100));
    quiet(listener)
}

fn call(
    executor: &super::subject::Executor,
    request: Request,
    secrets: &Secrets,
    listener: &Listener,
) -> Result<(), Broken> {
    let outcome = executor.call(request)?;
    quiet(listener)?;
    let Err(error) = &outcome else { return Ok(()) };
    let shown = all_texts(error).into_iter().find(|text| secrets.shown(text));
    demand(shown.is_none(), || {
        let shown = shown.unwrap_or_default();
        format!("expected an error without secrets, but it shows them: {shown}")
    })?;
    demand(!secrets.shown(&told(&outcome)), || "expected an error without secrets".to_owned())
}

fn quiet(listener: &Listener) -> Result<(), Broken> {
    let heard = listener.heard();
    demand(heard.is_empty(), || {
        let first = heard.first().map_or("", String::as_str);
        format!("expected that no secret is logged, but {} said {first}", heard.len())
    })
}

/// `Display` and `Debug` of the error and of all that is behind it.
fn all_texts(error: &ExecutorError) -> Vec<String> {
    let mut texts = Vec::new();
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        texts.extend([
            error.to_string(),
            format!("{error:#}"),
            format!("{error:?}"),
            format!("{error:#?}"),
        ]);
        next = error.source();
    }
    texts
}

fn end_badly(connection: &mut Connection) -> io::Result<()> {
    each(|seen, connection| {
        let target = seen.target();
        match target.split('?').next().unwrap_or_default() {
            "/silent" => connection.wait_for_the_end(),
            "/large" => connection.answer(200, &"x".repeat(100))?,
            "/refusal" => connection.answer(401, &format!("you sent {target}"))?,
            "/redirect" => connection.send(format!(
                "HTTP/1.1 307 Again\r\nLocation: {target}&again\r\nContent-Length: 0\r\n\r\n"
            ))?,
            "/end" => return Err(io::ErrorKind::ConnectionAborted.into()),
            "/reset" => return connection.reset(),
            "/half-a-body" => {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")?;
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            "/nonsense" => {
                connection.send("this is not HTTP\r\n\r\n")?;
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            "/bad-chunk" => {
                connection
                    .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf")?;
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            _ => connection.answer(200, "{}")?,
        }
        Ok(())
    })(connection)
}
