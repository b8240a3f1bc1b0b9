//! Client addresses, and the ones a user has signed in from before.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use ipnet::Ipv6Net;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::limits::DAY;

/// Days after which an address is forgotten without another full sign-in from it, in seconds.
pub const ADDRESS_LIFETIME: i64 = 90 * DAY;
/// Known addresses kept per user, the most recent ones.
pub const MOST_ADDRESSES: usize = 20;

/// Where a request comes from: an IPv4 address, or the /64 of an IPv6 address.
///
/// A household or office has a whole /64 to itself, so counting single IPv6 addresses would
/// count nothing. IPv4-mapped IPv6 is the IPv4 address it maps.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Network(String);

impl Network {
    /// The network of a client address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self(v4.to_string()),
            IpAddr::V6(v6) => Self(prefix64(v6)),
        }
    }

    /// Reads the address that API Gateway puts into `requestContext.http.sourceIp`.
    #[must_use]
    pub fn parse(source_ip: &str) -> Option<Self> {
        source_ip.trim().parse().ok().map(Self::of)
    }

    /// `192.0.2.7` or `2001:db8:1:2::/64`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn prefix64(address: Ipv6Addr) -> String {
    Ipv6Net::new(address, 64).map_or_else(|_| address.to_string(), |net| net.trunc().to_string())
}

/// An address a user has passed a full two-factor sign-in from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAddress {
    /// Identifier within the user's addresses, for forgetting it.
    pub id: String,
    /// The address.
    pub network: Network,
    /// The last full sign-in from it.
    pub verified_at: Timestamp,
}

impl KnownAddress {
    /// When it is forgotten unless there is another full sign-in from it.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.verified_at.plus(ADDRESS_LIFETIME)
    }
}

/// The addresses known to a user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KnownAddresses(Vec<KnownAddress>);

impl KnownAddresses {
    /// Those that are known at `now`, most recently verified first.
    pub fn known(&self, now: Timestamp) -> impl Iterator<Item = &KnownAddress> {
        self.0
            .iter()
            .filter(move |address| now < address.expires_at())
    }

    /// The known address a request comes from, if it is one.
    #[must_use]
    pub fn find(&self, network: &Network, now: Timestamp) -> Option<&KnownAddress> {
        self.known(now).find(|address| address.network == *network)
    }

    /// Records a full sign-in from `network`; `id` names the address if it is new.
    pub fn verify(&mut self, network: &Network, id: String, now: Timestamp) {
        let id = self
            .find(network, now)
            .map_or(id, |address| address.id.clone());
        self.0
            .retain(|address| address.network != *network && now < address.expires_at());
        self.0.insert(
            0,
            KnownAddress {
                id,
                network: network.clone(),
                verified_at: now,
            },
        );
        self.0.truncate(MOST_ADDRESSES);
    }

    /// Forgets one address and gives it back; `None` if no known address has this id.
    pub fn forget(&mut self, id: &str, now: Timestamp) -> Option<KnownAddress> {
        let index = self
            .0
            .iter()
            .position(|a| a.id == id && now < a.expires_at())?;
        Some(self.0.remove(index))
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const T0: Timestamp = Timestamp(1_000_000);

    #[test]
    fn networks() {
        for (address, network) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::", "2001:db8:1:2::/64"),
            ("::1", "::/64"),
        ] {
            assert_eq!(
                Network::parse(address).unwrap().as_str(),
                network,
                "{address}"
            );
        }
        for text in [
            "",
            "192.0.2",
            "192.0.2.7/32",
            "192.0.2.7:80",
            "example.com",
            "fe80::1%eth0",
        ] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_address_is_known_for_ninety_days() {
        let home = Network::parse("192.0.2.7").unwrap();
        let mut known = KnownAddresses::default();
        known.verify(&home, "a".into(), T0);
        assert!(known.find(&home, T0.plus(ADDRESS_LIFETIME - 1)).is_some());
        assert!(known.find(&home, T0.plus(ADDRESS_LIFETIME)).is_none());
        known.verify(&home, "b".into(), T0.plus(5));
        let address = known.find(&home, T0.plus(5)).unwrap();
        assert_eq!(
            (address.id.as_str(), address.verified_at),
            ("a", T0.plus(5))
        );
        assert_eq!(known.known(T0.plus(5)).count(), 1);
    }

    #[test]
    fn the_twenty_most_recent_are_kept() {
        let mut known = KnownAddresses::default();
        for i in 0..25_u8 {
            let network = Network::of(IpAddr::from([192, 0, 2, i]));
            known.verify(&network, i.to_string(), T0.plus(i.into()));
        }
        let ids: Vec<_> = known.known(T0.plus(30)).map(|a| a.id.as_str()).collect();
        assert_eq!(ids.len(), MOST_ADDRESSES);
        assert_eq!((ids[0], ids[19]), ("24", "5"));
        assert!(known.forget("24", T0.plus(30)).is_some());
        assert!(known.forget("24", T0.plus(30)).is_none());
    }

    proptest! {
        #[test]
        fn hosts_of_one_slash_64_are_one(prefix: u64, a: u64, b: u64) {
            let address = |host: u64| IpAddr::V6(Ipv6Addr::from_bits(u128::from(prefix) << 64 | u128::from(host)));
            let (a, b) = (address(a), address(b));
            prop_assume!(a.to_canonical() == a && b.to_canonical() == b);
            prop_assert_eq!(Network::of(a), Network::of(b));
        }

        #[test]
        fn parsing_never_panics(text in "\\PC{0,60}") {
            let _ = Network::parse(&text);
        }
    }
}
