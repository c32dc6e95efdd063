//! What a company's incidents came to in a period: counters, and the figures that follow from them. Measured, or
//! nothing where there was nothing to measure.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// Counters are kept for each hour.
const HOUR_MS: i64 = 3_600_000;

/// Sums over the incidents that were opened in a period. One that was merged into another counts in that one alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rollup {
    /// Incidents.
    pub incidents: u64,
    /// Alerts that are in them.
    pub alerts: u64,
    /// Those that somebody took notice of.
    pub acknowledged: u64,
    /// From their beginnings to that, in milliseconds.
    pub acknowledge_ms: u64,
    /// Those that are over.
    pub resolved: u64,
    /// From their beginnings to their ends, in milliseconds.
    pub resolve_ms: u64,
    /// Those that a run of ours ended, with no act of a person.
    pub healed: u64,
}

impl Rollup {
    /// The counters' names, in which stores keep them.
    pub const COUNTERS: [&str; 7] = [
        "incidents",
        "alerts",
        "acknowledged",
        "acknowledge_ms",
        "resolved",
        "resolve_ms",
        "healed",
    ];

    /// The counters in the order of their names.
    pub fn counts(&self) -> [u64; 7] {
        [
            self.incidents,
            self.alerts,
            self.acknowledged,
            self.acknowledge_ms,
            self.resolved,
            self.resolve_ms,
            self.healed,
        ]
    }

    /// Of counters in the order of their names.
    pub fn of_counts(counts: [u64; 7]) -> Self {
        let [
            incidents,
            alerts,
            acknowledged,
            acknowledge_ms,
            resolved,
            resolve_ms,
            healed,
        ] = counts;
        Self {
            incidents,
            alerts,
            acknowledged,
            acknowledge_ms,
            resolved,
            resolve_ms,
            healed,
        }
    }
}

impl AddAssign for Rollup {
    fn add_assign(&mut self, other: Self) {
        let mut sums = self.counts();
        for (sum, count) in sums.iter_mut().zip(other.counts()) {
            *sum = sum.saturating_add(count);
        }
        *self = Self::of_counts(sums);
    }
}

/// In what steps a period is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = KpiStep)]
pub enum Step {
    /// Whole hours.
    Hour,
    /// Whole days, in UTC.
    #[default]
    Day,
}

impl Step {
    /// How long one is, in milliseconds.
    pub fn millis(self) -> i64 {
        match self {
            Self::Hour => HOUR_MS,
            Self::Day => 24 * HOUR_MS,
        }
    }

    /// The beginning of the one that a moment is in.
    pub fn begin_of(self, at: Timestamp) -> Timestamp {
        Timestamp::from_millis(at.as_millis() - at.as_millis() % self.millis())
    }
}

/// The beginning of the hour that a moment is in.
pub fn hour_of(at: Timestamp) -> Timestamp {
    Step::Hour.begin_of(at)
}

/// Figures to one decimal; nothing where nothing was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Kpis {
    /// (1 − incidents/alerts)·100, over alerts that are in incidents; null where there were none.
    pub noise_reduction_pct: Option<f64>,
    /// From an incident's beginning to the first notice that somebody took of it, on average; null where nobody did.
    pub mtta_minutes: Option<f64>,
    /// From an incident's beginning to its end, on average; null where none ended.
    pub mttr_minutes: Option<f64>,
    /// How many of those that ended were ended by a run, with no act of a person; null where none ended.
    pub self_healed_pct: Option<f64>,
}

impl From<&Rollup> for Kpis {
    fn from(sums: &Rollup) -> Self {
        Self {
            noise_reduction_pct: noise_reduction_pct(sums.alerts, sums.incidents),
            mtta_minutes: minutes(sums.acknowledge_ms, sums.acknowledged),
            mttr_minutes: minutes(sums.resolve_ms, sums.resolved),
            self_healed_pct: share(sums.healed, sums.resolved).map(|share| to_one_decimal(share * 100.0)),
        }
    }
}

/// (1 − incidents/alerts)·100, to one decimal; nothing where nothing came.
pub fn noise_reduction_pct(alerts: u64, incidents: u64) -> Option<f64> {
    share(incidents, alerts).map(|kept| to_one_decimal((1.0 - kept) * 100.0))
}

/// A mean of milliseconds, in minutes.
fn minutes(sum_ms: u64, count: u64) -> Option<f64> {
    share(sum_ms, count).map(|mean| to_one_decimal(mean / 60_000.0))
}

#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

fn to_one_decimal(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// What a change has brought: positive is better. Nothing where there was nothing before, or nothing after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Impact {
    /// ((before − after)/before)·100 of `mttr_minutes`; null also where it was 0 before.
    pub mttr_improvement_pct: Option<f64>,
    /// The same of `mtta_minutes`.
    pub mtta_improvement_pct: Option<f64>,
    /// after − before of `noise_reduction_pct`, in points.
    pub noise_reduction_improvement_points: Option<f64>,
    /// after − before of `self_healed_pct`, in points.
    pub self_healed_improvement_points: Option<f64>,
}

/// What has become of the figures.
pub fn impact(before: &Kpis, after: &Kpis) -> Impact {
    Impact {
        mttr_improvement_pct: shorter(before.mttr_minutes, after.mttr_minutes),
        mtta_improvement_pct: shorter(before.mtta_minutes, after.mtta_minutes),
        noise_reduction_improvement_points: more(before.noise_reduction_pct, after.noise_reduction_pct),
        self_healed_improvement_points: more(before.self_healed_pct, after.self_healed_pct),
    }
}

fn shorter(before: Option<f64>, after: Option<f64>) -> Option<f64> {
    let (before, after) = (before.filter(|before| *before > 0.0)?, after?);
    Some(to_one_decimal((before - after) / before * 100.0))
}

fn more(before: Option<f64>, after: Option<f64>) -> Option<f64> {
    Some(to_one_decimal(after? - before?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_counters() {
        let sums = Rollup {
            incidents: 3,
            alerts: 9,
            acknowledged: 2,
            acknowledge_ms: 90_000,
            resolved: 3,
            resolve_ms: 3 * 754_000,
            healed: 1,
        };
        let expected = Kpis {
            noise_reduction_pct: Some(66.7),
            mtta_minutes: Some(0.8),
            mttr_minutes: Some(12.6),
            self_healed_pct: Some(33.3),
        };
        assert_eq!(Kpis::from(&sums), expected);
        assert_eq!(Rollup::of_counts(sums.counts()), sums);
    }

    #[test]
    fn nothing_is_said_of_what_was_not_measured() {
        assert_eq!(Kpis::from(&Rollup::default()), Kpis::default());
        let open = Rollup {
            incidents: 1,
            alerts: 1,
            ..Rollup::default()
        };
        let expected = Kpis {
            noise_reduction_pct: Some(0.0),
            ..Kpis::default()
        };
        assert_eq!(Kpis::from(&open), expected);
    }

    #[test]
    fn an_impact_needs_a_before_and_an_after() {
        let of = |mttr: Option<f64>, healed: Option<f64>| Kpis {
            mttr_minutes: mttr,
            self_healed_pct: healed,
            ..Kpis::default()
        };
        let change = impact(&of(Some(12.5), Some(10.0)), &of(Some(10.0), Some(25.5)));
        assert_eq!(change.mttr_improvement_pct, Some(20.0));
        assert_eq!(change.self_healed_improvement_points, Some(15.5));
        assert_eq!(change.noise_reduction_improvement_points, None);
        let worse = impact(&of(Some(10.0), None), &of(Some(12.5), Some(1.0)));
        assert_eq!(worse.mttr_improvement_pct, Some(-25.0));
        assert_eq!(worse.self_healed_improvement_points, None);
        for (before, after) in [(None, Some(1.0)), (Some(0.0), Some(1.0)), (Some(1.0), None)] {
            assert_eq!(impact(&of(before, None), &of(after, None)), Impact::default());
        }
    }

    #[test]
    fn days_are_utcs() {
        let day = 86_400_000;
        for at in [day, day + 1, 2 * day - 1] {
            let begun = Step::Day.begin_of(Timestamp::from_millis(at));
            assert_eq!(begun, Timestamp::from_millis(day), "{at}");
        }
    }

    #[test]
    fn sums_are_counted_together() {
        let mut sums = Rollup::of_counts([1, 2, 3, 4, 5, 6, 7]);
        sums += Rollup::of_counts([10, 20, 30, 40, 50, 60, u64::MAX]);
        assert_eq!(sums, Rollup::of_counts([11, 22, 33, 44, 55, 66, u64::MAX]));
    }

    #[test]
    fn hours_are_whole() {
        let at = Timestamp::from_millis;
        assert_eq!(
            [0, 3_599_999, 3_600_000].map(|ms| hour_of(at(ms)).as_millis()),
            [0, 0, 3_600_000]
        );
    }
}
