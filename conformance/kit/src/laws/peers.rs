//! Laws of TLS: whom an executor believes, and for whom it keeps a connection. They know
//! certificates and hosts, and nothing of what is sent.

use pusher_client::{ErrorKind, ProxyUrl, Transport};

use super::{
    Broken, Subject, Verdict, demand, kept, post,
    responses::{answered, failed, works},
    stage::{
        Connection, Stage,
        certificates::{Authority, self_signed},
        each, proxy,
    },
    subject::patient,
};

fn echo() -> impl Fn(&mut Connection) -> std::io::Result<()> + Send + Sync + 'static {
    each(|seen, connection| connection.answer(200, &seen.target()))
}

/// **A TLS connection is reused only for the host that it was verified for.**
///
/// surf's own HTTP/1.1 keys its pool by the socket's address: after a call to `localhost`, one to
/// another name of the same address *was sent on the old connection and succeeded*, though the
/// certificate was not good for that name, which a cold call refused. The law asks for two names of
/// one address, of which the certificate vouches for one, in both orders, directly and through a
/// proxy.
///
/// An executor that fails here keys its pool by scheme, host and port. There is no list of known
/// failures for this law.
///
/// # Errors
///
/// [`Broken`] if a request went to a host over a connection that was verified for another.
pub fn right_peer(subject: &Subject) -> Verdict {
    let authority = Authority::new("an authority of the laws")?;
    let trusting = patient().certificate_authority(authority.pem());
    for (good, other) in [("localhost", "127.0.0.1"), ("127.0.0.1", "localhost")] {
        for proxied in [false, true] {
            let stage = Stage::secure(authority.vouch(&[good])?, echo())?;
            let relay = Stage::open(proxy::forward)?;
            let transport = if proxied { through(&trusting, &relay)? } else { trusting.clone() };
            let executor = subject.with(transport)?;
            let case = format!(
                "a certificate for {good} only{}",
                if proxied { ", through a proxy" } else { "" }
            );
            for round in 0..2 {
                let url = stage.url_at(good, &format!("/good/{round}"));
                answered(&executor.call(post(url, "{}")?)?, 200, &format!("/good/{round}"))
                    .map_err(|broken| broken.in_case(&format!("{case}: a call to {good}")))?;
                let outcome = executor.call(post(stage.url_at(other, "/other"), "{}")?)?;
                demand(stage.seen("/other") == 0, || {
                    format!("{case}: expected that {other} is refused, but it was sent a request")
                })?;
                failed(&outcome, &[ErrorKind::Tls])
                    .map_err(|broken| broken.in_case(&format!("{case}: a call to {other}")))?;
            }
        }
    }
    kept()
}

pub(super) fn through(transport: &Transport, proxy: &Stage) -> Result<Transport, Broken> {
    let url = format!("http://{}@127.0.0.1:{}", proxy::USER_INFO, proxy.port());
    let url = ProxyUrl::parse(&url).map_err(|error| Broken::new(error.to_string()))?;
    Ok(transport.clone().proxy(url))
}

/// **An unknown authority, a wrong host and an expired certificate are errors; a configured authority
/// works; verification is turned off only by a method that says so.**
///
/// Whoever can be taken for the server reads what is published and, for 600 seconds, may send it
/// again. In isahc `proxy_tls_config` is inverted: set to verify, it does not.
///
/// The law also calls with verification turned off before it calls with it, since the two must not
/// share connections or sessions.
///
/// An executor that fails here hands its trust to its client in one place, with nothing left to a
/// default, and says which kind of error it is. There is no list of known failures for this law.
///
/// # Errors
///
/// [`Broken`] if a bad certificate was accepted, or anything of the request was sent before it was
/// refused, or a good one was refused.
pub fn tls(subject: &Subject) -> Verdict {
    let names = ["localhost", "127.0.0.1"];
    let authority = Authority::new("an authority of the laws")?;
    let stranger = Authority::new("another authority of the laws")?;
    let trusting = || patient().certificate_authority(authority.pem());
    let careless = || patient().danger_accept_any_certificate();

    let good = Stage::secure(authority.vouch(&names)?, echo())?;
    for (case, transport, host) in [
        ("a configured authority, a host's name", trusting(), "localhost"),
        ("a configured authority, an address", trusting(), "127.0.0.1"),
        ("danger_accept_any_certificate", careless(), "localhost"),
    ] {
        let executor = subject.with(transport)?;
        for round in 0..2 {
            let target = format!("/{round}");
            let outcome = executor.call(post(good.url_at(host, &target), "{}")?)?;
            answered(&outcome, 200, &target).map_err(|broken| broken.in_case(case))?;
        }
    }
    let bad = [
        ("an unknown authority", stranger.vouch(&names)?),
        ("a certificate that vouches for itself", self_signed(&names)?),
        ("a certificate of another host", authority.vouch(&["other.example"])?),
        ("an expired certificate", authority.vouch_expired(&names)?),
    ];
    for (case, config) in bad {
        let stage = Stage::secure(config, echo())?;
        works(&subject.with(careless())?, &stage, "/careless")
            .map_err(|broken| broken.in_case(&format!("{case}, danger_accept_any_certificate")))?;
        let relay = Stage::open(proxy::forward)?;
        for (way, transport) in
            [("", trusting()), (", through a proxy", through(&trusting(), &relay)?)]
        {
            let outcome = subject.with(transport)?.call(post(stage.url("/refused"), "{}")?)?;
            demand(stage.seen("/refused") == 0, || {
                format!("{case}{way}: expected that it is refused, but it was sent the request")
            })?;
            failed(&outcome, &[ErrorKind::Tls])
                .map_err(|broken| broken.in_case(&format!("{case}{way}")))?;
        }
    }
    // What vouches for the world does not vouch for this server.
    let outcome = subject.patient()?.call(post(good.url("/refused"), "{}")?)?;
    demand(good.seen("/refused") == 0, || {
        "the system's roots: expected that an unknown authority is refused, but it was not".into()
    })?;
    failed(&outcome, &[ErrorKind::Tls]).map_err(|broken| broken.in_case("the system's roots"))?;
    kept()
}
