//! What is fetched because a message from outside says so: SNS's certificates, and its confirmation of a subscription.
//! Only SNS's own hosts are asked, over TLS, at public addresses, without following anything, for a short while and a few
//! bytes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

/// How long one fetch may take, and how many may be under way.
const WITHIN: Duration = Duration::from_secs(5);
const AT_ONCE: usize = 4;
/// Bytes of an answer.
const BYTES: usize = 64 * 1024;
/// Certificates that are kept, and how long each is good.
const CERTIFICATES: usize = 32;
const GOOD_FOR: Duration = Duration::from_secs(24 * 3600);
/// Characters of a URL.
const URL: usize = 2_048;

/// Why something was not fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreached {
    /// It is no URL of SNS's.
    #[error("must be an https:// URL of SNS: sns.REGION.amazonaws.com, without a user or a port")]
    NotTheirs,
    /// It could not be fetched now.
    #[error("cannot be fetched now: {0}")]
    Failed(String),
    /// What is there is no certificate.
    #[error("is no certificate")]
    NoCertificate,
}

/// The way out.
#[derive(Debug)]
pub struct Outside {
    client: Client,
    /// Who is asked instead of SNS, for tests and where a proxy stands between.
    instead: Option<Url>,
    turns: Semaphore,
    certificates: Mutex<Vec<Kept>>,
}

#[derive(Debug)]
struct Kept {
    url: String,
    certificate: Arc<CertificateDer<'static>>,
    until: Instant,
}

impl Outside {
    /// A way out, to SNS itself or to who is asked instead (`SNS_ENDPOINT`: `https://`, or `http://` to this machine).
    ///
    /// # Errors
    /// The client's, where TLS cannot be set up.
    pub fn new(instead: Option<&str>) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(WITHIN)
            .connect_timeout(WITHIN);
        let client = match instead {
            Some(_) => client,
            None => client.https_only(true).dns_resolver(Arc::new(Public)),
        };
        Ok(Self {
            client: client.build()?,
            instead: instead.and_then(|url| Url::parse(url).ok()),
            turns: Semaphore::new(AT_ONCE),
            certificates: Mutex::default(),
        })
    }

    /// The certificate at a URL of SNS's, which is kept for a day.
    pub(super) async fn certificate(&self, url: &str) -> Result<Arc<CertificateDer<'static>>, Unreached> {
        let theirs = theirs(url)
            .filter(|url| url.path().ends_with(".pem"))
            .ok_or(Unreached::NotTheirs)?;
        if let Some(kept) = self.kept(url) {
            return Ok(kept);
        }
        let pem = self.fetch(theirs).await?;
        let certificate = CertificateDer::from_pem_slice(&pem).map_err(|_| Unreached::NoCertificate)?;
        let certificate = Arc::new(certificate);
        let mut all = self.certificates.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == CERTIFICATES {
            all.remove(0);
        }
        all.push(Kept {
            url: url.to_owned(),
            certificate: certificate.clone(),
            until: Instant::now() + GOOD_FOR,
        });
        Ok(certificate)
    }

    fn kept(&self, url: &str) -> Option<Arc<CertificateDer<'static>>> {
        let mut all = self.certificates.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        all.retain(|kept| kept.until > now);
        all.iter()
            .find(|kept| kept.url == url)
            .map(|kept| kept.certificate.clone())
    }

    /// Opens the link of a subscription.
    pub(super) async fn confirm(&self, url: &str) -> Result<(), Unreached> {
        let theirs = theirs(url).ok_or(Unreached::NotTheirs)?;
        let confirms = theirs
            .query_pairs()
            .any(|(name, value)| (&*name, &*value) == ("Action", "ConfirmSubscription"));
        if !confirms {
            return Err(Unreached::NotTheirs);
        }
        self.fetch(theirs).await.map(drop)
    }

    async fn fetch(&self, mut url: Url) -> Result<Vec<u8>, Unreached> {
        let failed = |why: &dyn std::fmt::Display| Unreached::Failed(why.to_string());
        if let Some(instead) = &self.instead {
            // Scheme and host are fit for each other: both are of one URL that was read.
            let named = url
                .set_scheme(instead.scheme())
                .and_then(|()| url.set_port(instead.port()));
            let hosted = url.set_host(instead.host_str());
            if named.is_err() || hosted.is_err() {
                return Err(Unreached::NotTheirs);
            }
        }
        let fetched = async {
            let _turn = self.turns.acquire().await.map_err(|closed| failed(&closed))?;
            let answer = self.client.get(url).send().await;
            let answer = answer.map_err(|error| failed(&error.without_url()))?;
            if !answer.status().is_success() {
                return Err(failed(&format!("SNS answered {}", answer.status())));
            }
            let mut bytes = Vec::new();
            let mut coming = answer.bytes_stream();
            while let Some(chunk) = coming.next().await {
                let chunk = chunk.map_err(|error| failed(&error.without_url()))?;
                if bytes.len() + chunk.len() > BYTES {
                    return Err(failed(&format!("the answer is longer than {BYTES} bytes")));
                }
                bytes.extend_from_slice(&chunk);
            }
            Ok(bytes)
        };
        let late = |_| failed(&format!("no answer within {WITHIN:?}"));
        timeout(WITHIN, fetched).await.map_err(late)?
    }
}

/// A URL, where it is one of SNS's own.
fn theirs(url: &str) -> Option<Url> {
    let url = Some(url)
        .filter(|url| url.len() <= URL)
        .and_then(|url| Url::parse(url).ok())?;
    let is_plain = url.username().is_empty() && url.password().is_none() && url.port().is_none();
    (url.scheme() == "https" && is_plain && is_sns(url.host_str()?)).then_some(url)
}

/// `sns.REGION.amazonaws.com`, and `.cn` in China.
fn is_sns(host: &str) -> bool {
    let host = host.strip_suffix(".cn").unwrap_or(host);
    let region = host
        .strip_prefix("sns.")
        .and_then(|rest| rest.strip_suffix(".amazonaws.com"));
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    region.is_some_and(|region| region.len() >= 3 && region.bytes().all(plain))
}

/// Resolves names to public addresses alone.
#[derive(Debug)]
struct Public;

impl Resolve for Public {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 443)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            match public.is_empty() {
                true => Err("it has no public address".into()),
                false => Ok(Box::new(public.into_iter()) as Addrs),
            }
        })
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => is_public_v4(mapped),
            None => is_public_v6(address),
        },
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
    fn only_snss_own_urls_are_theirs() {
        for good in [
            "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123.pem",
            "https://sns.cn-north-1.amazonaws.com.cn/a.pem",
            "https://sns.eu-central-1.amazonaws.com:443/?Action=ConfirmSubscription",
        ] {
            assert!(theirs(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "http://sns.us-east-1.amazonaws.com/a.pem",
            "https://sns.us-east-1.amazonaws.com.evil.example/a.pem",
            "https://evil.example/sns.us-east-1.amazonaws.com/a.pem",
            "https://sns.us-east-1.amazonaws.com@evil.example/a.pem",
            "https://user@sns.us-east-1.amazonaws.com/a.pem",
            "https://sns.us-east-1.amazonaws.com:8443/a.pem",
            "https://sns.us_east.amazonaws.com/a.pem",
            "https://sns.a.b.amazonaws.com/a.pem",
            "https://sns..amazonaws.com/a.pem",
            "https://snsXus-east-1.amazonaws.com/a.pem",
            "https://bucket.s3.amazonaws.com/a.pem",
            "https://127.0.0.1/a.pem",
            "file:///etc/passwd",
        ] {
            assert!(theirs(bad).is_none(), "{bad}");
        }
        assert!(theirs(&format!("https://sns.us-east-1.amazonaws.com/{}.pem", "a".repeat(URL))).is_none());
    }

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
        let name = "localhost".parse::<Name>().unwrap();
        let resolved = Public.resolve(name).await;
        assert!(resolved.is_err());
    }
}
