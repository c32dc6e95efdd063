//! Expressions of companies' own, in CEL (the Common Expression Language, cel.dev): what one may hold, so that whatever it
//! is, it costs little. CEL ends always, but the library knows no budget.

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::parser::{ParseError, PrattParser};

/// Parts of an expression.
const PARTS: usize = 256;
/// How deep they may be nested: evaluation takes stack for each level.
const DEPTH: usize = 32;
/// How often `map`, `filter`, `all` and `exists` may stand in it; never within each other.
const LOOPS: usize = 3;
/// How often `+` may stand within one of them: each can make a text longer.
const SUMS: usize = 4;
/// Bytes of a pattern.
const PATTERN: usize = 128;
/// What may be called, besides operators.
const FUNCTIONS: [&str; 12] = [
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "string",
    "int",
    "uint",
    "double",
    "bool",
    "dyn",
    "type",
];

/// An expression that may be used.
#[derive(Debug)]
pub struct Read {
    /// What was read.
    pub expression: IdedExpr,
    /// How often `map`, `filter`, `all` and `exists` stand in it.
    pub loops: usize,
}

/// Reads an expression that may speak of these, and be used.
///
/// # Errors
/// Why not, as what follows the field's name.
pub fn expression(text: &str, sees: &[&str]) -> Result<Read, String> {
    let parser = PrattParser::default()
        .max_recursion_depth(DEPTH as u16)
        // What is wrong first is told; what follows from it is not looked for.
        .error_recovery_limit(1)
        .max_expression_node_count(PARTS * 4);
    let parsed = parser.parse(text).map_err(|errors| {
        let placed = errors.errors.iter().find(|error| error.pos.0 > 0);
        match (placed, errors.errors.first()) {
            (
                Some(ParseError {
                    pos: (line, place),
                    msg,
                    ..
                }),
                _,
            ) => {
                format!("is no CEL, at line {line}, character {place}: {msg}")
            }
            (None, first) => format!("is no CEL: {}", first.map_or("it cannot be read", |first| &first.msg)),
        }
    })?;
    let mut walk = Walk {
        seen: sees.iter().map(|name| (*name).to_owned()).collect(),
        known: sees.join(" and "),
        ..Walk::default()
    };
    walk.step(&parsed, 0)?;
    Ok(Read {
        expression: parsed,
        loops: walk.loops,
    })
}

#[derive(Default)]
struct Walk {
    /// What it may speak of where it is.
    seen: Vec<String>,
    known: String,
    parts: usize,
    loops: usize,
    is_in_loop: bool,
    sums: usize,
}

impl Walk {
    fn step(&mut self, part: &IdedExpr, depth: usize) -> Result<(), String> {
        self.parts += 1;
        if self.parts > PARTS || depth > DEPTH {
            return Err(format!("is too long: at most {PARTS} parts, {DEPTH} levels deep"));
        }
        let depth = depth + 1;
        match &part.expr {
            Expr::Unspecified => Err("is no CEL".to_owned()),
            Expr::Literal(_) => Ok(()),
            Expr::Ident(name) => match self.seen.iter().any(|seen| seen == name) {
                true => Ok(()),
                false => Err(format!("speaks of {name:?}; there is {}", self.known)),
            },
            Expr::Select(select) => self.step(&select.operand, depth),
            Expr::List(list) => list.elements.iter().try_for_each(|one| self.step(one, depth)),
            Expr::Map(map) => map.entries.iter().try_for_each(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => {
                    self.step(&entry.key, depth)?;
                    self.step(&entry.value, depth)
                }
                EntryExpr::StructField(field) => self.step(&field.value, depth),
            }),
            Expr::Struct(made) => Err(format!("makes a {}, which there is not", made.type_name)),
            Expr::Call(call) => {
                let arguments: Vec<&IdedExpr> = call.target.as_deref().into_iter().chain(&call.args).collect();
                self.may_call(&call.func_name, &arguments)?;
                arguments.into_iter().try_for_each(|one| self.step(one, depth))
            }
            Expr::Comprehension(repeated) => {
                self.loops += 1;
                if self.is_in_loop || self.loops > LOOPS {
                    let rule = "must have map, filter, all and exists";
                    return Err(format!("{rule} at most {LOOPS} times, and never within each other"));
                }
                self.step(&repeated.iter_range, depth)?;
                self.step(&repeated.accu_init, depth)?;
                let before = self.seen.len();
                self.seen.push(repeated.accu_var.clone());
                self.seen.push(repeated.iter_var.clone());
                self.seen.extend(repeated.iter_var2.clone());
                self.is_in_loop = true;
                let steps = [&repeated.loop_cond, &repeated.loop_step, &repeated.result];
                let walked = steps.into_iter().try_for_each(|one| self.step(one, depth));
                self.is_in_loop = false;
                self.seen.truncate(before);
                walked
            }
        }
    }

    fn may_call(&mut self, name: &str, arguments: &[&IdedExpr]) -> Result<(), String> {
        let is_operator = name.starts_with('@') || name.bytes().all(|byte| !byte.is_ascii_alphanumeric());
        if !is_operator && !FUNCTIONS.contains(&name) {
            return Err(format!("calls {name:?}; there are {}", FUNCTIONS.join(", ")));
        }
        if name == operators::ADD && self.is_in_loop {
            self.sums += 1;
            if self.sums > SUMS {
                return Err(format!("adds more than {SUMS} times within map, filter, all or exists"));
            }
        }
        let compares = [operators::EQUALS, operators::NOT_EQUALS, operators::IN].contains(&name);
        if compares && self.is_in_loop && !arguments.iter().any(|argument| is_written_out(argument)) {
            return Err("compares within map, filter, all or exists with what is not written out".to_owned());
        }
        if name == "matches" {
            let is_short = arguments.last().is_some_and(|pattern| match &pattern.expr {
                Expr::Literal(LiteralValue::String(text)) => text.inner().len() <= PATTERN,
                _ => false,
            });
            if !is_short || self.is_in_loop {
                return Err(format!(
                    "must match a pattern that is written out, of at most {PATTERN} bytes, and not within map, filter, all or exists"
                ));
            }
        }
        Ok(())
    }
}

/// Whether it is a literal, or a list of some: what is compared with it is compared at once.
fn is_written_out(part: &IdedExpr) -> bool {
    match &part.expr {
        Expr::Literal(_) => true,
        Expr::List(list) => list.elements.iter().all(is_written_out),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        expression(text, &["body", "alert"]).map(drop).unwrap_err()
    }

    #[test]
    fn what_is_usual_may_be_said() {
        for text in [
            "body.host",
            "has(alert.name) ? alert.name : 'unnamed'",
            "body.alerts.filter(one, one.state != 'info')",
            "body.tags.exists(tag, tag.startsWith('env:'))",
            "body.alerts.map(one, one.a + '/' + one.b)",
            "alert.labels.severity.matches('^P[12]$') ? 'critical' : 'low'",
            "{'env': body.env, 'team': string(alert.team)}",
            "'x' + string(body.no) + (body.up ? '' : 'down')",
            "!alert.up && -alert.n < 3 && alert.kind in ['a', 'b']",
        ] {
            assert!(expression(text, &["body", "alert"]).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, place) in [
            ("body.host ==", "line 1, character 13"),
            ("body.host = 'x'", "line 1, character 11"),
            ("body.up &&\n(alert.n > 3", "line 2, character 13"),
            ("body.host 'x'", "line 1, character 11"),
        ] {
            let said = refused(text);
            assert!(said.starts_with(&format!("is no CEL, at {place}: ")), "{text}: {said}");
            assert!(!said.contains("recovery"), "{text}: {said}");
        }
    }

    #[test]
    fn what_costs_too_much_or_is_not_there_is_refused_with_what_there_is() {
        let long = format!("body{}", ".a".repeat(60));
        let sums = format!("body.l.map(one, one{})", " + one".repeat(9));
        let loops = ["size(body.l.map(one, one))"; 4].join(" + ");
        let parts = ["1"; 300].join(",");
        for (text, says) in [
            ("", "no CEL"),
            ("body.", "no CEL"),
            ("host", "there is body and alert"),
            ("now()", "there are size"),
            ("body.starts_with('x')", "there are size"),
            ("_body('x')", "there are size"),
            ("Alert{a: 1}", "which there is not"),
            (&*long, "levels deep"),
            (&*format!("[{parts}]"), "is too long"),
            ("body.l.map(a, body.l.map(b, b))", "never within each other"),
            (&*loops, "at most 3 times"),
            (&*sums, "adds more than"),
            ("body.a.matches(body.b)", "written out"),
            ("body.l.exists(one, one.matches('a'))", "not within"),
            ("body.l.map(one, two)", "there is body"),
            ("body.l.all(one, body.p == body.q)", "what is not written out"),
            ("body.l.exists(one, one in body.l)", "what is not written out"),
        ] {
            let said = refused(text);
            assert!(said.contains(says), "{text}: {said}");
        }
        for deep in [
            "(".repeat(500),
            "[".repeat(500),
            "-".repeat(900),
            "!".repeat(900),
            "a?".repeat(400),
        ] {
            assert!(!refused(&deep).is_empty());
        }
    }
}
