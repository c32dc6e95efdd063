//! Where requests to addresses that others name may go: public ones, and networks that the platform's settings allow. It is
//! looked at when a connection is made, so that a name that answers otherwise the second time leads nowhere else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;

/// Characters of a URL.
pub const URL: usize = 2_048;

/// Where requests may go.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Networks inside, that may be asked all the same, without TLS too.
    inside: Arc<[IpNet]>,
    /// Whether public addresses may be asked.
    is_public: bool,
}

/// A URL that may not be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// It is none, or none that is asked.
    #[error("must be an https:// URL of at most {URL} characters, without a user")]
    NoUrl,
    /// It leads into a network that is nobody else's business.
    #[error("leads to {0}, which is no public address; the platform's OUTBOUND_NETWORKS can allow its network")]
    Inside(IpAddr),
}

impl Gate {
    /// To public addresses alone.
    pub fn public() -> Self {
        Self::new(&[])
    }

    /// To public addresses, and to these networks.
    pub fn new(inside: &[IpNet]) -> Self {
        Self {
            inside: inside.into(),
            is_public: true,
        }
    }

    /// Whether an address may be asked.
    pub fn lets(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.inside.iter().any(|network| network.contains(&address)) || (self.is_public && is_public(address))
    }

    /// A URL that may be asked: `https://`, or `http://` into a network that the settings allow. An address that is
    /// written out is looked at now, a name when it is asked.
    ///
    /// # Errors
    /// [`BadUrl`].
    pub fn url(&self, text: &str) -> Result<Url, BadUrl> {
        let url = Some(text)
            .filter(|text| text.len() <= URL)
            .and_then(|text| Url::parse(text).ok());
        let url = url.ok_or(BadUrl::NoUrl)?;
        let is_plain = url.username().is_empty() && url.password().is_none() && url.host().is_some();
        let is_asked = url.scheme() == "https" || (url.scheme() == "http" && !self.inside.is_empty());
        if !is_plain || !is_asked {
            return Err(BadUrl::NoUrl);
        }
        let gate = self.for_scheme(url.scheme());
        let host = url.host_str().unwrap_or_default();
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) if !gate.lets(address) => Err(BadUrl::Inside(address)),
            _ => Ok(url),
        }
    }

    /// Without TLS only what is inside is asked.
    fn for_scheme(&self, scheme: &str) -> Self {
        Self {
            inside: self.inside.clone(),
            is_public: self.is_public && scheme == "https",
        }
    }

    /// A client for URLs of a scheme that passes this gate: it follows nothing.
    ///
    /// # Errors
    /// The client's, where TLS cannot be set up.
    pub fn client(&self, scheme: &str) -> Result<reqwest::Client, reqwest::Error> {
        reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .https_only(scheme == "https")
            .dns_resolver(Arc::new(self.for_scheme(scheme)))
            .build()
    }
}

impl Resolve for Gate {
    fn resolve(&self, name: Name) -> Resolving {
        let gate = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 443)).await?;
            let let_through: Vec<SocketAddr> = found.filter(|address| gate.lets(address.ip())).collect();
            match let_through.is_empty() {
                true => Err("it has no address that may be asked".into()),
                false => Ok(Box::new(let_through.into_iter()) as Addrs),
            }
        })
    }
}

fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_of_protocols = (a, b, c) == (192, 0, 0);
    let is_for_benchmarks = a == 198 && (b == 18 || b == 19);
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || is_shared
        || is_of_protocols
        || is_for_benchmarks)
}

/// Of the addresses that are given out (2000::/3), those that stand for no other.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let is_given = first & 0xe000 == 0x2000;
    // Teredo, documentation, 6to4.
    is_given && (first, second) != (0x2001, 0) && (first, second) != (0x2001, 0xdb8) && first != 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_no_place_to_ask() {
        for inside in [
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00:ec2::254",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "ff02::1",
            "2001:db8::1",
            "2002:a00:1::",
            "64:ff9b::a00:1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["8.8.8.8", "54.239.28.85", "2600:9000::1", "::ffff:8.8.8.8"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[tokio::test]
    async fn a_name_that_is_of_this_machine_is_not_asked() {
        let name = || "localhost".parse::<Name>().unwrap();
        assert!(Gate::public().resolve(name()).await.is_err());
        let loopback = Gate::new(&["127.0.0.0/8".parse().unwrap()]);
        assert!(loopback.resolve(name()).await.is_ok());
    }

    /// Under TLS a server has to be vouched for by somebody whom this machine trusts; else it hears not a byte.
    #[tokio::test]
    async fn a_server_that_nobody_vouches_for_is_told_nothing() {
        use tokio::io::AsyncReadExt;
        use tokio_rustls::TlsAcceptor;
        use tokio_rustls::rustls::ServerConfig;
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![own.cert.der().clone()], key)
            .unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
        let heard = async {
            let (stream, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            if let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await {
                drop(stream.read_to_end(&mut heard).await);
            }
            heard
        };
        let client = Gate::new(&["127.0.0.0/8".parse().unwrap()]).client("https").unwrap();
        let (asked, heard) = tokio::join!(client.get(&url).header("authorization", "Bearer secret").send(), heard);
        assert!(asked.unwrap_err().is_connect());
        assert_eq!(heard, b"");
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_like_others() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let answered = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1024]).await.unwrap();
            let away = "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n";
            stream.write_all(away.as_bytes()).await.unwrap();
        };
        let client = Gate::new(&["127.0.0.0/8".parse().unwrap()]).client("http").unwrap();
        let (asked, ()) = tokio::join!(client.get(&url).send(), answered);
        assert_eq!(asked.unwrap().status(), 302);
    }

    #[test]
    fn only_what_the_gate_lets_through_is_a_url() {
        let inside = Gate::new(&["10.1.0.0/16".parse().unwrap()]);
        for good in [
            "https://hooks.example.com/a?b=c",
            "https://8.8.8.8/",
            "https://10.1.2.3/",
            "http://10.1.2.3:8080/",
        ] {
            assert!(inside.url(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ftp://example.com/",
            "https://user:secret@example.com/",
            "https://10.2.0.1/",
            "https://[::1]/",
            "https://169.254.169.254/latest/meta-data/",
            "http://8.8.8.8/",
            "https://",
        ] {
            assert!(inside.url(bad).is_err(), "{bad}");
        }
        assert_eq!(Gate::public().url("http://example.com/"), Err(BadUrl::NoUrl));
        assert!(matches!(Gate::public().url("https://0x7f.1/"), Err(BadUrl::Inside(_))));
        let mapped = "https://[::ffff:10.2.0.1]/";
        assert!(inside.url(mapped).is_err(), "an address in the clothes of another");
    }
}
