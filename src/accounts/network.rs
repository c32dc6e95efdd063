//! Whose an address is, as far as one can tell: who has one of IPv6 has the whole /64 around it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The address itself; of IPv6 its /64.
pub fn near(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    }
}

/// What is around it and often one customer's: a /24; of IPv6 a /48.
pub fn wide(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into()
        }
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            Ipv4Addr::new(a, b, c, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn addresses_of_one_network_are_one() {
        assert_eq!(near(address("2001:db8::1")), near(address("2001:db8::ffff:1")));
        assert_ne!(near(address("2001:db8::1")), near(address("2001:db8:0:1::1")));
        assert_eq!(wide(address("2001:db8::1")), wide(address("2001:db8:0:1::1")));
        assert_ne!(wide(address("2001:db8::1")), wide(address("2001:db8:1::1")));
        assert_eq!(near(address("::ffff:192.0.2.1")), address("192.0.2.1"));
        assert_eq!(wide(address("::ffff:192.0.2.1")), address("192.0.2.0"));
    }
}
