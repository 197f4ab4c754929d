//! The law of the proxy. It has a proxy with a password of its own, and an origin that must never
//! hear of it.

use pusher_client::{ErrorKind, ProxyUrl, Transport};

use super::{
    Broken, Kept, Subject, Verdict, demand, get,
    peers::through,
    post,
    responses::{answered, failed, works},
    stage::{
        Refusing, Stage,
        certificates::Authority,
        each,
        proxy::{self, BASIC},
    },
    subject::{patient, told},
};

/// **A configured HTTP proxy with credentials is used for `http` and, by CONNECT, for `https`; its
/// credentials never reach the origin; 407 and a refused proxy are proxy errors; `no_proxy` means
/// none, whatever the environment says.**
///
/// Whoever runs behind a proxy has to be told that it is the proxy that refuses, and a server must
/// not learn the proxy's password. curl cannot tell a refused proxy from a refused server by its
/// code alone; a 407 to plain `http` comes as a normal answer from every client but ureq; ureq tunnels
/// `http`, too, which is allowed and noted. User and password have a space, `@`, `:` and `/`, since
/// clients forget to decode them.
///
/// An executor that fails here gives its client the credentials decoded; where the client does not
/// tell, it knows itself that a proxy is configured: nothing but the proxy can then refuse a
/// connection, and a 407 is the proxy's.
///
/// # Errors
///
/// [`Broken`] if the proxy was passed by, its password went further or was not accepted, or its
/// refusal was not an error of kind `Proxy`.
pub fn proxy(subject: &Subject) -> Verdict {
    let authority = Authority::new("an authority of the laws")?;
    let trusting = patient().certificate_authority(authority.pem());
    let echo = || each(|seen, connection| connection.answer(200, &seen.target()));
    let plain = Stage::open(echo())?;
    let secure = Stage::secure(authority.vouch(&["localhost", "127.0.0.1"])?, echo())?;
    let relay = Stage::open(proxy::forward)?;
    let executor = subject.with(through(&trusting, &relay)?)?;
    let mut notes = Vec::new();

    for (case, stage) in [("http", &plain), ("https", &secure)] {
        for (round, way) in ["post", "get", "post"].into_iter().enumerate() {
            let target = format!("/apps/1/{round}?x=a,b%20%2Fc@d&auth_signature=0");
            let url = stage.url(&target);
            let request = if way == "post" { post(&url, "{}")? } else { get(&url)? };
            let before = stage.log().connections;
            let outcome = executor.call(request)?;
            answered(&outcome, 200, &target)
                .map_err(|broken| broken.in_case(&format!("{case} through the proxy")))?;
            // A connection that is kept was made through the proxy, too.
            let by_proxy = relay.log().connections > 0 && stage.log().connections <= before + 1;
            demand(by_proxy, || {
                format!("{case}: expected the way through the proxy, but it was passed by")
            })?;
        }
        let connects: Vec<_> = relay
            .log()
            .seen
            .into_iter()
            .filter(|seen| seen.target().contains(&format!(":{}", stage.port())))
            .map(|seen| seen.method())
            .collect();
        demand(!connects.is_empty(), || {
            format!("{case}: expected the way through the proxy, but it was passed by")
        })?;
        let tunnelled = connects.iter().any(|method| method == "CONNECT");
        demand(case == "http" || tunnelled, || {
            "https: expected a CONNECT, but none came".to_owned()
        })?;
        if case == "http" && tunnelled {
            notes.push("http goes through CONNECT, too".to_owned());
        }
        for seen in stage.log().seen {
            let text = seen.text();
            let secret = BASIC.trim_start_matches("Basic ");
            let leaked = text.contains(secret)
                || !seen.fields("proxy-authorization").is_empty()
                || !seen.fields("authorization").is_empty();
            demand(!leaked, || {
                format!(
                    "{case}: expected the proxy's password to stay with the proxy, but the origin saw\n{text}"
                )
            })?;
        }
    }

    let refusing = Refusing::new()?;
    let wrong = |place: u16| -> Result<Transport, Broken> {
        let url = ProxyUrl::parse(&format!("http://us%20er:wrong@127.0.0.1:{place}"));
        Ok(trusting.clone().proxy(url.map_err(|error| Broken::new(error.to_string()))?))
    };
    let before = (plain.log().seen.len(), secure.log().seen.len());
    for (case, transport, surely_not_sent) in
        [("407", wrong(relay.port())?, false), ("a refused proxy", wrong(refusing.port()?)?, true)]
    {
        let executor = subject.with(transport)?;
        for (scheme, stage) in [("http", &plain), ("https", &secure)] {
            let outcome = executor.call(post(stage.url("/refused"), "{}")?)?;
            let case = format!("{case}, {scheme}");
            failed(&outcome, &[ErrorKind::Proxy]).map_err(|broken| broken.in_case(&case))?;
            let unsent = outcome.as_ref().is_err_and(|error| !error.maybe_sent());
            demand(unsent || !surely_not_sent, || {
                format!("{case}: expected maybe_sent to be false, but got {}", told(&outcome))
            })?;
        }
    }
    demand(before == (plain.log().seen.len(), secure.log().seen.len()), || {
        "expected that nothing goes past a proxy that refuses, but it did".to_owned()
    })?;

    // In the suite, the environment of this law names a proxy that is not there.
    let direct = subject.with(trusting.clone())?;
    for stage in [&plain, &secure] {
        works(&direct, stage, "/direct").map_err(|broken| broken.in_case("no_proxy"))?;
    }
    Ok(Kept { notes, ..Kept::default() })
}
