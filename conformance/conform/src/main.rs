//! `conform` runs the golden vectors against an implementation in any language. This file knows the command
//! line and the exit codes; it does not know how cases are run, judged or reported.

mod child;
mod harness;
mod judge;
mod known;
mod observe;
mod report;
mod run;
mod vectors;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anstream::{eprintln, println};
use clap::{Args, Parser, Subcommand};

/// Runs the golden vectors of the Pusher Channels server protocol against an implementation in any language.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts the command, gives it each case as a line of JSON, and judges its answers.
    ///
    /// Exits with 0 if all is as it should be, with 1 if a case failed or is wrongly listed as failing, and
    /// with 2 if it could not be tried.
    Run(Run),
    /// Answers as this project's own library does; the command for `conform run -- conform harness`.
    Harness,
    /// Prints the id of each case, and the fault that it hunts.
    List(Selection),
}

#[derive(Args)]
struct Selection {
    /// A file of vectors, or a folder of such files; without it, those that are built in.
    #[arg(long, value_name = "FILE|DIR")]
    vectors: Vec<PathBuf>,
    /// Only this group, or this case.
    #[arg(long, value_name = "GROUP|ID")]
    only: Vec<String>,
}

#[derive(Args)]
struct Run {
    #[command(flatten)]
    selection: Selection,
    /// Cases that are known to fail: a line for each, its id, then the reason. They must fail.
    #[arg(long, value_name = "FILE")]
    known_failing: Option<PathBuf>,
    /// Where a report in JUnit's format is written.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Where a report in JSON is written.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How long a case may take.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    timeout: Duration,
    /// The command that answers, and its arguments.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    let duration = Duration::try_from_secs_f64(seconds).map_err(|_| "out of range".to_owned())?;
    if duration.is_zero() { Err("no case ends in no time".to_owned()) } else { Ok(duration) }
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Run(run) => judged(&run),
        Command::Harness => harness::serve().map(|()| true),
        Command::List(selection) => list(&selection).map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(reason) => {
            eprintln!("conform: {reason}");
            ExitCode::from(2)
        }
    }
}

fn list(selection: &Selection) -> Result<(), String> {
    for case in vectors::select(&vectors::load(&selection.vectors)?, &selection.only)? {
        println!("{}  {}", case.id, case.comment);
    }
    Ok(())
}

fn judged(arguments: &Run) -> Result<bool, String> {
    let cases = vectors::load(&arguments.selection.vectors)?;
    let selected = vectors::select(&cases, &arguments.selection.only)?;
    let known = match &arguments.known_failing {
        Some(file) => known::read(file, &cases)?,
        None => known::Known::new(),
    };
    let run = run::run(&selected, &known, &arguments.command, arguments.timeout)?;
    if let Some(file) = &arguments.junit {
        report::junit::write(&run, file)?;
    }
    if let Some(file) = &arguments.json {
        report::json::write(&run, file)?;
    }
    report::text::print(&run);
    Ok(run.is_fine())
}
