//! How the demo goes, shown: a bar on a terminal, plain lines elsewhere, JSON lines where asked for.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::measure::{Figures, percent};
use crate::cli::out;

/// Where progress is shown.
pub(super) enum Board {
    /// A terminal.
    Bar(ProgressBar),
    /// A file or a pipe.
    Lines,
    /// A program.
    Json,
}

impl Board {
    /// A board for what standard error is; the bar is drawn there.
    pub(super) fn new(json: bool, alerts: u64) -> Self {
        if json {
            return Self::Json;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines;
        }
        let bar = ProgressBar::new(alerts);
        if let Ok(style) = ProgressStyle::with_template("{elapsed} {bar:30} {pos}/{len} alerts  {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(250));
        Self::Bar(bar)
    }

    /// How often there is something new to show.
    pub(super) fn interval(&self) -> Duration {
        match self {
            Self::Bar(_) => Duration::from_secs(1),
            Self::Lines | Self::Json => Duration::from_secs(5),
        }
    }

    /// Shows the figures of this moment.
    pub(super) fn show(&self, figures: &Figures) {
        match self {
            Self::Bar(bar) => {
                bar.set_position(figures.sent);
                bar.set_message(format!(
                    "{} accepted, {} incidents, {} decided, noise reduction {}",
                    figures.accepted,
                    figures.incidents,
                    figures.decided,
                    percent(figures.noise_reduction_pct)
                ));
            }
            Self::Lines => out::line(sentence(figures)),
            Self::Json => out::line(json!({ "event": "progress", "figures": figures })),
        }
    }

    /// Shows the last figures, by company.
    pub(super) fn finish(&self, figures: &Figures) {
        match self {
            Self::Json => return out::line(json!({ "event": "done", "figures": figures })),
            Self::Bar(bar) => bar.finish_and_clear(),
            Self::Lines => {}
        }
        out::line(table(figures));
        out::line(sentence(figures));
    }
}

fn sentence(figures: &Figures) -> String {
    let mut text = format!(
        "{} alerts sent, {} accepted, {} incidents, {} decided, noise reduction {}",
        figures.sent,
        figures.accepted,
        figures.incidents,
        figures.decided,
        percent(figures.noise_reduction_pct)
    );
    if figures.failed > 0 {
        text.push_str(&format!(", {} not accepted", figures.failed));
    }
    text
}

fn table(figures: &Figures) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_preset(comfy_table::presets::ASCII_HORIZONTAL_ONLY);
    table.set_header(["company", "alerts", "incidents", "decided", "noise reduction"]);
    for company in &figures.companies {
        table.add_row([
            company.company_id.clone(),
            company.alerts.to_string(),
            company.incidents.to_string(),
            company.decided.to_string(),
            percent(company.noise_reduction_pct),
        ]);
    }
    table
}
