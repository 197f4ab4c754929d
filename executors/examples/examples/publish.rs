//! Publishes one event from the command line: to the app that `PUSHER_URL` names, or to a development
//! server that it starts for the purpose.

use std::{
    error::Error,
    process::ExitCode,
    time::{Duration, Instant},
};

use pusher_client::{
    App, CallError, ChannelNames, ConfigError, Data, EventName, SocketId, Trigger, app_from_env,
    http::StatusCode,
};
use pusher_conformance::DevServer;
use pusher_examples::{EXECUTORS, Publisher};

const HELP: &str = "\
Publishes an event through the Pusher Channels API.

usage: publish [--socket-id ID] [--executor NAME] CHANNELS EVENT DATA

  CHANNELS        one channel, or up to 100 separated by commas
  EVENT           the event's name
  DATA            the event's data: JSON, or any other text
  --socket-id ID  keeps the event from this one connection
  --executor NAME sends with this one: hyper, or what a cargo feature of its name adds (isahc, surf,
                  async-std, smol, reqwest, ureq)
  --help          shows this

PUSHER_URL=SCHEME://KEY:SECRET@HOST[:PORT]/apps/APP_ID names the app. Without it, the event goes to
a development server that is started for it and shows what it received.
";

fn main() -> ExitCode {
    let arguments = match Arguments::parse() {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("publish: {error}; see publish --help");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("publish: {error}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Default)]
struct Arguments {
    socket_id: Option<String>,
    executor: Option<String>,
    channels: String,
    event: String,
    data: String,
}

impl Arguments {
    /// `None` asks for help.
    fn parse() -> Result<Option<Self>, lexopt::Error> {
        use lexopt::prelude::*;

        let mut arguments = Self::default();
        let mut positional = Vec::new();
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("socket-id") => arguments.socket_id = Some(parser.value()?.string()?),
                Long("executor") => arguments.executor = Some(parser.value()?.string()?),
                Value(value) => positional.push(value.string()?),
                unknown => return Err(unknown.unexpected()),
            }
        }
        let [channels, event, data] = <[String; 3]>::try_from(positional).map_err(|given| {
            format!("it takes CHANNELS, EVENT and DATA, and got {} of these 3", given.len())
        })?;
        Ok(Some(Self { channels, event, data, ..arguments }))
    }

    fn trigger(&self) -> Result<Trigger, Box<dyn Error>> {
        let channels = ChannelNames::parse(self.channels.split(','))?;
        let event = EventName::parse(&*self.event)?;
        let trigger = Trigger::to(channels, event, Data::text(&*self.data));
        Ok(match &self.socket_id {
            Some(socket_id) => trigger.exclude(SocketId::parse(&**socket_id)?),
            None => trigger,
        })
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let trigger = arguments.trigger().map_err(|error| sentence(&*error))?;
    match app_from_env() {
        Ok(app) => return publish(app, &trigger, arguments),
        Err(ConfigError::Missing) => {}
        Err(error) => return Err(sentence(&error)),
    }
    let server = DevServer::start()
        .map_err(|error| format!("the development server did not start: {error}"))?;
    println!("PUSHER_URL is not set; publishing to a development server on {}", server.addr());
    let app = App::from_url(&server.url()).map_err(|error| sentence(&error))?;
    publish(app, &trigger, arguments)?;
    show(&server)
}

fn publish(app: App, trigger: &Trigger, arguments: &Arguments) -> Result<(), String> {
    let Arguments { channels, event, executor, .. } = arguments;
    let executor = match executor {
        Some(name) => name,
        None => EXECUTORS.first().copied().unwrap_or("hyper"),
    };
    let publisher = Publisher::new(executor, app.clone()).map_err(|error| sentence(&*error))?;
    let started = Instant::now();
    publisher.publish(trigger).map_err(|error| explained(&error, &app))?;
    let milliseconds = started.elapsed().as_secs_f64() * 1e3;
    println!("published {event:?} on {channels} with {executor} in {milliseconds:.1} ms");
    Ok(())
}

fn show(server: &DevServer) -> Result<(), String> {
    let event = server
        .wait_for_event(Duration::from_secs(5))
        .ok_or("the development server answered, but recorded no event")?;
    println!("the server received it; body_md5 and auth_signature are verified");
    println!("  channels  {}", event.channels.join(", "));
    println!("  event     {}", event.name);
    println!("  data      {}", event.data);
    if let Some(socket_id) = &event.socket_id {
        println!("  excluded  {socket_id}");
    }
    Ok(())
}

/// What went wrong, where, and what to look at.
fn explained(error: &CallError, app: &App) -> String {
    let hint = match error.status() {
        Some(StatusCode::UNAUTHORIZED) => "; check the key, the secret and this machine's clock",
        Some(StatusCode::NOT_FOUND) => "; check the host, the key and the app id",
        None if error.is_connect() => "; check that the server runs, and the host and the port",
        None if error.is_timeout() => "; the server is out of reach or overloaded",
        _ => "",
    };
    format!("app {} at {}: {}{hint}", app.app_id(), app.base(), sentence(error))
}

/// The error and its sources on one line.
fn sentence(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut error = error.source();
    while let Some(source) = error {
        words = format!("{words}: {source}");
        error = source.source();
    }
    words
}
