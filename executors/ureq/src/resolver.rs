//! Remembers the addresses of hosts for a short time: ureq asks before each call, on a new thread.
//! This file knows names and addresses, and nothing of what is sent there.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use pusher_client::http::Uri;
use ureq::{
    Error,
    config::Config,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

/// How long addresses are good.
const FRESH: Duration = Duration::from_secs(30);

/// How many hosts are remembered.
const MOST: usize = 16;

/// The system's resolver with a memory.
#[derive(Debug, Default)]
pub(crate) struct Remembering {
    system: DefaultResolver,
    hosts: Mutex<VecDeque<Known>>,
}

#[derive(Debug)]
struct Known {
    host: String,
    addresses: ResolvedSocketAddrs,
    since: Instant,
}

impl Resolver for Remembering {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let host = uri
            .scheme()
            .zip(uri.authority())
            .and_then(|(scheme, authority)| DefaultResolver::host_and_port(scheme, authority));
        let Some(host) = host else { return self.system.resolve(uri, config, timeout) };
        if let Ok(address) = host.parse::<SocketAddr>() {
            let mut addresses = self.empty();
            addresses.push(address);
            return Ok(addresses);
        }
        if let Some(addresses) = self.recall(&host) {
            return Ok(addresses);
        }
        let addresses = self.system.resolve(uri, config, timeout)?;
        self.remember(host, addresses.clone());
        Ok(addresses)
    }
}

impl Remembering {
    fn recall(&self, host: &str) -> Option<ResolvedSocketAddrs> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.retain(|known| known.since.elapsed() < FRESH);
        hosts.iter().find(|known| known.host == host).map(|known| known.addresses.clone())
    }

    fn remember(&self, host: String, addresses: ResolvedSocketAddrs) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        // Another call may have asked at the same time.
        hosts.retain(|known| known.host != host);
        hosts.truncate(MOST - 1);
        hosts.push_front(Known { host, addresses, since: Instant::now() });
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Remembering};
    use ureq::unversioned::resolver::Resolver as _;

    #[test]
    fn remembers_the_last_hosts_and_no_more() {
        let resolver = Remembering::default();
        for host in 0..=MOST {
            resolver.remember(host.to_string(), resolver.empty());
        }
        assert!(resolver.recall("0").is_none() && resolver.recall("1").is_some());
        resolver.remember("1".into(), resolver.empty());
        assert_eq!(resolver.hosts.lock().unwrap().len(), MOST);
    }
}
