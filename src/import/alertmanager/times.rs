//! Times of Alertmanager's, as far as they are times of a week.

use actors::domain::schedule::{Day, Weekly};
use serde::Deserialize;

const DAYS: [(&str, Day); 7] = [
    ("monday", Day::Mon),
    ("tuesday", Day::Tue),
    ("wednesday", Day::Wed),
    ("thursday", Day::Thu),
    ("friday", Day::Fri),
    ("saturday", Day::Sat),
    ("sunday", Day::Sun),
];

#[derive(Deserialize)]
pub(super) struct Interval {
    pub(super) name: String,
    #[serde(default)]
    time_intervals: Vec<Spec>,
}

#[derive(Deserialize)]
struct Spec {
    #[serde(default)]
    times: Vec<Range>,
    #[serde(default)]
    weekdays: Vec<String>,
    #[serde(default)]
    days_of_month: Vec<String>,
    #[serde(default)]
    months: Vec<String>,
    #[serde(default)]
    years: Vec<String>,
    #[serde(default)]
    location: Option<String>,
}

#[derive(Clone, Deserialize)]
struct Range {
    start_time: String,
    end_time: String,
}

impl Interval {
    /// The same as times of a week.
    pub(super) fn weekly(&self) -> Result<Vec<Weekly>, String> {
        let mut all = Vec::new();
        for spec in &self.time_intervals {
            if !(spec.days_of_month.is_empty() && spec.months.is_empty() && spec.years.is_empty()) {
                return Err("days of a month, months and years have no place here".to_owned());
            }
            let mut days = Vec::new();
            for text in &spec.weekdays {
                days.extend(weekdays(text).ok_or_else(|| format!("{text:?} is no day of the week"))?);
            }
            let whole = Range {
                start_time: "00:00".to_owned(),
                end_time: "24:00".to_owned(),
            };
            let times = match spec.times.is_empty() {
                true => vec![whole],
                false => spec.times.clone(),
            };
            for range in times {
                let weekly = Weekly {
                    days: days.clone(),
                    weeks: Vec::new(),
                    from: range.start_time,
                    to: range.end_time,
                    time_zone: spec.location.clone().unwrap_or_else(|| "UTC".to_owned()),
                };
                weekly.read().map_err(|(field, rule)| format!("{field} {rule}"))?;
                all.push(weekly);
            }
        }
        match all.is_empty() {
            true => Err("it has no times".to_owned()),
            false => Ok(all),
        }
    }
}

/// `monday`, or `monday:friday`.
fn weekdays(text: &str) -> Option<Vec<Day>> {
    let place = |name: &str| DAYS.iter().position(|(day, _)| day.eq_ignore_ascii_case(name.trim()));
    let (from, to) = text.split_once(':').unwrap_or((text, text));
    let (from, to) = (place(from)?, place(to)?);
    (from <= to).then(|| DAYS[from..=to].iter().map(|(_, day)| *day).collect())
}
