//! Laws of what comes back: the server's answer, all of it, nothing else, and not without bound. They
//! do not care how it was sent for.

use std::{io, time::Duration};

use pusher_client::{ErrorKind, Request, Response};

use super::{
    Broken, Kept, Subject, Verdict, demand, get, kept, post,
    stage::{Connection, Stage, each},
    subject::{Executor, Outcome, patient, told},
    unique,
};

/// **Any status is `Ok`, an answer that comes before the body was read included.**
///
/// What a status means is the core's to say: a 401 tells the string that the server signed, a 429
/// when to come again. ureq makes errors of 4xx and 5xx unless told otherwise. After an early answer
/// (nginx's `return`, a 413) the system's libcurl 7.88 drops the rest of the body and then uses the
/// connection as if it had not: the next request was read as the rest of the last, and 1,099 of
/// 5,944 requests failed.
///
/// An executor that fails here turns its "error for status" off; one that loses its place must close
/// the connection after an early answer, or send the rest.
///
/// # Errors
///
/// [`Broken`] if a status came as an error or as another one, or a connection was out of step after
/// an early answer.
pub fn every_status(subject: &Subject) -> Verdict {
    let stage = Stage::open(|connection| {
        while let Some(incoming) = connection.line()? {
            let seen = connection.head(&incoming)?;
            let target = seen.target();
            let status = target.trim_start_matches(|c: char| !c.is_ascii_digit());
            let status = status.get(..3).and_then(|text| text.parse().ok()).unwrap_or(200);
            let early = target.starts_with("/early");
            if early {
                connection.answer(status, "early")?;
            }
            connection.body(&incoming)?;
            match status {
                _ if early => {}
                // These have no body, whatever their fields say.
                204 | 304 => connection.send(format!("HTTP/1.1 {status} Whatever\r\n\r\n"))?,
                _ => connection.answer(status, &target)?,
            }
        }
        Ok(())
    })?;
    let executor = subject.patient()?;
    let statuses = [
        200, 201, 202, 203, 204, 206, 299, 300, 304, 400, 401, 402, 403, 404, 406, 407, 409, 410,
        411, 413, 415, 417, 418, 422, 425, 426, 429, 451, 499, 500, 501, 502, 503, 504, 511, 599,
    ];
    for status in statuses {
        let target = format!("/{status}");
        let url = stage.url(&target);
        for request in [get(&url)?, post(&url, "{}")?] {
            let method = request.method().clone();
            let body = if matches!(status, 204 | 304) { "" } else { &*target };
            answered(&executor.call(request)?, status, body)
                .map_err(|broken| broken.in_case(&format!("{method} answered with {status}")))?;
        }
    }
    for round in 0..3 {
        let outcome = executor.call(post(stage.url("/early/413"), vec![b'x'; 2_000_000])?)?;
        answered(&outcome, 413, "early")
            .map_err(|broken| broken.in_case("an answer before the body was read"))?;
        let outcome = executor.call(post(stage.url(&format!("/200/{round}")), "{}")?)?;
        answered(&outcome, 200, &format!("/200/{round}"))
            .map_err(|broken| broken.in_case("the call after an early answer"))?;
    }
    kept()
}

/// **A 3xx is `Ok`; nothing is followed.**
///
/// A redirected request is signed for another path and goes to a place that nobody configured; one
/// of a POST may publish twice. reqwest sends the POST and its body again on 307 and 308, ureq makes
/// a GET of a POST on 301 and 302, and fetch follows unless told `manual`.
///
/// An executor that fails here sets its redirect policy to none.
///
/// # Errors
///
/// [`Broken`] if a redirect was followed, or was not an answer.
pub fn no_redirect(subject: &Subject) -> Verdict {
    let elsewhere = Stage::open(each(|_, connection| connection.answer(200, "elsewhere")))?;
    let far = elsewhere.url("/elsewhere");
    let stage = Stage::open(each(move |seen, connection| {
        let target = seen.target();
        let (status, place) = match target.rsplit_once('/') {
            Some((status, "far")) => (status, &*far),
            Some((status, _)) => (status, "/elsewhere"),
            None => ("200", ""),
        };
        let status = status.trim_start_matches('/');
        connection.send(format!(
            "HTTP/1.1 {status} Elsewhere\r\nLocation: {place}\r\nContent-Length: 4\r\n\r\ngone"
        ))
    }))?;
    let executor = subject.patient()?;
    for status in [301, 302, 303, 307, 308] {
        for place in ["near", "far"] {
            let url = stage.url(&format!("/{status}/{place}"));
            for request in [get(&url)?, post(&url, "{}")?] {
                let case = format!("{} answered with {status}, {place}", request.method());
                answered(&executor.call(request)?, status, "gone")
                    .map_err(|broken| broken.in_case(&case))?;
                let followed = elsewhere.log().seen.len() + stage.seen("/elsewhere");
                demand(followed == 0, || {
                    format!("{case}: expected that nothing is followed, but it was")
                })?;
            }
        }
    }
    kept()
}

/// **A body shorter than announced is an error.**
///
/// Half a JSON document may read as a whole one, and an event may be lost in the half that is
/// missing. surf's own HTTP/1.1 returns `Ok(200)` with 10 of 100 bytes.
///
/// An executor that fails here takes the end of the connection for the end of the body: it counts.
///
/// # Errors
///
/// [`Broken`] if a cut body was an answer, or a whole one was not.
pub fn whole_body(subject: &Subject) -> Verdict {
    const CHUNKED: &str = "Transfer-Encoding: chunked\r\n\r\n";
    let whole = [
        ("a length", "Content-Length: 4\r\n\r\nbody".to_owned()),
        ("chunks", format!("{CHUNKED}2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n")),
        (
            "chunks with extensions and a trailer",
            format!("{CHUNKED}4;x=y\r\nbody\r\n0\r\nx-t: 1\r\n\r\n"),
        ),
        ("the end of the connection", "Connection: close\r\n\r\nbody".to_owned()),
    ];
    let cut = [
        ("4 of 100 bytes", "Content-Length: 100\r\n\r\nbody".to_owned()),
        ("none of 100 bytes", "Content-Length: 100\r\n\r\n".to_owned()),
        ("chunks without the last", format!("{CHUNKED}4\r\nbody\r\n")),
        ("half a chunk", format!("{CHUNKED}8\r\nbody")),
        ("half the size of a chunk", format!("{CHUNKED}4\r\nbody\r\n1")),
    ];
    let executor = subject.patient()?;
    for resets in [false, true] {
        for (complete, (case, answer)) in
            whole.iter().map(|case| (true, case)).chain(cut.iter().map(|case| (false, case)))
        {
            if complete && resets {
                continue;
            }
            let bytes = format!("HTTP/1.1 200 OK\r\n{answer}");
            let stage = Stage::open(move |connection: &mut Connection| {
                connection.request()?;
                connection.send(&bytes)?;
                if resets {
                    // What was sent arrives first.
                    std::thread::sleep(Duration::from_millis(50));
                    return connection.reset();
                }
                Ok(())
            })?;
            let outcome = executor.call(post(stage.url("/"), "{}")?)?;
            if complete {
                answered(&outcome, 200, "body").map_err(|broken| broken.in_case(case))?;
                continue;
            }
            let end = if resets { "then a reset" } else { "then the end" };
            let kinds: &[ErrorKind] =
                if resets { &[ErrorKind::Body, ErrorKind::Other] } else { &[ErrorKind::Body] };
            failed(&outcome, kinds).map_err(|broken| broken.in_case(&format!("{case}, {end}")))?;
        }
    }
    kept()
}

/// **1xx are not responses.**
///
/// A server may say 100, 102 or 103 at any time before it answers, asked or not. surf's own HTTP/1.1
/// returns the `100`.
///
/// An executor that fails here reads on until a status of 200 or more, and forgets the fields that
/// came before.
///
/// # Errors
///
/// [`Broken`] if a 1xx, or anything of one, was handed out as the answer.
pub fn final_response(subject: &Subject) -> Verdict {
    let prefixes = [
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </early>\r\nX-Early: 1\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </early>\r\n\r\nHTTP/1.1 199 X\r\n\r\n",
    ];
    let stage = Stage::open(each(move |seen, connection| {
        let target = seen.target();
        let number = target.trim_start_matches(|c: char| !c.is_ascii_digit()).parse();
        let prefix = prefixes.get(number.unwrap_or(0)).copied().unwrap_or_default();
        if target.starts_with("/apart") {
            connection.send(prefix)?;
            std::thread::sleep(Duration::from_millis(30));
            connection.answer(200, &target)
        } else {
            connection.send(format!(
                "{prefix}HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{target}",
                target.len()
            ))
        }
    }))?;
    let executor = subject.patient()?;
    for (number, prefix) in prefixes.iter().enumerate() {
        for way in ["at-once", "apart"] {
            let target = format!("/{way}/{number}");
            let url = stage.url(&target);
            for request in [post(&url, "{}")?, get(&url)?] {
                let case = format!("{} after {prefix:?}", request.method());
                let outcome = executor.call(request)?;
                let response =
                    answered(&outcome, 200, &target).map_err(|broken| broken.in_case(&case))?;
                for field in ["link", "x-early"] {
                    demand(!response.headers().contains_key(field), || {
                        format!(
                            "{case}: expected the last answer's fields only, but {field} is there"
                        )
                    })?;
                }
            }
        }
    }
    kept()
}

/// **The response's fields are the server's: none invented, repeated ones kept.**
///
/// `Retry-After`, `Date` and `Age` decide when a call is repeated and what the time is. surf's own
/// HTTP/1.1 invents a `date` where there is none, with a line break inside.
///
/// An executor that fails here appends fields instead of inserting them, and leaves those of the
/// connection alone.
///
/// # Errors
///
/// [`Broken`] if a field is missing, other, out of its order, or not the server's.
pub fn faithful_fields(subject: &Subject) -> Verdict {
    const FIELDS: [(&str, &str); 10] = [
        ("content-length", "2"),
        ("content-type", "application/json; charset=utf-8"),
        ("retry-after", "120"),
        ("age", "7"),
        ("x-repeated", "one"),
        ("x-repeated", "two, three"),
        ("set-cookie", "a=b; Path=/"),
        ("x-repeated", "one"),
        ("set-cookie", "c=d"),
        ("x-empty", ""),
    ];
    let stage = Stage::open(each(|seen, connection| {
        let mut answer = "HTTP/1.1 200 OK\r\n".to_owned();
        if seen.target() == "/fields" {
            for (name, value) in FIELDS {
                answer.push_str(&format!("{name}: {value}\r\n"));
            }
        } else {
            answer.push_str("CONTENT-LENGTH:2\r\nX-Spaces:   in  side \t\r\n");
        }
        connection.send(answer + "\r\n{}")
    }))?;
    let executor = subject.patient()?;
    let spaces = [("content-length", "2"), ("x-spaces", "in  side")];
    for (target, wanted) in [("/fields", FIELDS.as_slice()), ("/spaces", &spaces)] {
        let outcome = executor.call(post(stage.url(target), "{}")?)?;
        let response = answered(&outcome, 200, "{}")?;
        for name in response.headers().keys() {
            demand(wanted.iter().any(|(field, _)| name == field), || {
                format!("expected only the server's fields, but {name} was invented")
            })?;
        }
        for (name, _) in wanted {
            let values: Vec<&str> =
                wanted.iter().filter(|(field, _)| field == name).map(|(_, value)| *value).collect();
            let came: Vec<_> = response.headers().get_all(*name).iter().collect();
            demand(came == values, || {
                format!("expected {name} to be {values:?}, but it is {came:?}")
            })?;
        }
    }
    kept()
}

/// **Bodies that are not UTF-8, and bytes in fields that are not ASCII, do not fail the call.**
///
/// What the server says is for the core to judge; a proxy's error page in Latin-1 is a 502, not a
/// failed connection. surf fails.
///
/// An executor that fails here reads a body or a field as text: it takes bytes.
///
/// # Errors
///
/// [`Broken`] if such an answer was an error, or other bytes than the server's.
pub fn opaque_bytes(subject: &Subject) -> Verdict {
    let all: Vec<u8> = (0..=255).collect();
    let cases: [(&str, &[u8]); 5] = [
        ("a body of all bytes", b" 200 OK\r\nContent-Type: application/json\r\n"),
        (
            "a body of all bytes that is said to be UTF-8",
            b" 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n",
        ),
        ("a field in Latin-1", b" 200 OK\r\nX-Odd: gr\xfc\xdfe\r\n"),
        ("a reason in Latin-1", b" 200 Gr\xfc\xdfe\r\n"),
        ("no reason", b" 200 \r\n"),
    ];
    let executor = subject.patient()?;
    let mut notes = Vec::new();
    for (case, start) in cases {
        let (start, body) = (start.to_vec(), all.clone());
        let stage = Stage::open(each(move |_, connection| {
            connection.send(
                [b"HTTP/1.1".as_slice(), &start, b"Content-Length: 256\r\n\r\n", &body].concat(),
            )
        }))?;
        let outcome = executor.call(post(stage.url("/"), "{}")?)?;
        let Ok(response) = &outcome else {
            return Err(Broken::new(format!(
                "{case}: expected an answer, but got {}",
                told(&outcome)
            )));
        };
        demand(response.status() == 200 && **response.body() == *all, || {
            format!("{case}: expected the 256 bytes as they are, but got {}", told(&outcome))
        })?;
        if case == "a field in Latin-1" {
            match response.headers().get("x-odd") {
                Some(value) => demand(value.as_bytes() == b"gr\xfc\xdfe", || {
                    format!("{case}: expected it as it is, but it is {value:?}")
                })?,
                None => notes.push("a field that is not ASCII is left out".to_owned()),
            }
        }
    }
    Ok(Kept { notes, ..Kept::default() })
}

/// `{"coded":"yes"}`.
const PLAIN: &[u8] = br#"{"coded":"yes"}"#;
const CODED: [(&str, &[u8]); 4] = [
    (
        "gzip",
        b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xab\x56\x4a\xce\x4f\x49\x4d\x51\xb2\x52\xaa\x4c\x2d\x56\xaa\x05\
          \0\x22\x5f\x6d\xc6\x0f\0\0\0",
    ),
    (
        "deflate",
        b"\x78\x9c\xab\x56\x4a\xce\x4f\x49\x4d\x51\xb2\x52\xaa\x4c\x2d\x56\xaa\x05\0\x28\x9a\x05\x0b",
    ),
    ("br", b"\xe0\0\x10{\"coded\":\"yes\"}\x03"),
    ("zstd", b"\x28\xb5\x2f\xfd\0\x58\x79\0\0{\"coded\":\"yes\"}"),
];

/// **What is advertised in `Accept-Encoding` is decoded, and nothing else is.**
///
/// A client that advertises gzip and hands out gzip makes every answer unreadable; one that decodes
/// what it did not ask for spends memory at the server's wish. isahc and ureq advertise and decode
/// by default, which is allowed, as is turning it off.
///
/// An executor that fails here turns both off, in one place.
///
/// # Errors
///
/// [`Broken`] if an advertised coding came coded, or another was taken off.
pub fn coding(subject: &Subject) -> Verdict {
    let stage = Stage::open(each(|seen, connection| {
        let target = seen.target();
        let coding = target.trim_start_matches('/');
        let body = CODED.iter().find(|(name, _)| *name == coding).map_or(PLAIN, |(_, body)| body);
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        connection.send([head.as_bytes(), body].concat())
    }))?;
    let executor = subject.patient()?;
    let mut advertised = Vec::new();
    for (coding, coded) in CODED {
        let outcome = executor.call(post(stage.url(&format!("/{coding}")), "{}")?)?;
        let offers = offered(&stage, coding);
        let wanted = if offers { PLAIN } else { coded };
        let fits = outcome.as_ref().is_ok_and(|response| **response.body() == *wanted);
        demand(fits, || {
            let verb = if offers {
                "is advertised, so it is taken off"
            } else {
                "is not advertised, so it is left as it is"
            };
            format!("expected that {coding}, which {verb}, but got {}", told(&outcome))
        })?;
        if offers {
            advertised.push(coding);
        }
    }
    let notes = match &*advertised.join(", ") {
        "" => vec!["advertises no coding".to_owned()],
        codings => vec![format!("advertises and decodes {codings}")],
    };
    Ok(Kept { notes, ..Kept::default() })
}

/// Whether the last request offered to take this coding.
fn offered(stage: &Stage, coding: &str) -> bool {
    let log = stage.log();
    let offers = log.seen.last().map(|seen| seen.fields("accept-encoding")).unwrap_or_default();
    offers.iter().flat_map(|offer| offer.split(',')).any(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        let refused = offer.replace(' ', "").ends_with(";q=0");
        parts.next().is_some_and(|name| name == coding || name == "*") && !refused
    })
}

const LIMIT: usize = 1 << 20;
/// What a server would send if it were let.
const FLOOD: usize = 200_000_000;
/// What it may get rid of on the way to an error: the sockets' buffers hold some megabytes.
const TAKEN: usize = 48_000_000;

/// 64 KiB of zeros, deflated, to be repeated at will.
fn zeros() -> Vec<u8> {
    let start = b"\xec\xc1\x01\x01\0\0\0\x80\x90\xfe\xaf\xee\x08\x0a";
    [start.as_slice(), &[0; 63], b"\x6a\0\0\0\xff\xff"].concat()
}

/// **A response larger than the limit is an error, not an allocation; a compressed one counts
/// decoded.**
///
/// The server is on the other side of the trust: one answer must not take the process down. Every
/// executor measured stops at its limit once it has one; without, ureq takes 10 MiB and the others
/// all that comes.
///
/// An executor that fails here counts while it reads, behind the decoder if it has one, and does not
/// believe `Content-Length` when it allocates.
///
/// # Errors
///
/// [`Broken`] if a larger body was an answer, if much more than the limit was read before the error,
/// or if a body of exactly the limit was refused.
pub fn bounded(subject: &Subject) -> Verdict {
    let executor = subject.with(patient().response_limit(LIMIT))?;
    for (case, length, chunked, fits) in [
        ("exactly the limit, with its length", LIMIT, false, true),
        ("exactly the limit, in chunks", LIMIT, true, true),
        ("one byte more, with its length", LIMIT + 1, false, false),
        ("one byte more, in chunks", LIMIT + 1, true, false),
    ] {
        let stage = flood(move |connection| {
            let body = "x".repeat(length);
            connection.send(if chunked {
                format!("Transfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n")
            } else {
                format!("Content-Length: {length}\r\n\r\n{body}")
            })
        })?;
        let outcome = executor.call(post(stage.url("/"), "{}")?)?;
        if fits {
            demand(outcome.as_ref().is_ok_and(|response| response.body().len() == LIMIT), || {
                format!("{case}: expected an answer, but got {}", told(&outcome))
            })?;
        } else {
            failed(&outcome, &[ErrorKind::Body]).map_err(|broken| broken.in_case(case))?;
        }
    }
    let chunk = format!("8000\r\n{}\r\n", "x".repeat(0x8000));
    let line = format!("x-flood: {}\r\n", "x".repeat(1_000));
    let floods = [
        ("a body without end, in chunks", "Transfer-Encoding: chunked\r\n\r\n".to_owned(), chunk),
        ("a body without end", "Connection: close\r\n\r\n".to_owned(), "x".repeat(0x8000)),
        (
            "a body said to have 10 GB",
            "Content-Length: 10000000000\r\n\r\n".to_owned(),
            "x".repeat(0x8000),
        ),
        ("fields without end", String::new(), line),
    ];
    for (case, start, more) in floods {
        let stage = flood(move |connection| {
            connection.send(&start)?;
            pour(connection, more.as_bytes())
        })?;
        let outcome = executor.call(post(stage.url("/"), "{}")?)?;
        let kinds: &[ErrorKind] = match start_of(case) {
            "fields" => &[ErrorKind::Body, ErrorKind::Other],
            _ => &[ErrorKind::Body],
        };
        failed(&outcome, kinds).map_err(|broken| broken.in_case(case))?;
        demand(stage.sent() < TAKEN, || {
            format!(
                "{case}: expected the end soon after {LIMIT} bytes, but {} were taken",
                stage.sent()
            )
        })?;
    }
    bomb(&executor)?;
    kept()
}

fn start_of(case: &str) -> &str {
    case.split(' ').next().unwrap_or_default()
}

/// 400 KB that become 320 MB, where gzip is advertised.
fn bomb(executor: &Executor) -> Result<(), Broken> {
    let stage = flood(|connection| {
        let mut body = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03".to_vec();
        body.extend(zeros().repeat(5_000));
        let head = format!("Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.len());
        connection.send([head.as_bytes(), &body].concat())
    })?;
    let outcome = executor.call(post(stage.url("/"), "{}")?)?;
    if offered(&stage, "gzip") {
        failed(&outcome, &[ErrorKind::Body]).map_err(|broken| broken.in_case("a gzip bomb"))?;
    }
    Ok(())
}

/// A stage that answers 200 and then as told.
fn flood(
    rest: impl Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
) -> io::Result<Stage> {
    Stage::open(move |connection: &mut Connection| {
        connection.request()?;
        connection.send("HTTP/1.1 200 OK\r\n")?;
        rest(connection)
    })
}

fn pour(connection: &mut Connection, more: &[u8]) -> io::Result<()> {
    for _ in 0..FLOOD / more.len() {
        connection.send(more)?;
    }
    Ok(())
}

/// The response, if it is this one.
pub(crate) fn answered<'o>(
    outcome: &'o Outcome,
    status: u16,
    body: &str,
) -> Result<&'o Response, Broken> {
    match outcome {
        Ok(response) if response.status() == status && **response.body() == *body.as_bytes() => {
            Ok(response)
        }
        _ => {
            Err(Broken::new(format!("expected Ok({status}, {body:?}), but got {}", told(outcome))))
        }
    }
}

/// Demands an error of one of these kinds.
pub(crate) fn failed(outcome: &Outcome, kinds: &[ErrorKind]) -> Result<(), Broken> {
    demand(outcome.as_ref().is_err_and(|error| kinds.contains(&error.kind())), || {
        format!("expected an error of kind {kinds:?}, but got {}", told(outcome))
    })
}

/// That the executor still works, and gives each caller its own answer.
pub(crate) fn works(executor: &Executor, stage: &Stage, target: &str) -> Result<(), Broken> {
    let id = format!("{target}/{}", unique());
    let request: Request = post(stage.url(&id), "{}")?;
    answered(&executor.call(request)?, 200, &id).map(drop)
}
