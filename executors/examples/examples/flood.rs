//! Publishes many numbered events, so many at a time, to the app that `PUSHER_URL` names, and tells how
//! many were accepted. A subscriber that counts tells the rest.

use std::{error::Error, process::ExitCode, time::Instant};

use pusher_client::{Data, Trigger, app_from_env};
use pusher_examples::Publisher;

const USAGE: &str = "usage: flood EXECUTOR CHANNEL COUNT IN_FLIGHT";

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failed) => {
            eprintln!("flood: {failed} events were not accepted");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("flood: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<usize, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [executor, channel, count, in_flight] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    let triggers = (0..count.parse()?)
        .map(|number: usize| {
            let data = Data::json(&serde_json::json!({ "number": number }))?;
            Ok(Trigger::new(channel.parse()?, "numbered".parse()?, data))
        })
        .collect::<Result<Vec<_>, Box<dyn Error>>>()?;

    let publisher = Publisher::new(executor, app_from_env()?)?;
    let started = Instant::now();
    let answers = publisher.publish_all(&triggers, in_flight.parse()?);
    let milliseconds = started.elapsed().as_millis();

    let mut failed = 0;
    for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        failed += 1;
        let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        eprintln!("flood: {error}{source}");
    }
    println!(
        "{executor}: {} of {} accepted in {milliseconds} ms",
        answers.len() - failed,
        answers.len()
    );
    Ok(failed)
}
