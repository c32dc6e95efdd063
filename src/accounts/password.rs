//! Passwords: Argon2id (RFC 9106) at OWASP's cost of 19 MiB and two passes, off the async threads, few at a time.
//!
//! Rules for new ones are those of NIST SP 800-63B and OWASP ASVS 6.2: 8 to 128 characters of any kind, none that
//! is common or made of the person's own name.

use std::sync::Arc;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use tokio::time::timeout_at;
use zeroize::Zeroizing;
use zxcvbn::matching::patterns::MatchPattern;

use super::places::{Guest, Place, Places};
use crate::clock::random;

/// How long a password that was made for somebody is good.
pub const FIRST_PASSWORD_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// Memory of one hash, in KiB; passes over it; lanes.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// Characters of a password.
const CHARS: std::ops::RangeInclusive<usize> = 8..=128;
/// Characters that are looked at for what is common: looking costs more than linearly.
const LOOKED_AT: usize = 48;
/// Guesses within which a password must not be found: three of four by zxcvbn's own measure.
const GUESSES: u64 = 100_000_000;
/// Words that are near at hand here, and so among the first that are guessed (OWASP ASVS 6.1.2): the product, what it is
/// about, and who works with it. Beside them stand the person's own names and those of his companies.
const NEAR_AT_HAND: [&str; 12] = [
    "alertwhisperer",
    "alert",
    "whisperer",
    "incident",
    "runbook",
    "monitoring",
    "oncall",
    "admin",
    "administrator",
    "technician",
    "company",
    "localhost",
];
/// Letters and figures that are not mistaken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// More passwords are being checked than may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked; try again")]
pub struct Busy;

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too short or too long.
    #[error("must be 8 to 128 characters; several words are easy to keep and hard to guess")]
    Length,
    /// It holds what cannot be typed.
    #[error("must not hold control characters")]
    Control,
    /// Others have it too, or a program finds it soon.
    #[error("is among the first that are guessed; use several words that have nothing to do with each other")]
    Common,
}

/// Hashes passwords.
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// No more strangers than there are turns stand in line for one; so who is known waits for no others of them.
    strangers: Arc<Semaphore>,
    places: Places,
    /// What is checked where there is no such person: it takes as long, and fits nothing.
    nobody: String,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

impl Passwords {
    /// For this machine: half of its processors, so that other requests keep the rest.
    pub fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let turns = (processors / 2).max(1);
        Self {
            turns: Arc::new(Semaphore::new(turns)),
            strangers: Arc::new(Semaphore::new(turns)),
            places: Places::default(),
            nobody: nobody(),
        }
    }

    /// A place to wait in.
    ///
    /// # Errors
    /// [`Busy`].
    pub fn place(&self, guest: Guest<'_>) -> Result<Place, Busy> {
        self.places.take(guest)
    }

    /// The hash of a password, in PHC form.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn hash(&self, place: Place, password: &SecretString) -> Result<String, Busy> {
        let password = password.clone();
        let hashed = self.in_turn(place, move || hash(&password)).await?;
        hashed.ok_or(Busy)
    }

    /// Whether a password fits a hash; where there is none, it fits not, after the same time.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn verify(&self, place: Place, phc: Option<&str>, password: &SecretString) -> Result<bool, Busy> {
        let known = phc.is_some();
        let phc = phc.unwrap_or(&self.nobody).to_owned();
        let password = password.clone();
        let fits = self.in_turn(place, move || fits(&phc, &password)).await?;
        Ok(fits && known)
    }

    /// Does work of this size when its turn comes. Who leaves before gives his place to the next.
    async fn in_turn<T: Send + 'static>(
        &self,
        place: Place,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let turn = async {
            let stranger = match place.strange {
                true => Some(self.strangers.clone().acquire_owned().await),
                false => None,
            };
            let stranger = stranger.transpose()?;
            self.turns.clone().acquire_owned().await.map(|turn| (turn, stranger))
        };
        let turn = timeout_at(place.until, turn).await;
        let turn = turn.map_err(|_| Busy)?.map_err(|_| Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((turn, place));
            done
        });
        done.await.map_err(|_| Busy)
    }
}

fn argon2() -> Argon2<'static> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &SecretString) -> Option<String> {
    let salt = random::<16>();
    let hashed = argon2().hash_password_with_salt(password.expose_secret().as_bytes(), &salt);
    hashed.ok().map(|hash| hash.to_string())
}

fn fits(phc: &str, password: &SecretString) -> bool {
    let Ok(parsed) = PasswordHash::new(phc) else {
        return false;
    };
    argon2()
        .verify_password(password.expose_secret().as_bytes(), &parsed)
        .is_ok()
}

/// The hash of a password that nobody has, in the form and at the cost of a real one, made without hashing.
fn nobody() -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    let (memory, passes, lanes) = COST;
    let [salt, hash] = [
        STANDARD_NO_PAD.encode(random::<16>()),
        STANDARD_NO_PAD.encode(random::<32>()),
    ];
    format!("$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${hash}")
}

/// Whether a password may be chosen by somebody of these names: his own, and his companies'.
///
/// # Errors
/// [`WeakPassword`].
pub fn check(password: &SecretString, names: &[&str]) -> Result<(), WeakPassword> {
    let text = password.expose_secret();
    // Bounded before it is counted.
    if text.len() > *CHARS.end() * 4 || !CHARS.contains(&text.chars().count()) {
        return Err(WeakPassword::Length);
    }
    if text.chars().any(char::is_control) {
        return Err(WeakPassword::Control);
    }
    let looked_at = Zeroizing::new(text.chars().take(LOOKED_AT).collect::<String>());
    let parts: Vec<&str> = names
        .iter()
        .flat_map(|name| name.split(|char: char| !char.is_alphanumeric()).chain([*name]))
        .filter(|part| part.chars().count() >= 3)
        .chain(NEAR_AT_HAND)
        .collect();
    let found = zxcvbn::zxcvbn(&looked_at, &parts);
    let one_word = matches!(found.sequence(), [only] if matches!(only.pattern, MatchPattern::Dictionary(_)));
    if one_word || found.guesses() < GUESSES {
        return Err(WeakPassword::Common);
    }
    Ok(())
}

/// A password for somebody, to be told once: 24 characters in groups, 120 bits.
pub fn generate() -> SecretString {
    let chance = Zeroizing::new(random::<24>());
    let chars: Vec<char> = chance
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect();
    let groups: Vec<String> = chars.chunks(6).map(|group| group.iter().collect()).collect();
    SecretString::from(groups.join("-"))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    fn known(passwords: &Passwords) -> Place {
        passwords.place(Guest::Known("ann")).unwrap()
    }

    fn strange(passwords: &Passwords, last: u8) -> Place {
        let address = IpAddr::from([192, last, 2, 1]);
        passwords.place(Guest::Stranger(address)).unwrap()
    }

    #[tokio::test]
    async fn a_password_fits_its_hash_alone_and_nobodys_fits_nothing() {
        let passwords = Passwords::new();
        let hash = passwords
            .hash(known(&passwords), &secret("correct horse battery"))
            .await
            .unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        for (phc, given, fits) in [
            (Some(hash.as_str()), "correct horse battery", true),
            (Some(hash.as_str()), "correct horse batterz", false),
            (None, "correct horse battery", false),
            (Some("no hash"), "x", false),
        ] {
            let verified = passwords.verify(known(&passwords), phc, &secret(given)).await;
            assert_eq!(verified, Ok(fits), "{phc:?} {given}");
        }
        assert!(PasswordHash::new(&nobody()).is_ok(), "nobody's costs as much");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_too_long_is_told() {
        let passwords = Passwords::new();
        let turns = passwords.turns.available_permits();
        let _all = passwords.turns.clone().try_acquire_many_owned(turns as u32).unwrap();
        for place in [known(&passwords), strange(&passwords, 1)] {
            let verified = passwords.verify(place, None, &secret("whatever it is")).await;
            assert_eq!(verified, Err(Busy));
        }
        assert_eq!(
            passwords.strangers.available_permits(),
            turns,
            "its place in line is free again"
        );
    }

    #[tokio::test]
    async fn who_is_known_does_not_stand_behind_strangers() {
        let passwords = Passwords::new();
        let turns = passwords.turns.available_permits();
        let all = passwords.turns.clone().try_acquire_many_owned(turns as u32).unwrap();
        let (told, mut order) = tokio::sync::mpsc::unbounded_channel();
        let one = async |place: Place| {
            let told = told.clone();
            let strange = place.strange;
            let judged = passwords.in_turn(place, move || told.send(strange)).await;
            assert_eq!(judged, Ok(Ok(())));
        };
        let strangers = (0..20).map(|last| one(strange(&passwords, last)));
        let later = async {
            // The strangers are in line by now: they were asked first.
            tokio::join!(one(known(&passwords)), async { drop(all) })
        };
        tokio::join!(biased; futures::future::join_all(strangers), later);
        let first: Vec<bool> = std::iter::from_fn(|| order.try_recv().ok()).collect();
        let before = first.iter().position(|strange| !strange).unwrap();
        assert_eq!(first.len(), 21);
        assert!(before <= 2 * turns, "behind {before} strangers");
    }

    #[test]
    fn weak_ones_are_refused_for_their_reason() {
        let names = ["ann.miller@acme.example", "Ann Miller", "comp-globex"];
        let of = |text: &str| check(&secret(text), &names);
        assert_eq!(of("short77"), Err(WeakPassword::Length));
        assert_eq!(of(&"ä".repeat(129)), Err(WeakPassword::Length));
        assert_eq!(of(&"a".repeat(100_000)), Err(WeakPassword::Length));
        assert_eq!(of("nine\u{0}chars"), Err(WeakPassword::Control));
        for common in [
            "password",
            "PASSWORD",
            "password1",
            "P@ssw0rd",
            "12345678",
            "qwertyuiop",
            "iloveyou",
            "letmein1",
            "admin123",
            "aaaaaaaa",
            "annmiller",
            "ann.miller@acme.example",
            "Ann Miller",
            "acmeacme",
            "globexglobex",
            "Globex2026",
            "alertwhisperer",
            "AlertWhisperer1",
            "Wh1sperer!",
            "technician7",
        ] {
            assert_eq!(of(common), Err(WeakPassword::Common), "{common}");
        }
        for good in [
            "correct horse battery staple",
            "vulcan-teapot-91",
            "пароль из семи слов",
            &"x7!Kq2#m".repeat(16),
        ] {
            assert_eq!(of(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn a_made_one_is_good_and_another_each_time() {
        let made = generate();
        assert_eq!(check(&made, &[]), Ok(()));
        assert_ne!(made.expose_secret(), generate().expose_secret());
    }
}
