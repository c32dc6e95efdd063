//! From an intent to an end that is known, or said not to be: a pure function, so that every order of crashes, lost
//! replies and late ones can be tried (`model.rs`).
//!
//! An intent is durable before anything is sent, what it has come to before anybody is told. For commands the service
//! takes no token by which it would know a repeat (`SendCommand` of AWS Systems Manager), so whoever does not know whether
//! something was sent looks for it under the run's name, which every command bears. What was not found for a whole
//! window, which begins when it is looked for and not when it was meant, is sent again only where a second run does no
//! harm; otherwise a person is told that nobody knows. Only a connection that was never opened is tried again without
//! a look: a service that says no is believed once its list says so too.
//!
//! For automations it takes a token (`StartAutomationExecution`): whoever does not know asks again with it, and is
//! answered with the execution that there is. For how long the service knows a token nobody says, so that what was meant
//! long ago is asked for again only where a second run does no harm.

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::domain::Timestamp;
use crate::domain::run::{Ending, Standing};

/// Tries of one run.
pub const TRIES: u32 = 3;

/// What is asked of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    /// Whether a second run does no harm that the first has not done.
    pub idempotent: bool,
    /// Until when a repeat is known by its token; none where the service takes no token.
    pub token: Option<Timestamp>,
    /// How long what was sent may be missing from the service's list.
    pub window: Duration,
    /// How long a run may take.
    pub timeout: Duration,
    /// How long beyond that a service is waited for that goes on saying that it is under way.
    pub grace: Duration,
    /// How long beyond it, or beyond the window, a service is waited for that does not answer.
    pub patience: Duration,
}

/// What the one who runs it has heard.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Heard {
    /// What was to be stored is.
    Stored,
    /// This was found in the store: another process may have done anything with it.
    Found,
    /// It was sent, and has this name.
    Sent(String),
    /// The connection was never opened, or nothing was sent on purpose: that is certain.
    NotOpened(String),
    /// The service has said no, and would say so again.
    Denied(String),
    /// The service has said no, because it has too much to do.
    Refused(String),
    /// It may have been sent.
    Unclear,
    /// These commands bear its name, in the order they were sent.
    Listed(Vec<String>),
    /// It is under way, or not to be seen yet.
    UnderWay,
    /// It has ended: well, or not.
    Over(bool),
    /// The service does not answer.
    Away,
}

/// What the one who runs it does next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Next {
    /// Store this, and then say so.
    Store(Standing),
    /// Send it.
    Send,
    /// Wait so long, then list what bears its name.
    List(Duration),
    /// Wait so long, then look how it is doing.
    Look(Duration),
    /// Nothing: it is over.
    Rest,
}

/// The shortest and the longest wait between two questions.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// A run, and the process that runs it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Running {
    /// Where it stands, as it is stored.
    pub standing: Standing,
    /// Since when this process has looked for what may have been sent: until then it may have been.
    looking_since: Option<Timestamp>,
    /// What the service has said when it said no.
    no: Option<No>,
}

/// A service's no.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct No {
    why: String,
    /// Whether it would say so again.
    for_good: bool,
}

impl Running {
    /// A run as it is stored.
    pub fn of(standing: Standing) -> Self {
        Self {
            standing,
            looking_since: None,
            no: None,
        }
    }

    /// What to do after what was heard.
    pub fn hear(&mut self, heard: Heard, rules: &Rules, now: Timestamp) -> Next {
        match &self.standing {
            Standing::Ended(_) => Next::Rest,
            Standing::Sent {
                command_id,
                since,
                unclear,
                ..
            } => {
                let sent = Sent {
                    command_id,
                    since: *since,
                    unclear: *unclear,
                };
                sent.next(heard, rules, now)
            }
            Standing::Intended { tries, unclear, .. } => {
                let since = *self.looking_since.get_or_insert(now);
                match &heard {
                    Heard::Stored => (self.looking_since, self.no) = (None, None),
                    Heard::Denied(why) | Heard::Refused(why) => {
                        let for_good = matches!(heard, Heard::Denied(_));
                        self.no = Some(No {
                            why: why.clone(),
                            for_good,
                        });
                    }
                    _ => {}
                }
                let intent = Intent {
                    tries: *tries,
                    unclear: *unclear,
                    no: self.no.as_ref(),
                };
                match rules.token {
                    None => intent.next(heard, rules, now.since(since), now),
                    Some(until) => intent.next_with_token(heard, now < until || rules.idempotent, now),
                }
            }
        }
    }
}

struct Intent<'a> {
    tries: u32,
    unclear: bool,
    no: Option<&'a No>,
}

impl Intent<'_> {
    fn next(self, heard: Heard, rules: &Rules, looked: Duration, now: Timestamp) -> Next {
        match heard {
            Heard::Stored => Next::Send,
            Heard::Found | Heard::Denied(_) | Heard::Refused(_) => Next::List(Duration::ZERO),
            Heard::Sent(command_id) => self.adopted(command_id, Vec::new(), now),
            Heard::NotOpened(_) if self.tries < TRIES => self.again(self.unclear),
            Heard::NotOpened(why) => self.not_sent(&why),
            Heard::Listed(found) => self.listed(found, rules, looked, now),
            _ if self.no.is_some_and(|no| no.for_good) => self.said_no(),
            _ if looked >= rules.window + rules.patience => {
                unknown("it may have been sent, and the service does not say")
            }
            _ => Next::List(pause(looked)),
        }
    }

    /// The same where the service knows a repeat by its token; `harmless` is one that begins nothing new, or does no harm
    /// where it does.
    fn next_with_token(self, heard: Heard, harmless: bool, now: Timestamp) -> Next {
        match heard {
            // A repeat is answered with this one: there is no other to look for.
            Heard::Sent(command_id) => Next::Store(Standing::Sent {
                command_id,
                others: Vec::new(),
                since: now,
                unclear: false,
            }),
            Heard::Stored if harmless || !self.unclear => Next::Send,
            Heard::NotOpened(_) if self.tries < TRIES => self.again(self.unclear),
            Heard::NotOpened(why) | Heard::Denied(why) => self.not_sent(&why),
            _ if !harmless => unknown("it may have been started, too long ago to ask for it again by its token"),
            _ if self.tries < TRIES => self.again(true),
            Heard::Refused(why) => unknown(&format!(
                "it may have been started, and the service wants no more: {why}"
            )),
            _ => unknown("it may have been started, and the service does not say"),
        }
    }

    /// These commands bear its name.
    fn listed(self, mut found: Vec<String>, rules: &Rules, looked: Duration, now: Timestamp) -> Next {
        match found.pop() {
            None if self.no.is_some_and(|no| no.for_good) => self.said_no(),
            None if looked < rules.window => Next::List(pause(looked)),
            None if rules.idempotent && self.tries < TRIES => self.again(true),
            None => {
                let no = self.no.map(|no| format!(", and the service has answered: {}", no.why));
                let no = no.unwrap_or_default();
                unknown(&format!("it may have been sent, and is not in the service's list{no}"))
            }
            Some(last) if found.is_empty() || rules.idempotent => self.adopted(last, found, now),
            Some(last) => {
                found.push(last);
                unknown(&format!("several commands bear its name: {}", found.join(", ")))
            }
        }
    }

    fn adopted(&self, command_id: String, others: Vec<String>, since: Timestamp) -> Next {
        Next::Store(Standing::Sent {
            command_id,
            others,
            since,
            unclear: self.unclear,
        })
    }

    fn said_no(self) -> Next {
        let why = self.no.map_or("", |no| &no.why);
        self.not_sent(why)
    }

    /// This try was not carried out; an earlier one may have been.
    fn not_sent(&self, why: &str) -> Next {
        match self.unclear {
            false => ended(Ending::NotSent(why.to_owned())),
            true => unknown(&format!(
                "an earlier try may have been carried out, and the last was not: {why}"
            )),
        }
    }

    fn again(&self, unclear: bool) -> Next {
        Next::Store(Standing::Intended {
            tries: self.tries + 1,
            unclear,
        })
    }
}

struct Sent<'a> {
    command_id: &'a str,
    since: Timestamp,
    unclear: bool,
}

impl Sent<'_> {
    fn next(self, heard: Heard, rules: &Rules, now: Timestamp) -> Next {
        let waited = now.since(self.since);
        match heard {
            // Two commands with one name are told, never hidden.
            Heard::Over(_) if self.unclear => Next::List(Duration::ZERO),
            Heard::Listed(found) => Next::Store(Standing::Sent {
                others: found.into_iter().filter(|found| found != self.command_id).collect(),
                command_id: self.command_id.to_owned(),
                since: self.since,
                unclear: false,
            }),
            Heard::Over(true) => ended(Ending::Succeeded),
            Heard::Over(false) => ended(Ending::Failed),
            Heard::Stored | Heard::Found => Next::Look(Duration::ZERO),
            Heard::UnderWay if waited >= rules.timeout + rules.grace => {
                unknown("it was sent, and the service says that it is under way still, long after its time")
            }
            _ if waited >= rules.timeout + rules.patience => {
                unknown("it was sent, and the service does not say how it ended")
            }
            _ => Next::Look(pause(waited)),
        }
    }
}

/// Longer the longer it takes.
fn pause(waited: Duration) -> Duration {
    (waited / 4).clamp(WAITS.0, WAITS.1)
}

fn ended(ending: Ending) -> Next {
    Next::Store(Standing::Ended(ending))
}

fn unknown(why: &str) -> Next {
    ended(Ending::Unknown(why.to_owned()))
}
