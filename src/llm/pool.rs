//! Connections to a provider. Over HTTP/2 a client has one connection to a host, on which a provider lets so many
//! requests run (RFC 9113, section 5.1.2) and the next one waits. So there are several clients: the first
//! that has room is taken, and another is made where none has.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::ClientConfig;
use rustls_platform_verifier::ConfigVerifierExt;

/// Requests at once on one connection: RFC 9113 recommends that no fewer are allowed.
const ON_ONE: usize = 100;
/// Clients at the most; beyond, the last one takes what comes.
const CLIENTS: usize = 40;
/// How long a connection to a provider may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Bytes that the answers on one connection together may be ahead of their readers.
const AHEAD: u32 = 8 << 20;

/// The clients, the first one first.
pub(super) struct Pool {
    /// Whom to trust, read once for all.
    tls: ClientConfig,
    clients: Mutex<Vec<Member>>,
}

struct Member {
    http: reqwest::Client,
    /// One for itself, and one for each request.
    held: Place,
}

/// A request's place on a connection, until this is dropped.
pub(super) type Place = Arc<()>;

impl Pool {
    /// With the certificates that this machine trusts.
    ///
    /// # Errors
    /// There are none.
    pub(super) fn new() -> Result<Self, rustls::Error> {
        let mut tls = ClientConfig::with_platform_verifier()?;
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            tls,
            clients: Mutex::default(),
        })
    }

    /// A client that has room, and a place there.
    ///
    /// # Errors
    /// What makes a client impossible.
    pub(super) fn place(&self) -> reqwest::Result<(reqwest::Client, Place)> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let full = clients.len() >= CLIENTS;
        let with_room = clients.iter().find(|member| Arc::strong_count(&member.held) <= ON_ONE);
        if let Some(member) = with_room.or(clients.last().filter(|_| full)) {
            return Ok((member.http.clone(), member.held.clone()));
        }
        let member = Member {
            http: client(self.tls.clone())?,
            held: Place::default(),
        };
        let found = (member.http.clone(), member.held.clone());
        clients.push(member);
        Ok(found)
    }
}

/// One that follows nothing and unpacks nothing.
fn client(tls: ClientConfig) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(CONNECT_WITHIN)
        .http2_initial_connection_window_size(AHEAD)
        // A provider that sends us elsewhere would have our key sent there too.
        .redirect(reqwest::redirect::Policy::none())
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_takes_so_many_and_another_is_made() {
        let pool = Pool::new().unwrap();
        let clients = || pool.clients.lock().unwrap_or_else(PoisonError::into_inner).len();
        let mut places: Vec<_> = (0..ON_ONE).map(|_| pool.place().unwrap().1).collect();
        assert_eq!(clients(), 1);
        places.push(pool.place().unwrap().1);
        assert_eq!(clients(), 2);
        places.clear();
        let _again = pool.place().unwrap();
        assert_eq!(clients(), 2);
        let held: Vec<_> = pool
            .clients
            .lock()
            .unwrap()
            .iter()
            .map(|member| Arc::strong_count(&member.held))
            .collect();
        assert_eq!(held, [2, 1]);
    }
}
