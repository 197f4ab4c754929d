//! Many calls at once against a server that resets, stalls, answers by halves and restarts, by a seed.
//! It adds no law; it looks whether the laws hold in a storm.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    Broken, Subject, demand, lock, post,
    stage::{Connection, Stage},
    subject::{Executor, Outcome, Signal, patient, told},
};

/// How hard it storms.
#[derive(Clone, Copy, Debug)]
pub struct Storm {
    /// How many calls are made.
    pub calls: usize,
    /// How many at a time.
    pub in_flight: usize,
    /// Whether every second call is dropped at a random moment, where the executor is async.
    pub drops: bool,
    /// What decides all that is random. Threads run as they like, so the same seed gives the same
    /// events and not the same order.
    pub seed: u64,
}

/// What came of a storm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Weathered {
    /// Calls that were made.
    pub calls: usize,
    /// Calls that ended in an answer.
    pub answered: usize,
    /// Calls that failed and said that they may have been sent.
    pub maybe_sent: usize,
    /// Calls that failed and said that they were not.
    pub not_sent: usize,
    /// Calls that were dropped before they ended.
    pub dropped: usize,
    /// Calls that the server saw more than once.
    pub seen_twice: usize,
    /// How often the server was restarted.
    pub restarts: usize,
    /// Open file descriptors before the executor was made and after it was dropped.
    pub descriptors: Option<(usize, usize)>,
}

impl fmt::Display for Weathered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calls, answered, maybe_sent, not_sent, dropped, seen_twice, restarts, .. } =
            self;
        write!(
            f,
            "{calls} calls: {answered} answered, {maybe_sent} failed and maybe sent, {not_sent} \
             failed and not sent, {dropped} dropped, {seen_twice} seen twice, {restarts} restarts"
        )?;
        match self.descriptors {
            Some((before, after)) => write!(f, ", descriptors {before} before and {after} after"),
            None => Ok(()),
        }
    }
}

/// Each call ends within its timeout, as an answer of its own or as an error whose `maybe_sent` is
/// true to what the server saw; none is seen twice; nothing leaks.
///
/// Descriptors are those of the process, so it wants to be alone in one.
///
/// # Errors
///
/// [`Broken`] if any of that does not hold.
pub fn soak(subject: &Subject, storm: Storm) -> Result<Weathered, Broken> {
    // What a runtime opens once, and keeps, is no leak.
    subject.patient()?.call(post(Stage::open(answering)?.url("/warm"), "{}")?)?.ok();

    let before = descriptors();
    let mut weathered = rage(subject, storm)?;
    let mut after = descriptors();
    // Connections are closed by threads and tasks, which take their time.
    let end = Instant::now() + Duration::from_secs(10);
    while after > before && Instant::now() < end {
        thread::sleep(Duration::from_millis(50));
        after = descriptors();
    }
    weathered.descriptors = before.zip(after);
    demand(after <= before, || format!("descriptors were left open: {weathered}"))?;
    Ok(weathered)
}

fn answering(connection: &mut Connection) -> io::Result<()> {
    while connection.request()?.is_some() {
        connection.answer(200, "{}")?;
    }
    Ok(())
}

fn rage(subject: &Subject, storm: Storm) -> Result<Weathered, Broken> {
    let transport = patient()
        .connect_timeout(Duration::from_millis(500))
        .total_timeout(Duration::from_millis(700));
    let executor = subject.with(transport)?;
    let sky = Arc::new(Sky { seed: storm.seed, seen: Mutex::default() });
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();

    let (next, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    let drops = storm.drops && !subject.is_blocking();
    let (outcomes, restarts) = thread::scope(|scope| {
        let (first, sky) = (sky.open(port), &sky);
        let restarting = scope.spawn(|| first.and_then(|stage| restart(sky, stage, port, &done)));
        let callers: Vec<_> = (0..storm.in_flight)
            .map(|_| {
                scope.spawn(|| {
                    let mut outcomes = Vec::new();
                    loop {
                        let id = next.fetch_add(1, Ordering::SeqCst);
                        if id >= storm.calls {
                            return Ok(outcomes);
                        }
                        let dropped = drops && chance(storm.seed, id, 2).is_multiple_of(2);
                        outcomes.push((id, call(&executor, port, storm.seed, id, dropped)?));
                    }
                })
            })
            .collect();
        let joined: Result<Vec<_>, Broken> = callers
            .into_iter()
            .map(|caller| caller.join().map_err(|_| Broken::new("a caller panicked"))?)
            .collect();
        done.store(true, Ordering::SeqCst);
        let restarts = restarting.join().map_err(|_| Broken::new("the server panicked"))?;
        Ok::<_, Broken>((joined?.concat(), restarts?))
    })?;
    drop(executor);

    let mut weathered = Weathered { calls: outcomes.len(), restarts, ..Weathered::default() };
    let seen = lock(&sky.seen);
    for (id, outcome) in outcomes {
        let times = seen.get(&id).copied().unwrap_or(0);
        let case = |expected: &str, got: String| {
            Broken::new(format!("call {id}, seed {}: expected {expected}, but {got}", storm.seed))
        };
        weathered.seen_twice += usize::from(times > 1);
        match outcome {
            Ending::Dropped => weathered.dropped += 1,
            Ending::Answer { own: true } => weathered.answered += 1,
            Ending::Answer { own: false } => {
                return Err(case("its own answer", "got that of another".to_owned()));
            }
            Ending::Error { maybe_sent: true, .. } => weathered.maybe_sent += 1,
            Ending::Error { maybe_sent: false, told } => {
                weathered.not_sent += 1;
                if times > 0 {
                    return Err(case("`maybe_sent`, since the server saw it", told));
                }
            }
        }
    }
    demand(weathered.seen_twice == 0, || format!("the server saw calls twice: {weathered}"))?;
    Ok(weathered)
}

#[derive(Clone)]
enum Ending {
    Dropped,
    Answer { own: bool },
    Error { maybe_sent: bool, told: String },
}

fn call(
    executor: &Executor,
    port: u16,
    seed: u64,
    id: usize,
    dropped: bool,
) -> Result<Ending, Broken> {
    let request = post(format!("http://127.0.0.1:{port}/{id}"), format!("{{\"id\":{id}}}"))?;
    let outcome: Option<Outcome> = if dropped {
        let signal = Arc::new(Signal::default());
        let (later, wait) = (Arc::clone(&signal), chance(seed, id, 3) % 20_000);
        let timer = thread::spawn(move || {
            thread::sleep(Duration::from_micros(wait));
            later.give();
        });
        let outcome = executor.call_until(request, &signal)?;
        timer.join().map_err(|_| Broken::new("a timer panicked"))?;
        outcome
    } else {
        Some(executor.call(request)?)
    };
    Ok(match outcome {
        None => Ending::Dropped,
        Some(Ok(response)) => Ending::Answer { own: response.body() == id.to_string().as_bytes() },
        Some(Err(error)) => {
            let maybe_sent = error.maybe_sent();
            Ending::Error { maybe_sent, told: told(&Err(error)) }
        }
    })
}

/// Drops the server now and then, and opens it again at the same port.
fn restart(
    sky: &Arc<Sky>,
    mut stage: Stage,
    port: u16,
    done: &AtomicBool,
) -> Result<usize, Broken> {
    let mut restarts = 0;
    loop {
        let up = Instant::now() + Duration::from_millis(200 + chance(sky.seed, restarts, 4) % 300);
        while Instant::now() < up {
            if done.load(Ordering::SeqCst) {
                return Ok(restarts);
            }
            thread::sleep(Duration::from_millis(5));
        }
        drop(stage);
        thread::sleep(Duration::from_millis(10 + chance(sky.seed, restarts, 5) % 40));
        stage = sky.open(port)?;
        restarts += 1;
    }
}

/// What decides, and what was seen: how often the first line of each call came.
struct Sky {
    seed: u64,
    seen: Mutex<BTreeMap<usize, usize>>,
}

impl Sky {
    fn open(self: &Arc<Self>, port: u16) -> Result<Stage, Broken> {
        let end = Instant::now() + Duration::from_secs(5);
        loop {
            let sky = Arc::clone(self);
            match Stage::open_at(port, move |connection| sky.serve(connection)) {
                Ok(stage) => return Ok(stage),
                // The one before is still on its way out.
                Err(error) if Instant::now() > end => return Err(error.into()),
                Err(_) => thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    fn serve(&self, connection: &mut Connection) -> io::Result<()> {
        while let Some(incoming) = connection.line()? {
            let target = connection.so_far(&incoming).target();
            let id: usize = target.trim_start_matches('/').parse().map_err(io::Error::other)?;
            *lock(&self.seen).entry(id).or_default() += 1;
            let what = chance(self.seed, id, 1) % 100;
            if what < 2 {
                return connection.reset();
            }
            connection.head(&incoming)?;
            connection.body(&incoming)?;
            let id = id.to_string();
            match what {
                2..6 => return Ok(()),
                6..10 => return connection.reset(),
                10..14 => {
                    return connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                }
                14..16 => {
                    connection.wait_for_the_end();
                    return Ok(());
                }
                16..20 => {
                    thread::sleep(Duration::from_millis(chance(self.seed, what as usize, 6) % 30));
                    connection.answer(200, &id)?;
                }
                20..24 => connection.answer(503, &id)?,
                // The connection was good a moment ago.
                24..28 => return connection.answer(200, &id),
                _ => connection.answer(200, &id)?,
            }
        }
        Ok(())
    }
}

/// A number that looks random (splitmix64), for one purpose of one call.
fn chance(seed: u64, id: usize, purpose: u64) -> u64 {
    let mut number = seed
        .wrapping_add((id as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(purpose << 56);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The process's open descriptors; `None` where the system does not tell.
fn descriptors() -> Option<usize> {
    Some(fs::read_dir("/proc/self/fd").ok()?.count())
}
