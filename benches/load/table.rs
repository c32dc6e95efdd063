//! The table of figures.

/// What was measured, in the order in which it was.
#[derive(Default)]
pub struct Table(Vec<Row>);

struct Row {
    what: String,
    figure: f64,
    unit: &'static str,
    bound: Option<f64>,
    note: String,
}

impl Table {
    /// A figure that must be at most its bound, where there is one.
    pub fn add(
        &mut self,
        what: impl Into<String>,
        figure: f64,
        unit: &'static str,
        bound: Option<f64>,
        note: impl Into<String>,
    ) {
        let row = Row {
            what: what.into(),
            figure,
            unit,
            bound,
            note: note.into(),
        };
        eprintln!("  {}: {} {unit} {}", row.what, shown(figure), row.note);
        self.0.push(row);
    }

    /// Prints it as Markdown.
    pub fn print(&self) {
        println!("| what | figure | bound | | |\n|---|---|---|---|---|");
        for row in &self.0 {
            let holds = match row.bound {
                Some(bound) if row.figure <= bound => "holds",
                Some(_) => "**does not hold**",
                None => "",
            };
            let bound = row
                .bound
                .map_or(String::new(), |bound| format!("{} {}", shown(bound), row.unit));
            let figure = format!("{} {}", shown(row.figure), row.unit);
            println!("| {} | {figure} | {bound} | {holds} | {} |", row.what, row.note);
        }
    }
}

fn shown(figure: f64) -> String {
    match figure.abs() {
        100.0.. => format!("{figure:.0}"),
        10.0.. => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}
