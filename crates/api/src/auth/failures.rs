use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Counts failed logins, for each address in the minute that began with its first.
#[derive(Debug)]
pub struct Failures {
    most: u32,
    counts: Mutex<HashMap<IpAddr, (Instant, u32)>>,
}

const PERIOD: Duration = Duration::from_secs(60);
/// Addresses that are remembered; beyond, everybody new is treated as one.
const ADDRESSES_MAX: usize = 10_000;

impl Failures {
    /// A count that is too high beyond `most` a minute.
    pub fn new(most: u32) -> Self {
        Failures { most, counts: Mutex::default() }
    }

    /// Whether an address has failed too often lately.
    pub fn too_many(&self, address: IpAddr) -> bool {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .get(&whole(address))
            .is_some_and(|(since, count)| since.elapsed() < PERIOD && *count >= self.most)
    }

    /// Counts one.
    pub fn count(&self, address: IpAddr) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= ADDRESSES_MAX {
            counts.retain(|_, (since, _)| since.elapsed() < PERIOD);
            if counts.len() >= ADDRESSES_MAX {
                return;
            }
        }
        let now = Instant::now();
        let (since, count) = counts.entry(whole(address)).or_insert((now, 0));
        if since.elapsed() >= PERIOD {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
    }
}

/// What belongs to one client: an address of version 4, the network of one of version 6.
fn whole(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_counted_for_each_address() {
        let failures = Failures::new(2);
        let [one, other]: [IpAddr; 2] = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        failures.count(one);
        assert!(!failures.too_many(one));
        failures.count(one);
        assert!(failures.too_many(one));
        assert!(!failures.too_many(other));
    }

    #[test]
    fn a_network_of_version_6_is_one_client() {
        let failures = Failures::new(1);
        failures.count("2001:db8::1".parse().unwrap());
        assert!(failures.too_many("2001:db8::2".parse().unwrap()));
        assert!(!failures.too_many("2001:db8:0:1::2".parse().unwrap()));
        failures.count("::ffff:10.0.0.1".parse().unwrap());
        assert!(failures.too_many("10.0.0.1".parse().unwrap()));
    }
}
