//! Places for those who wait for a password to be checked, in two shares: one for those whom we know, one for
//! strangers. Strangers fill their own share alone, and no address or network of theirs the whole of it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actors::limits::{
    PASSWORDS_WAITING, STRANGERS_OF_ADDRESS, STRANGERS_OF_NETWORK, STRANGERS_WAITING, WAITING_OF_ACCOUNT,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::network::{near, wide};
use super::password::Busy;

/// How long one may wait.
const WAIT: Duration = Duration::from_secs(5);

/// Who is to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guest<'a> {
    /// Somebody who is logged in, or was from where he asks.
    Known(&'a str),
    /// Whoever gives people passwords, or chooses his own.
    Staff,
    /// Whoever asks from here.
    Stranger(IpAddr),
}

/// What places are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Group {
    Account(String),
    Address(IpAddr),
    Network(IpAddr),
}

type Held = Arc<Mutex<HashMap<Group, usize>>>;

fn locked(held: &Held) -> MutexGuard<'_, HashMap<Group, usize>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The places.
pub struct Places {
    known: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
    held: Held,
}

/// A place, until it is dropped.
pub struct Place {
    /// Until when its holder waits.
    pub until: Instant,
    /// Whether a stranger has it.
    pub strange: bool,
    _share: OwnedSemaphorePermit,
    _groups: Groups,
}

/// The groups that a place is counted in.
struct Groups {
    held: Held,
    groups: Vec<Group>,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            known: Arc::new(Semaphore::new(PASSWORDS_WAITING)),
            strangers: Arc::new(Semaphore::new(STRANGERS_WAITING)),
            held: Held::default(),
        }
    }
}

impl Places {
    /// A place for somebody, where his share has one.
    ///
    /// # Errors
    /// [`Busy`].
    pub fn take(&self, guest: Guest<'_>) -> Result<Place, Busy> {
        let (share, bounds) = match guest {
            Guest::Known(account) => (
                &self.known,
                vec![(Group::Account(account.to_owned()), WAITING_OF_ACCOUNT)],
            ),
            Guest::Staff => (&self.known, Vec::new()),
            Guest::Stranger(address) => (
                &self.strangers,
                vec![
                    (Group::Address(near(address)), STRANGERS_OF_ADDRESS),
                    (Group::Network(wide(address)), STRANGERS_OF_NETWORK),
                ],
            ),
        };
        let groups = self.count(bounds)?;
        let share = share.clone().try_acquire_owned().map_err(|_| Busy)?;
        Ok(Place {
            until: Instant::now() + WAIT,
            strange: matches!(guest, Guest::Stranger(_)),
            _share: share,
            _groups: groups,
        })
    }

    /// Counts one more in each group, where all of them have room.
    fn count(&self, bounds: Vec<(Group, usize)>) -> Result<Groups, Busy> {
        let mut held = locked(&self.held);
        let full = |(group, most): &(Group, usize)| held.get(group).is_some_and(|count| count >= most);
        if bounds.iter().any(full) {
            return Err(Busy);
        }
        let groups: Vec<Group> = bounds.into_iter().map(|(group, _)| group).collect();
        for group in &groups {
            *held.entry(group.clone()).or_default() += 1;
        }
        Ok(Groups {
            held: self.held.clone(),
            groups,
        })
    }
}

impl Drop for Groups {
    fn drop(&mut self) {
        let mut held = locked(&self.held);
        for group in &self.groups {
            if let Some(count) = held.get_mut(group) {
                *count -= 1;
                if *count == 0 {
                    held.remove(group);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many places as there are for these guests.
    fn fill<'a>(places: &Places, guests: impl Iterator<Item = Guest<'a>>) -> Vec<Place> {
        guests.filter_map(|guest| places.take(guest).ok()).collect()
    }

    fn from(address: &str) -> Guest<'static> {
        Guest::Stranger(address.parse().unwrap())
    }

    #[tokio::test]
    async fn strangers_fill_their_own_share_alone() {
        let places = Places::default();
        let strangers = (0..1000_u16).map(|number| {
            let [high, low] = number.to_be_bytes();
            Guest::Stranger(IpAddr::from([198, low, high, 1]))
        });
        let strangers = fill(&places, strangers);
        assert_eq!(strangers.len(), STRANGERS_WAITING);
        assert!(places.take(from("203.0.113.1")).is_err());
        assert!(places.take(Guest::Known("ann")).is_ok());
        drop(strangers);
        assert!(places.take(from("203.0.113.1")).is_ok());
        assert!(locked(&places.held).is_empty(), "what is given back is forgotten");
    }

    #[tokio::test]
    async fn no_address_and_no_network_has_the_whole_share() {
        let places = Places::default();
        let one = fill(&places, (0..100).map(|_| from("2001:db8::1")));
        assert_eq!(one.len(), STRANGERS_OF_ADDRESS);
        assert!(places.take(from("2001:db8::2")).is_err(), "of the same /64");
        let more = fill(&places, (0..100).map(|_| from("2001:db8:0:1::1")));
        assert_eq!(one.len() + more.len(), STRANGERS_OF_NETWORK);
        assert!(places.take(from("2001:db8:0:2::1")).is_err(), "of the same /48");
        assert!(places.take(from("2001:db8:1::1")).is_ok());
    }

    #[tokio::test]
    async fn no_account_has_the_whole_share() {
        let places = Places::default();
        let ann = fill(&places, (0..100).map(|_| Guest::Known("ann")));
        assert_eq!(ann.len(), WAITING_OF_ACCOUNT);
        assert!(places.take(Guest::Known("bob")).is_ok());
    }
}
