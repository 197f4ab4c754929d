//! The law of the dropped future. It drops futures and looks at the wire; what comes after a call
//! that was dropped is also a matter of `own_response`.

use std::{io, sync::Arc, thread, time::Duration};

use pusher_client::Transport;

use super::{
    Broken, Kept, Subject, Verdict, demand, kept, post,
    responses::works,
    stage::{Connection, Stage},
    subject::{Executor, Signal, patient, told},
    unique,
};

/// **Dropping the future is safe and frees the connection.**
///
/// A caller that gives up, by a timeout of its own or because its own caller left, drops the future.
/// What goes on behind it holds a socket, memory and one of the server's connections, for as long as
/// the server likes. isahc lets the transfer run until it is done or out of time; surf's own
/// HTTP/1.1 puts the busy connection back into its pool.
///
/// The law drops at four moments: before the first poll, while the body is being sent, while the
/// answer is awaited, and in the middle of the answer. Each time the server must see the connection
/// end within seconds, long before the call's own timeout, and the next call must work.
///
/// An executor that fails here ties the connection to the future, or sends its client a word when
/// the future is dropped. A blocking executor has no future to drop.
///
/// # Errors
///
/// [`Broken`] if a connection lived on, or the next call did not work.
pub fn cancel(subject: &Subject) -> Verdict {
    if subject.is_blocking() {
        return Ok(Kept {
            notes: vec!["there is no future to drop".to_owned()],
            not_applicable: true,
        });
    }
    let stage = Stage::open(hold)?;
    let transport: Transport = patient().total_timeout(Duration::from_secs(30));
    let executor = subject.with(transport)?;

    let signal = Arc::new(Signal::default());
    signal.give();
    let outcome = executor.call_until(post(stage.url("/never"), "{}")?, &signal)?;
    demand(outcome.is_none() && stage.seen("/never") == 0, || {
        "dropped before the first poll: expected that nothing is sent, but it was".to_owned()
    })?;

    for (moment, bytes) in
        [("while-sending", 32_000_000), ("while-waiting", 9), ("while-reading", 9)]
    {
        dropped(&executor, &stage, moment, bytes)
            .map_err(|broken| broken.in_case(&format!("dropped {}", moment.replace('-', " "))))?;
    }
    kept()
}

fn dropped(executor: &Executor, stage: &Stage, moment: &str, bytes: usize) -> Result<(), Broken> {
    let soon = Duration::from_secs(5);
    let id = format!("/{moment}/{}", unique());
    let request = post(stage.url(&id), vec![b'x'; bytes])?;
    let signal = Arc::new(Signal::default());
    let outcome = thread::scope(|scope| {
        let call = scope.spawn(|| executor.call_until(request, &signal));
        let arrived = stage.wait(soon, |log| log.marked(&format!("arrived {id}")) > 0);
        signal.give();
        let outcome = call.join().map_err(|_| Broken::new("a thread of the laws panicked"))?;
        demand(arrived, || "expected the server to see the request".to_owned())?;
        outcome
    })?;
    if let Some(outcome) = outcome {
        return Err(Broken::new(format!("expected no end, but got {}", told(&outcome))));
    }
    // Before the wait, since some runtimes move only while they are asked something.
    works(executor, stage, "/works")?;
    demand(stage.wait(soon, |log| log.marked(&format!("freed {id}")) > 0), || {
        format!("expected that the connection is freed, but it is still open after {soon:?}")
    })?;
    works(executor, stage, "/works")
}

/// Holds each request at the moment that its target names, until the peer leaves.
fn hold(connection: &mut Connection) -> io::Result<()> {
    while let Some(incoming) = connection.line()? {
        let target = connection.head(&incoming)?.target();
        match target.split('/').nth(1) {
            Some("while-sending") => {
                connection.mark(&format!("arrived {target}"));
                // Unread for a while, so that the rest of the body is still with the client.
                thread::sleep(Duration::from_millis(300));
                connection.wait_for_the_end();
            }
            Some(moment @ ("while-waiting" | "while-reading")) => {
                connection.body(&incoming)?;
                if moment == "while-reading" {
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")?;
                    thread::sleep(Duration::from_millis(50));
                }
                connection.mark(&format!("arrived {target}"));
                connection.wait_for_the_end();
            }
            _ => {
                connection.body(&incoming)?;
                connection.answer(200, &target)?;
                continue;
            }
        }
        connection.mark(&format!("freed {target}"));
        return Ok(());
    }
    Ok(())
}
