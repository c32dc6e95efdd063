//! Whose request it is behind proxies: what a proxy that is trusted says of where a request came from.
//!
//! The peer of the connection is who asks, unless it is such a proxy. Then its client is the rightmost address that
//! is none: whatever stands further left was written by whoever likes. Of two headers `X-Forwarded-For` is read, which
//! nearly all proxies write, and `Forwarded` (RFC 7239) only where it is missing.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::HeaderMap;
use axum::http::header::FORWARDED;
use ipnet::IpNet;

const X_FORWARDED_FOR: &str = "x-forwarded-for";
const X_FORWARDED_PROTO: &str = "x-forwarded-proto";
/// Proxies in a row that are looked through.
const HOPS: usize = 16;

/// Where a request came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The client's address; the peer's where a proxy said nothing that can be read.
    pub address: IpAddr,
    /// Whether that is where it was sent, and no proxy stands for somebody who cannot be told.
    pub told: bool,
}

/// Where a request of this peer came from.
pub fn source(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> Source {
    let peer = peer.to_canonical();
    let trusted = |address: &IpAddr| proxies.iter().any(|network| network.contains(address));
    let mut source = Source {
        address: peer,
        told: true,
    };
    if !trusted(&peer) {
        return source;
    }
    for hop in hops(headers).take(HOPS) {
        match hop {
            Some(address) => source.address = address,
            None => {
                return Source {
                    address: peer,
                    told: false,
                };
            }
        }
        if !trusted(&source.address) {
            break;
        }
    }
    source
}

/// Whether the peer is a proxy that is trusted and says, in `X-Forwarded-Proto`, that its client asked under TLS. What it
/// has added itself stands last.
pub fn over_tls(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> bool {
    let peer = peer.to_canonical();
    let said = headers.get_all(X_FORWARDED_PROTO).into_iter().next_back();
    let last = said.and_then(|line| line.as_bytes().rsplit(|byte| *byte == b',').next());
    proxies.iter().any(|network| network.contains(&peer))
        && last.is_some_and(|word| word.trim_ascii().eq_ignore_ascii_case(b"https"))
}

/// The addresses that the headers name, the last first; `None` for what is none.
fn hops(headers: &HeaderMap) -> Box<dyn Iterator<Item = Option<IpAddr>> + '_> {
    if headers.contains_key(X_FORWARDED_FOR) {
        let lines = headers.get_all(X_FORWARDED_FOR).into_iter().rev();
        let named = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        Box::new(named.map(|text| node(std::str::from_utf8(text).ok()?.trim())))
    } else {
        let lines = headers.get_all(FORWARDED).into_iter().rev();
        let elements = lines.flat_map(|line| outside_quotes(line.as_bytes(), b','));
        Box::new(elements.map(forwarded_for))
    }
}

/// The address in `for=` of an element of `Forwarded`.
fn forwarded_for(element: &[u8]) -> Option<IpAddr> {
    let mut named = outside_quotes(element, b';').filter_map(|pair| {
        let (name, value) = std::str::from_utf8(pair).ok()?.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(value.trim())
    });
    let value = named.next().filter(|_| named.next().is_none())?;
    let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    node(quoted.unwrap_or(value))
}

/// The parts between separators outside of quotes, the last first. Read from the end, so that what stands further left
/// changes nothing of what a proxy has added.
fn outside_quotes(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut quoted = false;
    text.rsplit(move |byte| {
        quoted ^= *byte == b'"';
        !quoted && *byte == separator
    })
}

/// An address, with or without a port, with or without brackets.
fn node(text: &str) -> Option<IpAddr> {
    let bare = text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let bracketed = || {
        let inner = text.strip_prefix('[')?.strip_suffix(']')?;
        inner.parse::<Ipv6Addr>().ok().map(IpAddr::from)
    };
    let address = bare.or_else(with_port).or_else(bracketed)?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn headers(given: &[(&str, &str)]) -> HeaderMap {
        let pairs = given.iter().map(|(name, value)| {
            let name: HeaderName = name.parse().unwrap();
            (name, HeaderValue::from_bytes(value.as_bytes()).unwrap())
        });
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value);
        }
        headers
    }

    fn of(peer: &str, given: &[(&str, &str)]) -> (String, bool) {
        let proxies = ["10.0.0.0/8".parse().unwrap(), "127.0.0.1/32".parse().unwrap()];
        let source = source(peer.parse().unwrap(), &headers(given), &proxies);
        (source.address.to_string(), source.told)
    }

    #[test]
    fn a_proxy_that_is_trusted_says_whether_a_request_came_under_tls() {
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        let says = |peer: &str, given: &[(&str, &str)]| over_tls(peer.parse().unwrap(), &headers(given), &proxies);
        for word in ["https", "HTTPS", "http, https"] {
            assert!(says("10.0.0.1", &[("x-forwarded-proto", word)]), "{word}");
            assert!(!says("203.0.113.7", &[("x-forwarded-proto", word)]), "{word}");
        }
        for word in ["http", "https, http", "", "https;"] {
            assert!(!says("10.0.0.1", &[("x-forwarded-proto", word)]), "{word}");
        }
        assert!(!says(
            "10.0.0.1",
            &[("x-forwarded-proto", "https"), ("x-forwarded-proto", "http")]
        ));
        assert!(!says("10.0.0.1", &[]));
        assert!(says("::ffff:10.0.0.1", &[("x-forwarded-proto", "https")]));
    }

    #[test]
    fn a_proxy_that_is_trusted_is_believed_and_nobody_else() {
        for (given, client) in [
            (vec![("x-forwarded-for", "203.0.113.7")], "203.0.113.7"),
            (vec![("x-forwarded-for", "198.51.100.1, 203.0.113.7")], "203.0.113.7"),
            (
                vec![("x-forwarded-for", "forged, 203.0.113.7 , 10.1.1.1")],
                "203.0.113.7",
            ),
            (vec![("x-forwarded-for", "203.0.113.7:4711")], "203.0.113.7"),
            (vec![("x-forwarded-for", "[2001:db8::1]:4711")], "2001:db8::1"),
            (vec![("x-forwarded-for", "2001:db8::1")], "2001:db8::1"),
            (vec![("x-forwarded-for", "::ffff:203.0.113.7")], "203.0.113.7"),
            (
                vec![("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "203.0.113.7")],
                "203.0.113.7",
            ),
            (
                vec![("x-forwarded-for", "203.0.113.7"), ("forwarded", "for=198.51.100.1")],
                "203.0.113.7",
            ),
            (vec![("x-forwarded-for", "10.3.3.3, 10.1.1.1")], "10.3.3.3"),
            (
                vec![("forwarded", "for=203.0.113.7;proto=https;by=10.0.0.2")],
                "203.0.113.7",
            ),
            (vec![("forwarded", "For=\"[2001:db8::1]:47\"")], "2001:db8::1"),
            (vec![("forwarded", "for=\"[2001:db8::1]\"")], "2001:db8::1"),
            (vec![("forwarded", "for=198.51.100.1, for=203.0.113.7")], "203.0.113.7"),
            (vec![("forwarded", "for=\"forged, for=203.0.113.7")], "203.0.113.7"),
            (vec![], "127.0.0.1"),
        ] {
            assert_eq!(of("127.0.0.1", &given), (client.to_owned(), true), "{given:?}");
            let direct = ("192.0.2.1".to_owned(), true);
            assert_eq!(of("192.0.2.1", &given), direct, "{given:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_leaves_the_peer_and_says_so() {
        for given in [
            ("x-forwarded-for", ""),
            ("x-forwarded-for", "unknown"),
            ("x-forwarded-for", "203.0.113.7,"),
            ("x-forwarded-for", "203.0.113.7 10.0.0.1"),
            ("forwarded", "for=unknown"),
            ("forwarded", "for=_hidden"),
            ("forwarded", "by=10.0.0.1"),
            ("forwarded", "for=203.0.113.7;for=203.0.113.8"),
            ("forwarded", "203.0.113.7"),
        ] {
            assert_eq!(of("127.0.0.1", &[given]), ("127.0.0.1".to_owned(), false), "{given:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_client_writes_its_proxy_has_the_last_word(forged in "[ -~]{0,64}", client: [u8; 4]) {
            let client = IpAddr::from(client);
            prop_assume!(!client.is_loopback() && client.to_string() != "10.0.0.1");
            let proxies = ["127.0.0.1/32".parse().unwrap(), "10.0.0.1/32".parse().unwrap()];
            for (name, written) in [
                ("x-forwarded-for", format!("{forged}, {client}, 10.0.0.1")),
                ("forwarded", format!("{forged}, for={client};proto=https, for=10.0.0.1")),
            ] {
                let source = source([127, 0, 0, 1].into(), &headers(&[(name, &written)]), &proxies);
                prop_assert_eq!(source, Source { address: client, told: true });
            }
        }

        #[test]
        fn no_header_makes_it_panic(value in proptest::collection::vec(any::<u8>(), 0..128)) {
            for name in ["x-forwarded-for", "forwarded"] {
                if let Ok(value) = HeaderValue::from_bytes(&value) {
                    let headers = HeaderMap::from_iter([(HeaderName::from_static(name), value)]);
                    source([127, 0, 0, 1].into(), &headers, &["0.0.0.0/0".parse().unwrap()]);
                }
            }
        }
    }
}
