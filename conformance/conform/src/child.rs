//! The implementation's process: lines to it, lines from it, and its end. This file knows processes and time;
//! it does not know what the lines mean.

use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Read, Write as _},
    process::{self, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

/// More than any answer has.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;
/// How much of what was said on stderr is kept.
const TAIL: usize = 2_000;

/// A process that answers each line with a line.
pub(crate) struct Child {
    process: process::Child,
    to: Option<Sender<String>>,
    from: Receiver<Vec<u8>>,
    stderr: Arc<Mutex<VecDeque<u8>>>,
}

impl Child {
    /// Starts the command. It is an error if there is no such command.
    pub(crate) fn start(command: &[String]) -> Result<Self, String> {
        let Some((program, arguments)) = command.split_first() else {
            return Err("there is no command".to_owned());
        };
        let mut start = Command::new(program);
        start.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own, so that what it has started ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut start, 0);
        let mut process =
            start.spawn().map_err(|error| format!("{program} cannot be started: {error}"))?;

        let (to, lines) = mpsc::channel::<String>();
        let stdin = process.stdin.take();
        // A child that does not read would block whoever writes.
        thread::spawn(move || {
            let Some(mut stdin) = stdin else { return };
            for line in lines {
                if stdin.write_all(line.as_bytes()).and_then(|()| stdin.flush()).is_err() {
                    return;
                }
            }
        });
        let (said, from) = mpsc::channel();
        if let Some(stdout) = process.stdout.take() {
            thread::spawn(move || read_lines(stdout, &said));
        }
        let stderr = Arc::new(Mutex::new(VecDeque::new()));
        if let Some(words) = process.stderr.take() {
            let tail = Arc::clone(&stderr);
            thread::spawn(move || keep_tail(words, &tail));
        }
        Ok(Self { process, to: Some(to), from, stderr })
    }

    /// Says a line and waits for one. The error is what went wrong, and then the process is of no more use.
    pub(crate) fn ask(&mut self, mut line: String, timeout: Duration) -> Result<Vec<u8>, String> {
        self.silent()?;
        line.push('\n');
        if let Some(to) = &self.to {
            // That nobody reads any more shows in the answer.
            let _ = to.send(line);
        }
        match self.from.recv_timeout(timeout) {
            Ok(answer) => Ok(answer),
            Err(RecvTimeoutError::Timeout) => {
                Err(self.trouble(&format!("no answer within {} s", timeout.as_secs_f64())))
            }
            Err(RecvTimeoutError::Disconnected) => {
                let end = match self.wait(Duration::from_secs(1)) {
                    Some(status) => format!("it ended ({status})"),
                    None => "it closed its stdout".to_owned(),
                };
                Err(self.trouble(&end))
            }
        }
    }

    /// Says the last line and waits for the end, which has to be one without an error.
    pub(crate) fn stop(mut self, line: String, timeout: Duration) -> Result<(), String> {
        self.silent()?;
        if let Some(to) = self.to.take() {
            let _ = to.send(line + "\n");
        }
        match self.wait(timeout) {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(self.trouble(&format!("it ended with an error ({status})"))),
            None => Err(self.trouble("it did not end when it was told to stop")),
        }
    }

    /// Whether it says only what it is asked for.
    fn silent(&mut self) -> Result<(), String> {
        match self.from.try_recv() {
            Ok(early) => {
                let early = shown(&early);
                Err(self.trouble(&format!("it spoke out of turn on stdout: {early}")))
            }
            Err(_) => Ok(()),
        }
    }

    /// The problem, with the last that was said on stderr. Ends the process.
    pub(crate) fn trouble(&mut self, problem: &str) -> String {
        self.kill();
        // What it said last may still be on its way.
        thread::sleep(Duration::from_millis(20));
        let tail: Vec<u8> =
            self.stderr.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        let tail = String::from_utf8_lossy(&tail);
        let lines: Vec<_> = tail.lines().map(str::trim_end).collect();
        let last = lines.get(lines.len().saturating_sub(12)..).unwrap_or_default().join("\n    ");
        match last.trim() {
            "" => problem.to_owned(),
            last => format!("{problem}; stderr ends with:\n    {last}"),
        }
    }

    fn wait(&mut self, timeout: Duration) -> Option<process::ExitStatus> {
        let until = Instant::now() + timeout;
        loop {
            match self.process.try_wait() {
                Ok(None) if Instant::now() < until => thread::sleep(Duration::from_millis(5)),
                Ok(status) => return status,
                Err(_) => return None,
            }
        }
    }

    fn kill(&mut self) {
        self.to = None;
        #[cfg(unix)]
        if matches!(self.process.try_wait(), Ok(None)) {
            let group = format!("kill -KILL -{}", self.process.id());
            let _ = Command::new("sh").args(["-c", &group]).stderr(Stdio::null()).status();
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A line as a report shows it.
pub(crate) fn shown(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    let short: String = text.chars().take(200).collect();
    if short.len() < text.len() { format!("{short:?}…") } else { format!("{short:?}") }
}

fn read_lines(stdout: impl Read, said: &Sender<Vec<u8>>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        match stdout.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(1..) if said.send(line).is_ok() => {}
            _ => return,
        }
    }
}

fn keep_tail(mut stderr: impl Read, tail: &Mutex<VecDeque<u8>>) {
    let mut piece = [0; 4096];
    while let Ok(length @ 1..) = stderr.read(&mut piece) {
        let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.extend(piece.iter().take(length));
        let surplus = tail.len().saturating_sub(TAIL);
        tail.drain(..surplus);
    }
}
