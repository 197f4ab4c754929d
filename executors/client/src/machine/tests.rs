//! The machine on a simulated clock, against a simulated server: neither waits. Everything random comes
//! from a seed, which a failure names.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
};

use pusher_core::{App, Data, Raw, http};

use super::*;
use crate::error::{ErrorKind, Other};

/// splitmix64.
#[derive(Debug)]
struct Random(AtomicU64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    fn next(&self) -> u64 {
        let state = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// When the simulation begins, by the server's clock.
const BEGIN: u64 = 1_795_508_100;

/// A machine whose clock may be wrong, and the time that passes on it.
struct World {
    caller: Caller,
    random: std::sync::Arc<Random>,
    elapsed: Duration,
    /// What the machine's clock has too much, in seconds.
    ahead: i64,
    requests: u64,
}

impl World {
    fn new(seed: u64) -> Self {
        let random = std::sync::Arc::new(Random::new(seed));
        let app = App::from_url("https://key:secret@localhost/apps/3").unwrap();
        let entropy = random.clone();
        let caller = Caller::new(app)
            .with_entropy(move |bytes| bytes.fill_with(|| entropy.next().to_le_bytes()[0]));
        Self { caller, random, elapsed: Duration::ZERO, ahead: 0, requests: 0 }
    }

    fn now(&self) -> Moment {
        let clock = skew::corrected(self.server_time(), self.ahead);
        Moment { elapsed: self.elapsed, clock }
    }

    fn server_time(&self) -> Timestamp {
        Timestamp::from_unix(BEGIN + self.elapsed.as_secs())
    }

    /// One call against a server that is a function. Each exchange takes up to a second.
    fn call<E: Endpoint>(
        &mut self,
        endpoint: &E,
        mut server: impl FnMut(&Request, Timestamp, &Random) -> Result<Response, ExecutorError>,
    ) -> Result<E::Response, CallError> {
        let caller = self.caller.clone();
        let (mut call, mut step) = Attempts::begin(&caller, endpoint, self.now());
        loop {
            step = match step {
                Step::Send(request) => {
                    self.requests += 1;
                    let age = self.server_time().as_unix().abs_diff(signed_at(&request));
                    let wrong = self.ahead != 0 || caller.shared().skew.get() != 0;
                    assert!(wrong || age < 600, "signed {age} s ago");
                    self.elapsed += Duration::from_millis(self.random.below(500));
                    let outcome = server(&request, self.server_time(), &self.random);
                    self.elapsed += Duration::from_millis(self.random.below(500));
                    call.answered(outcome, self.now())
                }
                Step::Wait(pause) => {
                    self.elapsed += pause;
                    call.waited(self.now())
                }
                Step::Done(result) => return result,
            };
        }
    }
}

fn signed_at(request: &Request) -> u64 {
    let query = request.uri().query().unwrap();
    let (_, value) = query.split_once("auth_timestamp=").unwrap();
    value.split('&').next().unwrap().parse().unwrap()
}

fn event() -> Trigger {
    Trigger::new("a".parse().unwrap(), "b".parse().unwrap(), Data::text("c"))
}

fn answer(status: u16) -> http::response::Builder {
    http::Response::builder().status(status)
}

fn body(builder: http::response::Builder, body: &'static str) -> Result<Response, ExecutorError> {
    Ok(builder.body(body.into()).unwrap())
}

fn not_sent() -> Result<Response, ExecutorError> {
    Err(io::Error::from(io::ErrorKind::ConnectionRefused).into())
}

fn maybe_sent() -> Result<Response, ExecutorError> {
    Err(io::Error::from(io::ErrorKind::TimedOut).into())
}

/// Whatever the server does, an event is carried out once at most, and a call that succeeds was carried
/// out; a result never comes later than it may.
#[test]
fn ten_thousand_schedules_without_a_duplicate() {
    let (mut again, mut succeeded) = (0, 0);
    for seed in 0..10_000 {
        let mut world = World::new(seed);
        let mut carried_out = 0;
        let result = world.call(&event(), |_, _, random| {
            let does = random.below(10);
            match does {
                0 => not_sent(),
                1 => body(answer(429), "slow down"),
                2 => body(answer(429).header("retry-after", random.below(30).to_string()), ""),
                3 => body(answer(503).header("retry-after", "1"), "busy"),
                4 => body(answer(400), "no"),
                // From here on, the event was published, or may have been.
                5 | 6 => {
                    carried_out += random.below(2);
                    if does == 5 { maybe_sent() } else { body(answer(500), "") }
                }
                7 => {
                    carried_out += 1;
                    body(answer(200), "FISH")
                }
                _ => {
                    carried_out += 1;
                    body(answer(200), "{}")
                }
            }
        });
        assert!(carried_out <= 1, "seed {seed}: published {carried_out} times");
        assert!(result.is_err() || carried_out == 1, "seed {seed}: {result:?}");
        assert!(world.requests <= 3 && world.elapsed <= Duration::from_secs(23), "seed {seed}");
        again += u64::from(world.requests > 1);
        succeeded += u64::from(result.is_ok());
        if let Err(error) = result {
            assert_eq!(u64::from(error.attempts()), world.requests, "seed {seed}");
            assert!(carried_out == 0 || error.maybe_carried_out(), "seed {seed}: {error:?}");
        }
    }
    assert!(again > 3_000 && succeeded > 2_000, "{again} {succeeded}: too tame");
}

#[test]
fn an_outage_is_not_multiplied() {
    for (outage, most) in [
        (not_sent as fn() -> _, 11_000),
        (|| body(answer(429), ""), 11_000),
        // Of unknown fate: never sent again.
        (maybe_sent, 10_000),
        (|| body(answer(503), ""), 10_000),
    ] {
        let mut world = World::new(1);
        for _ in 0..10_000 {
            let result = world.call(&event(), |_, _, _| outage());
            assert!(result.is_err());
        }
        assert!(world.requests <= most, "{} requests", world.requests);
        assert!(most == 10_000 || world.requests > 10_000, "the first calls are made again");

        // Success gives the attempts back, ten calls for one.
        let spent = world.requests;
        for _ in 0..1_000 {
            world.call(&event(), |_, _, _| body(answer(200), "{}")).unwrap();
        }
        world.requests = 0;
        let _ = world.call(&event(), |_, _, _| outage());
        assert_eq!(world.requests, if most == 10_000 { 1 } else { 3 }, "after {spent}");
    }
}

#[test]
fn a_retry_after_is_honoured_or_returned_at_once() {
    for (seconds, requests) in [("0", 2), ("3", 2), ("19", 2), ("21", 1), ("3600", 1)] {
        let mut world = World::new(7);
        let mut refused = false;
        let result = world.call(&event(), |_, _, _| {
            if std::mem::replace(&mut refused, true) {
                return body(answer(200), "{}");
            }
            body(answer(429).header("retry-after", seconds), "")
        });
        assert_eq!(world.requests, requests, "{seconds}");
        if let Err(error) = result {
            assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds.parse().unwrap())));
            assert!(world.elapsed < Duration::from_secs(2), "it did not wait");
        } else {
            assert!(world.elapsed >= Duration::from_secs(seconds.parse().unwrap()));
        }
    }
}

#[test]
fn what_may_have_arrived_is_sent_again_only_if_allowed() {
    for (retry, outcome, requests) in [
        (Retry::default(), maybe_sent as fn() -> _, 1),
        (Retry::default().even_if_maybe_sent(), maybe_sent, 3),
        (Retry::default().even_after_server_errors(), maybe_sent, 1),
        (Retry::default(), || body(answer(502), ""), 1),
        (Retry::default().even_after_server_errors(), || body(answer(502), ""), 3),
        (Retry::default().even_after_server_errors().attempts(5), || body(answer(502), ""), 5),
        (Retry::never(), not_sent, 1),
        (Retry::default(), || Err(Other(io::Error::other("who knows")).into()), 1),
        (Retry::default().even_after_server_errors(), || body(answer(200), "FISH"), 1),
        (Retry::default().even_after_server_errors(), || body(answer(302), ""), 1),
    ] {
        let mut world = World::new(3);
        world.caller = world.caller.with_retry(retry);
        let error = world.call(&event(), |_, _, _| outcome()).unwrap_err();
        assert_eq!(world.requests, requests, "{retry:?} {error}");
    }
}

/// As a server that compares: 600 seconds of grace, its own time in `Date` or in its words.
fn strict(request: &Request, now: Timestamp, words: bool) -> Result<Response, ExecutorError> {
    if now.as_unix().abs_diff(signed_at(request)) < 600 {
        return body(answer(200), "{}");
    }
    let text = if words {
        let date = "Timestamp expired: Given timestamp (x) not within 600s of server time (TIME)";
        date.replace("TIME", &rfc3339(now))
    } else {
        "expired".to_owned()
    };
    let answer = answer(401).header("date", http_date(now));
    Ok(answer.body(text.into()).unwrap())
}

/// Days that the simulation reaches, as the server writes them.
fn rfc3339(time: Timestamp) -> String {
    let second = time.as_unix() - BEGIN + 15 * 60;
    format!("2026-11-24T{:02}:{:02}:{:02}Z", 8 + second / 3_600, second / 60 % 60, second % 60)
}

fn http_date(time: Timestamp) -> String {
    let second = time.as_unix() - BEGIN + 15 * 60;
    format!(
        "Tue, 24 Nov 2026 {:02}:{:02}:{:02} GMT",
        8 + second / 3_600,
        second / 60 % 60,
        second % 60
    )
}

#[test]
fn a_wrong_clock_costs_one_request() {
    for ahead in [-30 * 86_400, -86_400, -700, 700, 3_600, 30 * 86_400] {
        for words in [false, true] {
            let mut world = World::new(5);
            world.ahead = ahead;
            world.call(&event(), |request, now, _| strict(request, now, words)).unwrap();
            assert_eq!(world.requests, 2, "{ahead}");
            let learned = world.caller.shared().skew.get();
            assert!((learned + ahead).abs() <= 1, "{learned} for {ahead}");

            world.call(&event(), |request, now, _| strict(request, now, words)).unwrap();
            assert_eq!(world.requests, 3, "{ahead}: the next call is right at once");

            // The clock is set right while the program runs: learned anew.
            world.ahead = 0;
            world.call(&event(), |request, now, _| strict(request, now, words)).unwrap();
            world.call(&event(), |request, now, _| strict(request, now, words)).unwrap();
            assert_eq!(world.requests, 6, "{ahead}");
        }
    }
}

#[test]
fn only_a_believable_date_corrects_the_clock() {
    let right = http_date(Timestamp::from_unix(BEGIN));
    for (ahead, header, value, requests) in [
        (86_400, "date", "Fri, 31 Dec 2100 12:00:00 GMT", 1), // absurd
        (86_400, "date", "Thu, 01 Jan 1970 00:00:00 GMT", 1), // absurd
        (86_400, "date", "yesterday", 1),
        (86_400, "x-date", &right, 1),
        (0, "date", &right, 1), // the clock is right: something else is wrong
        (86_400, "date", &right, 2),
    ] {
        let mut world = World::new(9);
        world.ahead = ahead;
        let answer = || answer(401).header(header, value);
        let error = world.call(&event(), |_, _, _| body(answer(), "no")).unwrap_err();
        assert_eq!(world.requests, requests, "{header}: {value}");
        assert_eq!(world.caller.shared().skew.get(), 0, "what did not help is not kept");
        assert_eq!(error.signed().unwrap().clock_skew.is_some(), requests == 2);

        let mut world = World::new(9);
        world.ahead = ahead;
        let old = || answer().header("age", "3600");
        let _ = world.call(&event(), |_, _, _| body(old(), "no"));
        assert_eq!(world.requests, 1, "a cache kept the answer, and its date");
    }
}

/// The reference server's own words, and ours beside them.
#[test]
fn a_401_shows_both_texts() {
    let mut world = World::new(2);
    let words = r#"Invalid signature: you should have sent HmacSHA256Hex("POST\n/apps/3/events\n…", your_secret_key), but you sent "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c""#;
    let error = world.call(&event(), |_, _, _| body(answer(401), words)).unwrap_err();
    let said = error.to_string();
    assert!(
        said.starts_with("the server answered 401 Unauthorized: Invalid signature: "),
        "{said}"
    );
    let ours = r#"; this client signed "POST\n/apps/3/events\nauth_key=key&auth_timestamp="#;
    assert!(said.contains(ours) && !said.contains("da454824"), "{said}");
    assert!(error.signed().unwrap().string_to_sign.starts_with("POST\n/apps/3/events\n"));
}

/// Accepted, unknown and not sent, for each way to fail at each request.
#[test]
fn a_batch_that_fails_says_how_far_it_came() {
    for (failing, unknown) in [
        (not_sent as fn() -> _, 0),
        (|| body(answer(400), ""), 0),
        (|| body(answer(429).header("retry-after", "99"), ""), 0),
        (maybe_sent, 1),
        (|| body(answer(500), ""), 1),
        (|| body(answer(200), "FISH"), 1),
    ] {
        for request in 0..3_usize {
            let mut world = World::new(4);
            world.caller = world.caller.with_retry(Retry::never());
            let caller = world.caller.clone();
            let mut batches = Batches::new(&caller, vec![event(); 25]).unwrap();
            let mut number = 0;
            let error = loop {
                let batch = batches.next().unwrap().expect("a request fails before the end");
                let result = world.call(&batch, |_, _, _| {
                    number += 1;
                    if number > request { failing() } else { body(answer(200), "{}") }
                });
                if let Err(error) = batches.answered(&batch, result) {
                    break error;
                }
            };
            let size = [10, 10, 5][request];
            assert_eq!((error.accepted, error.unknown), (request * 10, unknown * size), "{error}");
        }
    }
}

#[test]
fn batches_are_aligned_with_their_events() {
    let mut world = World::new(6);
    let caller = world.caller.clone();
    let mut batches = Batches::new(&caller, vec![event(); 25]).unwrap();
    let mut sizes = Vec::new();
    while let Some(batch) = batches.next().unwrap() {
        sizes.push(batch.events().len());
        let told = match sizes.len() {
            1 => "{}",
            2 => r#"{"batch":[{"user_count":1},{},{},{},{},{},{},{},{},{"user_count":2}]}"#,
            _ => r#"{"batch":{}}"#,
        };
        let result = world.call(&batch, |_, _, _| body(answer(200), told));
        batches.answered(&batch, result).unwrap();
    }
    assert_eq!(sizes, [10, 10, 5]);
    let told: Vec<_> = batches.finish().batch.iter().map(|told| told.user_count).collect();
    assert_eq!(told.len(), 25);
    assert_eq!((told[9], told[10], told[19], told[20]), (None, Some(1), Some(2), None));

    let mut none = Batches::new(&caller, vec![]).unwrap();
    assert!(none.next().unwrap().is_none() && none.finish().batch.is_empty());
}

#[test]
fn an_impossible_call_is_never_sent() {
    let mut world = World::new(8);
    let error = world.call(&Raw::get("nowhere"), |_, _, _| not_sent()).unwrap_err();
    assert!(matches!(error, CallError::Build(_)) && error.attempts() == 0);
    assert_eq!(world.requests, 0);
    let refused = world.call(&event(), |_, _, _| not_sent()).unwrap_err();
    let CallError::Execute { error, .. } = refused else { panic!("{refused}") };
    assert_eq!(error.kind(), ErrorKind::Connect);
}
