//! Laws of the exchange when it goes wrong: sent once, answered with one's own, over in time. They
//! look at what the server saw, not at what the client believes.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use pusher_client::{ErrorKind, Request};

use super::{
    Broken, Kept, Subject, Verdict, demand, get, kept, post,
    responses::{answered, failed, works},
    rounds,
    stage::{Connection, Dead, Refusing, Seen, Stage, each},
    subject::{Executor, Outcome, Signal, patient, told},
    unique,
};

/// Long enough for whatever surely happens, on a machine that is busy.
const SOON: Duration = Duration::from_secs(5);

/// **One `execute` of a POST puts at most one request on the wire, also when a pooled connection
/// turns out dead; a GET may be repeated once.**
///
/// `POST /events` is not idempotent: a request that is sent again behind the caller's back is an
/// event that happens twice. curl does it when a connection that it used before dies without an
/// answer: with isahc *the server saw the POST twice, and the caller got 200*. Whether a GET is
/// repeated is noted.
///
/// The law cuts the exchange at twelve points, each on a fresh connection and on one that was used
/// before: no connection at all, in the middle of the head, in the middle of the body, an end or a
/// reset instead of an answer, a 1xx and then the end, a 3xx, a slow answer, a cancelled call, one
/// that ran out of time, an answer before the body was read, a pooled connection that the server has
/// closed meanwhile. It also holds `maybe_sent` to the truth: `true` whenever the server saw
/// anything of the request, `false` where a connection was refused or a name was not found.
///
/// An executor that fails here turns its client's retries off (`retry(never())`,
/// `retry_canceled_requests(false)`), or gives it a body that cannot be rewound (isahc). There is no
/// list of known failures for this law.
///
/// # Errors
///
/// [`Broken`] if a POST came twice, a GET more than twice, or `maybe_sent` is not true.
pub fn one_request(subject: &Subject) -> Verdict {
    let stage = Stage::open(cut)?;
    let executor = subject.patient()?;
    let hasty = subject.with(patient().total_timeout(Duration::from_millis(300)))?;
    let mut repeated: Vec<&str> = Vec::new();

    for _ in 0..rounds() {
        not_there(&executor)?;
        for pooled in [false, true] {
            for (cut, bytes, ends) in CUTS {
                if cut == "dead-pool" && !pooled || cut == "cancel" && subject.is_blocking() {
                    continue;
                }
                let case = format!(
                    "{cut}, {}",
                    if pooled { "pooled connection" } else { "new connection" }
                );
                // Its own executor where it has to be fresh; shared ones make a pool.
                let executor = match (cut, pooled) {
                    ("timeout", _) => hasty.clone(),
                    (_, true) => executor.clone(),
                    (_, false) => subject.patient()?,
                };
                let id = format!("/{}", unique());
                if pooled {
                    warm(&executor, &stage, cut)?;
                }
                let request = post(stage.url(&format!("/{cut}{id}")), vec![b'x'; bytes])?;
                let outcome = if cut == "cancel" {
                    cancelled(&executor, request, &stage, &id)?
                } else {
                    Some(executor.call(request)?)
                };
                let seen = stage.seen(&id);
                demand(seen <= 1, || {
                    format!(
                        "{case}: expected the server to see the POST at most once, but it saw it {seen} times, and the call ended in {}",
                        outcome.as_ref().map_or("nothing".to_owned(), told)
                    )
                })?;
                if let Some(outcome) = outcome {
                    ended(&outcome, seen, ends).map_err(|broken| broken.in_case(&case))?;
                }
            }
            for cut in ["end", "reset"] {
                let id = format!("/{}", unique());
                if pooled {
                    warm(&executor, &stage, cut)?;
                }
                let outcome = executor.call(get(stage.url(&format!("/{cut}{id}")))?)?;
                let seen = stage.seen(&id);
                demand(seen <= 2, || {
                    format!(
                        "{cut}: expected a GET to be repeated once at most, but it came {seen} times"
                    )
                })?;
                if seen == 2 && !repeated.contains(&cut) {
                    repeated.push(cut);
                }
                if seen == 1 {
                    ended(&outcome, seen, Ends::Failed)
                        .map_err(|broken| broken.in_case(&format!("GET, {cut}")))?;
                }
            }
        }
    }

    // What is sent again later is sent again, too.
    thread::sleep(Duration::from_millis(200));
    let mut posts = BTreeMap::new();
    for seen in stage.log().seen.iter().filter(|seen| seen.method() == "POST") {
        *posts.entry(seen.target()).or_insert(0) += 1;
    }
    for (target, again) in posts {
        demand(again == 1, || format!("{target}: expected one POST, but {again} came in the end"))?;
    }
    let note = match &*repeated.join(" or ") {
        "" => "a GET is not repeated".to_owned(),
        cuts => format!("a GET is repeated once when a connection dies ({cuts})"),
    };
    Ok(Kept { notes: vec![note], ..Kept::default() })
}

/// What a cut must end in.
#[derive(Clone, Copy, PartialEq)]
enum Ends {
    Failed,
    TimedOut,
    Answered(u16),
    Either,
}

/// Where the exchange is cut, how large its body is, and what that is to the caller.
const CUTS: [(&str, usize, Ends); 12] = [
    ("mid-head", 9, Ends::Failed),
    ("mid-body", 1_000_000, Ends::Failed),
    ("end", 9, Ends::Failed),
    ("reset", 9, Ends::Failed),
    ("interim", 9, Ends::Failed),
    ("half-answer", 9, Ends::Failed),
    ("redirect", 9, Ends::Answered(307)),
    ("slow", 9, Ends::Answered(200)),
    ("cancel", 9, Ends::Either),
    ("timeout", 9, Ends::TimedOut),
    ("early", 2_000_000, Ends::Answered(413)),
    // It may have been noticed in time.
    ("dead-pool", 9, Ends::Either),
];

/// The first time that a request comes, it is cut as its target says; the second time, which should
/// not be, all is well.
fn cut(connection: &mut Connection) -> io::Result<()> {
    while let Some(incoming) = connection.line()? {
        let target = connection.so_far(&incoming).target();
        let cut = target.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned();
        let first = connection.mark(&target) == 1;
        match &*cut {
            "mid-head" if first => return Ok(()),
            "mid-body" if first => {
                connection.head(&incoming)?;
                connection.read_exactly(200_000)?;
                return Ok(());
            }
            "early" => {
                connection.head(&incoming)?;
                connection.answer(413, "early")?;
                connection.body(&incoming)?;
                continue;
            }
            _ => {
                connection.head(&incoming)?;
                connection.body(&incoming)?;
            }
        }
        match &*cut {
            "end" if first => return Ok(()),
            "reset" if first => return connection.reset(),
            "interim" if first => return connection.send("HTTP/1.1 103 Early Hints\r\n\r\n"),
            "half-answer" if first => {
                return connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal");
            }
            "redirect" => connection.send(format!(
                "HTTP/1.1 307 Again\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
            ))?,
            "slow" => {
                for byte in "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".chars() {
                    connection.send(byte.to_string())?;
                    thread::sleep(Duration::from_millis(3));
                }
            }
            "cancel" | "timeout" if first => {
                connection.wait_for_the_end();
                return Ok(());
            }
            "warm-then-close" => {
                connection.answer(200, &target)?;
                thread::sleep(Duration::from_millis(20));
                return Ok(());
            }
            _ => connection.answer(200, &target)?,
        }
    }
    Ok(())
}

/// Makes a connection that the next call may use.
fn warm(executor: &Executor, stage: &Stage, cut: &str) -> Result<(), Broken> {
    let target = if cut == "dead-pool" { "/warm-then-close" } else { "/warm" };
    let id = format!("{target}/{}", unique());
    let outcome = executor.call(post(stage.url(&id), "{}")?)?;
    if cut == "dead-pool" {
        thread::sleep(Duration::from_millis(60));
    }
    // An executor with a very short patience may miss it: then the next connection is new.
    match outcome {
        Err(error) if error.is_timeout() => Ok(()),
        outcome => answered(&outcome, 200, &id).map(drop),
    }
}

/// Nobody is there: the origin surely saw nothing, and the error says so.
fn not_there(executor: &Executor) -> Result<(), Broken> {
    let refusing = Refusing::new()?;
    // Too long for a label, so that no resolver is asked.
    let nowhere = format!("http://{}.invalid/", "x".repeat(64));
    for (case, url) in [
        ("connection refused", format!("http://127.0.0.1:{}/", refusing.port()?)),
        ("no such host", nowhere),
    ] {
        let outcome = executor.call(post(url, "{}")?)?;
        failed(&outcome, &[ErrorKind::Connect]).map_err(|broken| broken.in_case(case))?;
        demand(outcome.as_ref().is_err_and(|error| !error.maybe_sent()), || {
            format!("{case}: expected maybe_sent to be false, but got {}", told(&outcome))
        })?;
    }
    Ok(())
}

fn ended(outcome: &Outcome, seen: usize, ends: Ends) -> Result<(), Broken> {
    match ends {
        Ends::Failed => {
            demand(outcome.is_err(), || format!("expected an error, but got {}", told(outcome)))?;
        }
        Ends::TimedOut => failed(outcome, &[ErrorKind::Timeout])?,
        Ends::Answered(status) => {
            let right = outcome.as_ref().is_ok_and(|response| response.status() == status);
            demand(right, || format!("expected Ok({status}), but got {}", told(outcome)))?;
        }
        Ends::Either => {}
    }
    let truthful = seen == 0 || outcome.as_ref().err().is_none_or(|error| error.maybe_sent());
    demand(truthful, || {
        format!(
            "expected maybe_sent to be true, since the server saw the request, but got {}",
            told(outcome)
        )
    })
}

fn cancelled(
    executor: &Executor,
    request: Request,
    stage: &Stage,
    id: &str,
) -> Result<Option<Outcome>, Broken> {
    let signal = Arc::new(Signal::default());
    thread::scope(|scope| {
        let call = scope.spawn(|| executor.call_until(request, &signal));
        let arrived = stage.wait(SOON, |log| log.ending(id).iter().any(|seen| seen.complete));
        signal.give();
        let outcome = call.join().map_err(|_| Broken::new("a thread of the laws panicked"))?;
        demand(arrived, || "cancel: expected the server to see the request".to_owned())?;
        outcome
    })
}

/// **After a timed-out or cancelled call, the next call gets its own response.**
///
/// surf's own HTTP/1.1 puts the busy connection back into its pool, and the next caller gets the
/// answer of the one before: another app's data, or success for an event that was refused. The law
/// lets the server answer late, on the same connection, before and after the next call has begun; it
/// also asks many questions at once and looks at every answer.
///
/// An executor that fails here closes a connection whose answer it has not read to the end. There is
/// no list of known failures for this law.
///
/// # Errors
///
/// [`Broken`] if a caller got an answer that was not its own, or none.
pub fn own_response(subject: &Subject) -> Verdict {
    let released = Arc::new(AtomicBool::new(false));
    let stage = {
        let released = Arc::clone(&released);
        Stage::open(each(move |seen, connection| {
            let target = seen.target();
            if target.starts_with("/late") {
                while !released.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(5));
                }
            }
            connection.answer(200, &target)
        }))?
    };
    let hasty = subject.with(patient().total_timeout(Duration::from_millis(700)))?;
    for round in 0..rounds() {
        for way in ["timed out", "cancelled"] {
            if way == "cancelled" && subject.is_blocking() {
                continue;
            }
            let id = format!("/late/{}", unique());
            works(&hasty, &stage, "/warm")?;
            released.store(false, Ordering::SeqCst);
            let request = post(stage.url(&id), "{}")?;
            match way {
                "timed out" => failed(&hasty.call(request)?, &[ErrorKind::Timeout])?,
                _ => {
                    let outcome = cancelled(&hasty, request, &stage, &id)?;
                    demand(outcome.is_none_or(|outcome| outcome.is_err()), || {
                        "expected that a call without an answer can be cancelled".to_owned()
                    })?;
                }
            }
            // The late answer comes before the next call, or in the middle of it.
            let next = thread::scope(|scope| {
                scope.spawn(|| {
                    if round % 2 == 1 {
                        thread::sleep(Duration::from_millis(100));
                    }
                    released.store(true, Ordering::SeqCst);
                });
                if round % 2 == 0 {
                    thread::sleep(Duration::from_millis(50));
                }
                works(&hasty, &stage, "/next")
            });
            next.and_then(|()| works(&hasty, &stage, "/after-next"))
                .map_err(|broken| broken.in_case(&format!("the call after one that was {way}")))?;
        }
    }
    let executor = subject.patient()?;
    let crowd = || (0..20).try_for_each(|_| works(&executor, &stage, "/crowd"));
    all(vec![&crowd as &Case<'_>; 6]).map_err(|broken| broken.in_case("many calls at once"))?;
    kept()
}

type Case<'c> = dyn Fn() -> Result<(), Broken> + Sync + 'c;

/// Looks at all cases at once, because each takes its time.
fn all(cases: Vec<&Case<'_>>) -> Result<(), Broken> {
    thread::scope(|scope| {
        let running: Vec<_> = cases.into_iter().map(|case| scope.spawn(case)).collect();
        running.into_iter().try_for_each(|case| {
            case.join().unwrap_or_else(|_| Err(Broken::new("a thread of the laws panicked")))
        })
    })
}

/// **A peer that is dead, silent, or stops half-way is an error within the configured timeouts, and
/// the executor works afterwards.**
///
/// `connect_timeout` is for the connection with its TLS and its tunnel, `total_timeout` for the call
/// with its whole answer. surf's own HTTP/1.1 has no connect timeout; many a timeout stops at the
/// head, and a body that trickles in goes on for ever; hyper's is for TCP alone.
///
/// An executor that fails here wraps the whole of the connection in the one, and the whole of the
/// call in the other.
///
/// # Errors
///
/// [`Broken`] if a call hung for seconds, ended otherwise than in time, or left the executor unusable.
pub fn no_hang(subject: &Subject) -> Verdict {
    let (short, long) = (Duration::from_millis(400), Duration::from_secs(20));
    let impatient = patient().connect_timeout(long).total_timeout(short);
    let total = subject.with(impatient)?.watched(SOON);
    let connecting = patient().connect_timeout(short).total_timeout(long);
    let connect = subject.with(connecting.clone())?.watched(SOON);

    let stage = Stage::open(stall)?;
    // Takes connections, and says nothing: neither TLS nor a tunnel comes about.
    let silent = Stage::open(|connection: &mut Connection| {
        connection.wait_for_the_end();
        Ok(())
    })?;
    let tunnel = format!("http://127.0.0.1:{}", silent.port());
    let tunnel =
        pusher_client::ProxyUrl::parse(&tunnel).map_err(|error| Broken::new(error.to_string()))?;
    let through = subject.with(connecting.proxy(tunnel))?.watched(SOON);
    let dead = Dead::new()?;
    let dead = dead.as_ref().map(Dead::port).transpose()?;

    let silent_url = format!("https://127.0.0.1:{}/", silent.port());
    let mut calls = vec![
        ("a silent peer instead of TLS", &connect, silent_url.clone(), 9),
        ("a silent peer instead of TLS, total", &total, silent_url, 9),
        ("a silent proxy instead of a tunnel", &through, "https://127.0.0.1:1/".to_owned(), 9),
        ("a body that is not read", &total, stage.url("/unread"), 32_000_000),
    ];
    if let Some(port) = dead {
        let url = format!("http://127.0.0.1:{port}/");
        calls.push(("a dead peer", &connect, url.clone(), 9));
        calls.push(("a dead peer, total", &total, url, 9));
    }
    for stall in ["silent", "half-a-head", "half-a-body", "trickle", "interim", "trickle-head"] {
        calls.push((stall, &total, stage.url(&format!("/{stall}")), 9));
    }
    let cases: Vec<Box<Case<'_>>> = calls
        .into_iter()
        .map(|(case, executor, url, bytes)| {
            Box::new(move || timely(case, executor, &url, bytes)) as Box<Case<'_>>
        })
        .collect();
    all(cases.iter().map(|case| &**case).collect())?;

    let mut last = Ok(());
    // Its time is short and the machine may be busy.
    for _ in 0..5 {
        last = works(&total, &stage, "/works");
        if last.is_ok() {
            break;
        }
    }
    last.and_then(|()| works(&connect, &stage, "/works"))
        .map_err(|broken| broken.in_case("the call after all that"))?;
    let notes = match dead {
        Some(_) => Vec::new(),
        None => vec!["this system has no dead peers".to_owned()],
    };
    Ok(Kept { notes, ..Kept::default() })
}

fn timely(case: &str, executor: &Executor, url: &str, bytes: usize) -> Result<(), Broken> {
    let outcome =
        executor.call(post(url, vec![b'x'; bytes])?).map_err(|broken| broken.in_case(case))?;
    failed(&outcome, &[ErrorKind::Timeout]).map_err(|broken| broken.in_case(case))
}

fn stall(connection: &mut Connection) -> io::Result<()> {
    while let Some(incoming) = connection.line()? {
        let seen: Seen = connection.head(&incoming)?;
        let target = seen.target();
        if target == "/unread" {
            connection.idle();
            return Ok(());
        }
        connection.body(&incoming)?;
        let (start, more) = match &*target {
            "/silent" => ("", ""),
            "/half-a-head" => ("HTTP/1.1 200 OK\r\nContent-Le", ""),
            "/half-a-body" => ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", ""),
            "/trickle" => ("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", "x"),
            "/trickle-head" => ("HTTP/1.1 200 OK\r\n", "X-More: 1\r\n"),
            "/interim" => ("", "HTTP/1.1 102 Processing\r\n\r\n"),
            _ => {
                connection.answer(200, &target)?;
                continue;
            }
        };
        connection.send(start)?;
        if more.is_empty() {
            connection.wait_for_the_end();
            return Ok(());
        }
        loop {
            connection.send(more)?;
            thread::sleep(Duration::from_millis(50));
        }
    }
    Ok(())
}
