//! Laws of what leaves: the request as it was signed, and nothing that misleads. They do not care
//! what is answered.

use pusher_client::{
    App, Base, BuildError, Credentials, DecodeError, Draft, Endpoint, Limits, Request, Timestamp,
};

use super::{
    Broken, Kept, Subject, Verdict, demand, kept, post,
    stage::{Seen, Stage, each},
    subject::{Executor, told},
};

/// **Method and request target leave byte for byte.**
///
/// The signature is over the path and the query as they are sent; a client that writes the same URL
/// in another way gets a 401 for it. Those that go through a URL library do: isahc, reqwest and surf
/// fold `.` and `..` out of the path, reqwest and surf make `%27` of `'` in the query. The core emits
/// only targets that no such rewriting changes, so what is asked here is that *they* survive, in
/// whatever spelling: raw `,` and `@`, encoded everything else, names of dots, 4,000 bytes.
///
/// An executor that fails here hands the URL to something that normalises it: hand over
/// `request.uri()` itself, or find the switch (curl has `PATH_AS_IS`).
///
/// # Errors
///
/// [`Broken`] if a target arrived otherwise, or not at all.
pub fn exact_target(subject: &Subject) -> Verdict {
    let stage = Stage::open(each(|_, connection| connection.answer(200, "{}")))?;
    let executor = subject.patient()?;
    let long = "x".repeat(3_800);
    let probes = [
        Probe { segments: &["events"], query: &[], body: Some("{}") },
        Probe { segments: &["channels"], query: &[], body: None },
        Probe {
            segments: &["channels", "presence-a_b=c@d,e.f;g-h~i", "users"],
            query: &[],
            body: None,
        },
        Probe { segments: &["channels", "..."], query: &[("info", "...")], body: None },
        Probe { segments: &["channels", "a..b"], query: &[("info", ".."), ("x", ".")], body: None },
        Probe {
            segments: &["channels"],
            query: &[("filter_by_prefix", "presence-"), ("info", "user_count,a@b")],
            body: None,
        },
        Probe {
            segments: &["channels"],
            query: &[("odd", "é ü/?#[]{}|\\^`\"<>'%+&=~*!():;$"), ("empty", ""), ("%2e%2E", "%00")],
            body: None,
        },
        Probe { segments: &["events"], query: &[("\u{1f389}", "\r\n\t\0'")], body: Some("[]") },
        Probe { segments: &["channels"], query: &[("long", &long)], body: None },
    ];
    for probe in probes {
        let request = probe.request(&stage)?;
        let line = format!(
            "{} {} HTTP/1.1",
            request.method(),
            request.uri().path_and_query().map_or("", |target| target.as_str())
        );
        let seen = send(&executor, &stage, request)?;
        let text = seen.text();
        let came = text.lines().next().unwrap_or_default();
        demand(came == line, || {
            format!("expected the server to see\n  {line}\nbut it saw\n  {came}")
        })?;
    }
    kept()
}

/// **Body and content-type leave byte for byte, with a `Content-Length` (also `0`), with exactly one
/// `Host`, and without `Expect: 100-continue`.**
///
/// The MD5 of the body is signed. A server that wants a length answers 411 to a POST without one,
/// which hyper sends when the body is empty; isahc and surf announce bodies above 1 MB with `Expect`
/// and lose a second on servers that do not know it; isahc makes a form of a POST without a
/// content-type. A content-coding or a chunked body is for servers that can undo it, and Pusher's
/// promise nothing of the kind.
///
/// An executor that fails here sets the length itself, and says that it does not expect to be asked
/// to continue.
///
/// # Errors
///
/// [`Broken`] if anything of this is otherwise.
pub fn exact_body(subject: &Subject) -> Verdict {
    let stage = Stage::open(each(|_, connection| connection.answer(200, "{}")))?;
    let executor = subject.patient()?;
    let all: Vec<u8> = (0..=255).collect();
    let bodies =
        [b"".to_vec(), b"{}".to_vec(), all, "grüße 🎉\r\n\r\n".into(), vec![b'x'; 1_500_000]];
    for body in bodies {
        let seen = send(&executor, &stage, post(stage.url("/apps/1/events"), body.clone())?)?;
        let case = format!("a POST of {} bytes", body.len());
        demand(seen.body == body, || {
            format!("{case}: expected them as they are, but {} others came", seen.body.len())
        })?;
        let length = body.len().to_string();
        for (field, wanted) in [
            ("content-length", Some(&*length)),
            ("content-type", Some("application/json")),
            ("x-pusher-library", Some("pusher-laws 1")),
            ("expect", None),
            ("transfer-encoding", None),
            ("content-encoding", None),
        ] {
            let came = seen.fields(field);
            demand(came.iter().map(String::as_str).eq(wanted), || {
                format!("{case}: expected {field} to be {wanted:?}, but it is {came:?}")
            })?;
        }
        one_host(&seen, &stage)?;
    }
    let request = Probe { segments: &["channels"], query: &[], body: None }.request(&stage)?;
    let seen = send(&executor, &stage, request)?;
    demand(seen.body.is_empty() && seen.fields("transfer-encoding").is_empty(), || {
        format!("a GET: expected no body, but this came: {}", seen.text())
    })?;
    one_host(&seen, &stage)?;
    Ok(Kept::default())
}

fn one_host(seen: &Seen, stage: &Stage) -> Result<(), Broken> {
    let (host, came) = (format!("127.0.0.1:{}", stage.port()), seen.fields("host"));
    demand(came == [&*host], || format!("expected one Host, {host}, but got {came:?}"))
}

/// Sends, and returns what the server saw of it.
fn send(executor: &Executor, stage: &Stage, request: Request) -> Result<Seen, Broken> {
    let before = stage.log().seen.len();
    let outcome = executor.call(request)?;
    let Some(seen) = stage.log().seen.get(before).cloned() else {
        return Err(Broken::new(format!(
            "expected the server to see the request, but no request came, and the call ended in {}",
            told(&outcome)
        )));
    };
    let fine = outcome.as_ref().is_ok_and(|response| response.status() == 200);
    demand(fine, || {
        format!("expected Ok(200) for {:?}, but got {}", seen.target(), told(&outcome))
    })?;
    Ok(seen)
}

/// Any call, so that targets are made by the core.
struct Probe<'p> {
    segments: &'p [&'p str],
    query: &'p [(&'p str, &'p str)],
    body: Option<&'static str>,
}

impl Probe<'_> {
    fn request(&self, stage: &Stage) -> Result<Request, Broken> {
        let request = || -> Result<Request, Box<dyn std::error::Error>> {
            let base = Base::http(&format!("127.0.0.1:{}", stage.port()))?;
            let app = App::new(Credentials { app_id: "1", key: "key", secret: "secret" })?.at(base);
            Ok(app.prepare(self, Timestamp::from_unix(1_353_088_179))?.request)
        };
        request().map_err(|error| Broken::new(format!("the core refuses a probe: {error}")))
    }
}

impl Endpoint for Probe<'_> {
    type Response = ();
    const NAME: &'static str = "probe";

    fn draft<'a>(&'a self, _: &Limits) -> Result<Draft<'a>, BuildError> {
        let draft = match self.body {
            Some(body) => Draft::post(self.segments, body),
            None => Draft::get(self.segments),
        };
        Ok(self.query.iter().fold(draft, |draft, (key, value)| draft.query(*key, *value)))
    }

    fn decode(_: &[u8]) -> Result<(), DecodeError> {
        Ok(())
    }
}
