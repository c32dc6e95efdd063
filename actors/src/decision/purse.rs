//! What a company may spend on models in a day, for all of its incidents.
//!
//! Tokens are set aside in the store before anything is asked, some at a time, and then spent from memory: whatever ends
//! the process, no more is spent than was set aside. What was set aside and not spent when it ended is lost to the day.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::domain::Timestamp;
use crate::domain::decision::Limit;
use crate::limits::{ANSWER_TOKENS, PURSE_KEPT, SET_ASIDE, SET_ASIDE_LEAST};
use crate::port::record::{Amended, Amendment, Put};
use crate::port::{Error, Kept, Reader, RecordKind, Writer};

/// What was set aside for one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// The day, in UTC: `2026-11-27`.
    pub day: String,
    /// So many tokens.
    pub tokens: u64,
    /// When this may be forgotten.
    pub kept_until: Timestamp,
}

impl Kept for SetAside {
    const KIND: RecordKind = RecordKind::Spending;

    fn id(&self) -> String {
        self.day.clone()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.kept_until)
    }
}

/// Tokens that may be spent on one decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    tokens: u32,
    /// Why there are no more.
    short_of: Option<Limit>,
    day: String,
}

impl Grant {
    /// Tokens that are not counted anywhere: for what is made again offline.
    pub fn uncounted(tokens: u32, short_of: Option<Limit>) -> Self {
        Self {
            tokens,
            short_of,
            day: String::new(),
        }
    }

    /// The same, where it would be more if it were not for a limit.
    #[must_use]
    pub(crate) fn short_of(self, limit: Limit) -> Self {
        Self {
            short_of: self.short_of.or(Some(limit)),
            ..self
        }
    }

    /// Why there are no more, where that is not the decision's own budget.
    pub fn limit(&self) -> Option<Limit> {
        self.short_of
    }

    /// How many.
    pub fn tokens(&self) -> u32 {
        self.tokens
    }
}

/// Nothing useful is left, or nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Empty {
    /// It is used up.
    #[error("{0}")]
    Spent(Limit),
    /// What is left of the day is set aside for decisions under way, which may not need it.
    #[error(
        "what the company may spend on models today is set aside for decisions under way: ask again when they are made"
    )]
    UnderWay,
    /// The company spends nothing.
    #[error("no model is asked for this company: its policy.tokens_per_day is 0")]
    Off,
    /// What is left could not be looked up, and nothing is spent that nobody counts.
    #[error("what may be spent could not be looked up: {0}")]
    Unknown(#[from] Error),
}

/// A company's purse, shared by its incidents.
#[derive(Debug, Default)]
pub struct Purse(Mutex<Day>);

/// One day of it.
#[derive(Debug, Default)]
struct Day {
    /// Which; empty where it was not looked up yet.
    day: String,
    /// Set aside in the store.
    set_aside: u64,
    /// Of these: spent, or granted.
    used: u64,
    /// Of these: granted, and not settled yet.
    under_way: u64,
    version: Option<u64>,
}

impl Purse {
    /// Takes up to so many tokens of a day's `limit`.
    ///
    /// # Errors
    /// [`Empty`], where fewer than an answer takes are left, or the store is away.
    pub async fn draw(
        &self,
        want: u32,
        limit: u64,
        (reader, writer): (&dyn Reader, &dyn Writer),
        now: Timestamp,
    ) -> Result<Grant, Empty> {
        let today = day_of(now);
        let mut day = self.0.lock().await;
        if day.day != today {
            *day = Day::load(&today, reader).await?;
        }
        if day.left(limit) < u64::from(want) {
            day.set_aside_more(u64::from(want), limit, writer, now).await?;
        }
        let tokens = u32::try_from(day.left(limit).min(u64::from(want))).unwrap_or(want);
        if tokens < ANSWER_TOKENS {
            return Err(match () {
                () if want < ANSWER_TOKENS => Empty::Spent(Limit::Tokens),
                () if limit == 0 => Empty::Off,
                () if limit.saturating_sub(day.used - day.under_way) >= u64::from(ANSWER_TOKENS) => Empty::UnderWay,
                () => Empty::Spent(Limit::CompanyDay),
            });
        }
        day.used += u64::from(tokens);
        day.under_way += u64::from(tokens);
        Ok(Grant {
            tokens,
            short_of: (tokens < want).then_some(Limit::CompanyDay),
            day: today,
        })
    }

    /// Gives back what was not spent of a grant.
    pub async fn settle(&self, grant: Grant, spent: u32) {
        let mut day = self.0.lock().await;
        if day.day == grant.day {
            day.under_way = day.under_way.saturating_sub(u64::from(grant.tokens));
            day.used = (day.used + u64::from(spent)).saturating_sub(u64::from(grant.tokens));
        }
    }
}

impl Day {
    /// What an earlier process has set aside counts as spent: nobody knows how much of it was.
    async fn load(today: &str, reader: &dyn Reader) -> Result<Self, Error> {
        let record = reader.record(RecordKind::Spending, today).await?;
        let version = record.as_ref().map(|record| record.version);
        let set_aside = record.map(|record| record.read::<SetAside>()).transpose()?;
        let tokens = set_aside.map_or(0, |set_aside| set_aside.tokens);
        Ok(Self {
            day: today.to_owned(),
            set_aside: tokens,
            used: tokens,
            under_way: 0,
            version,
        })
    }

    /// What was set aside and is not spent, as far as the day's limit still lets it: that may have been lowered.
    fn left(&self, limit: u64) -> u64 {
        self.set_aside.min(limit).saturating_sub(self.used)
    }

    async fn set_aside_more(
        &mut self,
        want: u64,
        limit: u64,
        writer: &dyn Writer,
        now: Timestamp,
    ) -> Result<(), Empty> {
        let portion = (limit / SET_ASIDE).max(SET_ASIDE_LEAST).max(want);
        let tokens = limit.min(self.set_aside.max(self.used) + portion);
        if tokens <= self.set_aside {
            return Ok(());
        }
        let kept = SetAside {
            day: self.day.clone(),
            tokens,
            kept_until: now.plus(PURSE_KEPT),
        };
        let amendment = Amendment {
            puts: vec![
                self.version
                    .map_or_else(|| Put::new(&kept), |version| Put::change(&kept, version))?,
            ],
            ..Amendment::default()
        };
        match writer.amend(amendment, None).await? {
            Amended::Done => {
                self.set_aside = tokens;
                self.version = Some(self.version.map_or(1, |version| version + 1));
                Ok(())
            }
            // Another process had this company in between: what it has set aside is read the next time.
            Amended::Changed | Amended::Taken => {
                self.day.clear();
                Err(Empty::Unknown(Error::Unknown))
            }
        }
    }
}

/// The day of a moment, in UTC.
pub fn day_of(now: Timestamp) -> String {
    let moment = jiff::Timestamp::from_millisecond(now.as_millis()).unwrap_or_default();
    moment.to_zoned(TimeZone::UTC).date().to_string()
}
