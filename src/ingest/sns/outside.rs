//! What is fetched because a message from outside says so: SNS's certificates, and its confirmation of a subscription.
//! Only SNS's own hosts are asked, over TLS, at public addresses, without following anything, for a short while and a few
//! bytes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::outbound::Gate;

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
            None => client.https_only(true).dns_resolver(Arc::new(Gate::public())),
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
}
