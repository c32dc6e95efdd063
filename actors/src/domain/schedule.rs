//! Times of the week in a time zone, as people keep them: on-call hours, maintenance windows.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{Disambiguation, TimeZone};
use jiff::{Span, Zoned};
use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// Days that are looked ahead for the next beginning or end: the fifth Monday of a month may be three months away.
const AHEAD: usize = 100;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

/// Times that come again each week, by the clock on the wall of a time zone. A time that the clock skips or shows twice is
/// covered whole: the window begins with the first of both moments and ends with the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Weekly {
    /// The days on which it begins; every day where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 7)]
    pub days: Vec<Day>,
    /// Which of these days of a month: 1 for the first Tuesday, 2 for the second, to 5; -1 for the last. Each where there is
    /// none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 6)]
    pub weeks: Vec<i8>,
    /// When it begins, as `22:00`.
    #[schema(example = "22:00", pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub from: String,
    /// When it ends, as `04:00`: on the next day where that is not later than `from`. `24:00` is midnight.
    #[schema(example = "04:00", pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
    pub to: String,
    /// An IANA time zone, as `Europe/Berlin`.
    #[schema(example = "Europe/Berlin", max_length = 64)]
    pub time_zone: String,
}

/// What is not as it must be: the field and the rule.
pub type Invalid = (&'static str, String);

/// The same, read.
#[derive(Clone, Debug)]
pub struct Hours {
    weekly: Weekly,
    from: Time,
    to: Time,
    zone: TimeZone,
}

impl Weekly {
    /// Reads it.
    ///
    /// # Errors
    /// The field that is not as it must be, and what it must be.
    pub fn read(&self) -> Result<Hours, Invalid> {
        let from = time(&self.from).ok_or(("from", "must be a time of day as 22:00".to_owned()))?;
        let to = match &*self.to {
            "24:00" => Some(Time::midnight()),
            text => time(text),
        };
        let to = to.ok_or(("to", "must be a time of day as 04:00, or 24:00".to_owned()))?;
        let rule = || ("time_zone", "must be an IANA time zone as Europe/Berlin".to_owned());
        let zone = TimeZone::get(&self.time_zone).map_err(|_| rule())?;
        let is_week = |week: &i8| (1..=5).contains(week) || *week == -1;
        if self.weeks.len() > 6 || !self.weeks.iter().all(is_week) {
            return Err(("weeks", "must be some of 1, 2, 3, 4, 5 and -1".to_owned()));
        }
        if self.days.len() > 7 {
            return Err(("days", "must be at most seven".to_owned()));
        }
        Ok(Hours {
            weekly: self.clone(),
            from,
            to,
            zone,
        })
    }
}

fn time(text: &str) -> Option<Time> {
    let is_written = text.len() == 5 && text.as_bytes()[2] == b':';
    is_written.then(|| Time::strptime("%H:%M", text).ok())?
}

impl Hours {
    /// From when to when they last, where a moment is in them.
    pub fn around(&self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        // What began yesterday may last until today.
        let mut day = self.date(now)?.yesterday().ok()?;
        let mut found: Option<(Timestamp, Timestamp)> = None;
        for _ in 0..3 {
            if let Some((from, to)) = self.on(day) {
                found = match found {
                    // One that begins as another ends goes on.
                    Some((first, last)) if from <= last => Some((first, last.max(to))),
                    None if from <= now && now < to => Some((from, to)),
                    found => found,
                };
            }
            day = day.tomorrow().ok()?;
        }
        found
    }

    /// Whether a moment is in them.
    pub fn hold(&self, now: Timestamp) -> bool {
        self.around(now).is_some()
    }

    /// When they begin or end next, after a moment.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        if let Some((_, end)) = self.around(now) {
            return Some(end);
        }
        let mut day = self.date(now)?;
        for _ in 0..AHEAD {
            if let Some((from, _)) = self.on(day).filter(|(from, _)| *from > now) {
                return Some(from);
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    fn date(&self, now: Timestamp) -> Option<Date> {
        let now = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?;
        Some(Zoned::new(now, self.zone.clone()).date())
    }

    /// From when to when they last that begin on a day.
    fn on(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        let Weekly { days, weeks, .. } = &self.weekly;
        let week = (day.day() - 1) / 7 + 1;
        let is_last = day.day() + 7 > day.days_in_month();
        let is_day = days.is_empty() || days.contains(&day.weekday().into());
        let is_week = weeks.is_empty() || weeks.contains(&week) || (is_last && weeks.contains(&-1));
        if !is_day || !is_week {
            return None;
        }
        let end = match self.to > self.from {
            true => day,
            false => day.checked_add(Span::new().days(1)).ok()?,
        };
        let moment = |day: Date, time: Time, of_two: Disambiguation| {
            let ambiguous = self.zone.to_ambiguous_zoned(day.to_datetime(time));
            let zoned = ambiguous.disambiguate(of_two).ok()?;
            Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
        };
        Some((
            moment(day, self.from, Disambiguation::Earlier)?,
            moment(end, self.to, Disambiguation::Later)?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weekly(days: &[Day], weeks: &[i8], from: &str, to: &str) -> Weekly {
        Weekly {
            days: days.to_vec(),
            weeks: weeks.to_vec(),
            from: from.to_owned(),
            to: to.to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn over_midnight_and_by_the_clock_on_the_wall() {
        // 2026-11-27 is a Friday; Berlin is an hour ahead of UTC.
        let night = weekly(&[Day::Fri], &[], "22:00", "04:00").read().unwrap();
        assert!(!night.hold(at("2026-11-27T20:59:59Z")));
        assert!(night.hold(at("2026-11-27T21:00:00Z")));
        assert!(night.hold(at("2026-11-28T02:59:59Z")));
        assert!(!night.hold(at("2026-11-28T03:00:00Z")));
        assert_eq!(
            night.next_change(at("2026-11-27T12:00:00Z")),
            Some(at("2026-11-27T21:00:00Z"))
        );
        assert_eq!(
            night.next_change(at("2026-11-27T21:00:00Z")),
            Some(at("2026-11-28T03:00:00Z"))
        );
        assert_eq!(
            night.next_change(at("2026-11-28T03:00:00Z")),
            Some(at("2026-12-04T21:00:00Z"))
        );
        // In summer it is two hours.
        assert!(night.hold(at("2026-07-03T20:00:00Z")) && !night.hold(at("2026-07-03T19:59:59Z")));
    }

    #[test]
    fn an_hour_that_comes_twice_or_never_is_covered_whole() {
        let early = weekly(&[], &[], "02:30", "03:30").read().unwrap();
        // On 2026-10-25 at 01:00 UTC three o'clock becomes two again: half past two is at 00:30 and at 01:30 UTC.
        assert_eq!(
            early.around(at("2026-10-25T01:00:00Z")),
            Some((at("2026-10-25T00:30:00Z"), at("2026-10-25T02:30:00Z")))
        );
        // On 2026-03-29 at 01:00 UTC two o'clock becomes three.
        assert_eq!(
            early.around(at("2026-03-29T01:00:00Z")),
            Some((at("2026-03-29T00:30:00Z"), at("2026-03-29T01:30:00Z")))
        );
    }

    #[test]
    fn every_day_from_midnight_to_midnight_is_always() {
        let always = weekly(&[], &[], "00:00", "24:00").read().unwrap();
        for hour in 0..48 {
            assert!(always.hold(at("2026-10-24T12:00:00Z").plus(std::time::Duration::from_secs(hour * 3600))));
        }
    }

    #[test]
    fn the_second_tuesday_and_the_last_sunday_of_a_month() {
        let patch = weekly(&[Day::Tue], &[2], "20:00", "23:00").read().unwrap();
        assert!(patch.hold(at("2026-12-08T20:00:00Z")) && !patch.hold(at("2026-12-01T20:00:00Z")));
        assert_eq!(
            patch.next_change(at("2026-12-09T00:00:00Z")),
            Some(at("2027-01-12T19:00:00Z"))
        );
        let last = weekly(&[Day::Sun], &[-1], "01:00", "05:00").read().unwrap();
        assert!(last.hold(at("2026-11-29T02:00:00Z")) && !last.hold(at("2026-11-22T02:00:00Z")));
    }

    #[test]
    fn what_is_no_time_or_zone_is_named() {
        let field = |change: fn(&mut Weekly)| {
            let mut asked = weekly(&[], &[], "01:00", "02:00");
            change(&mut asked);
            asked.read().unwrap_err().0
        };
        assert_eq!(field(|asked| asked.from = "1:00".into()), "from");
        assert_eq!(field(|asked| asked.from = "24:00".into()), "from");
        assert_eq!(field(|asked| asked.to = "25:00".into()), "to");
        assert_eq!(field(|asked| asked.time_zone = "Berlin".into()), "time_zone");
        assert_eq!(field(|asked| asked.weeks = vec![6]), "weeks");
    }
}
