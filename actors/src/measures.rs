//! What the runtime measures, by name. Whoever runs the process installs a recorder; without one these
//! cost next to nothing.

/// Seconds from an alert's acceptance to the commit of its placement.
pub const PLACEMENT_LAG: &str = "alert_whisperer_placement_lag_seconds";
/// Alerts placed in one commit.
pub const PLACEMENT_BATCH: &str = "alert_whisperer_placement_batch_alerts";
/// Alerts with a verdict, by `state`.
pub const PLACEMENTS: &str = "alert_whisperer_placements_total";
/// Decisions stored, by `engine`.
pub const DECISIONS: &str = "alert_whisperer_decisions_total";
/// Seconds that a decision took.
pub const DECISION_SECONDS: &str = "alert_whisperer_decision_seconds";
/// Deliberations with models, by `engine` and `outcome`: `answered`, `failed`.
pub const DELIBERATIONS: &str = "alert_whisperer_model_deliberations_total";
/// Tokens that models have used, by `engine`, as their providers count.
pub const MODEL_TOKENS: &str = "alert_whisperer_model_tokens_total";
/// The same of each company, by `company_id`.
pub const COMPANY_TOKENS: &str = "alert_whisperer_company_model_tokens_total";
/// Decisions that a budget has ended early, by `limit`.
pub const BUDGET_STOPS: &str = "alert_whisperer_budget_stops_total";
/// Runs that have ended, by `status`.
pub const RUNS: &str = "alert_whisperer_runs_total";
/// Times that nobody knew whether a run was sent, and it was looked for.
pub const RUNS_UNCLEAR: &str = "alert_whisperer_runs_unclear_total";
