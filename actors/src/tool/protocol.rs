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
            None if rules.idempotent && self.tries < TRIES => self.again(self.unclear || self.no.is_none()),
            None if self.no.is_some() => self.said_no(),
            None => unknown("it may have been sent, and is not in the service's list"),
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

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules = Rules {
        idempotent: false,
        token: None,
        window: Duration::from_secs(120),
        timeout: Duration::from_secs(300),
        grace: Duration::from_secs(600),
        patience: Duration::from_secs(3600),
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn intended(tries: u32) -> Running {
        Running::of(Standing::Intended { tries, unclear: false })
    }

    fn none() -> Heard {
        Heard::Listed(Vec::new())
    }

    #[test]
    fn what_another_process_may_have_sent_is_looked_for_before_anything_is_sent() {
        assert_eq!(intended(1).hear(Heard::Stored, &RULES, at(0)), Next::Send);
        let mut found = intended(1);
        assert_eq!(found.hear(Heard::Found, &RULES, at(900)), Next::List(Duration::ZERO));
        assert!(matches!(found.hear(none(), &RULES, at(1019)), Next::List(_)));
        assert!(matches!(
            found.hear(none(), &RULES, at(1020)),
            Next::Store(Standing::Ended(Ending::Unknown(_)))
        ));
        let idempotent = Rules {
            idempotent: true,
            ..RULES
        };
        assert_eq!(
            found.hear(none(), &idempotent, at(1020)),
            Next::Store(Standing::Intended {
                tries: 2,
                unclear: true
            })
        );
    }

    #[test]
    fn the_window_begins_when_it_may_have_been_sent_however_long_it_waited_before() {
        let mut slow = intended(1);
        assert_eq!(slow.hear(Heard::Stored, &RULES, at(0)), Next::Send);
        assert!(matches!(slow.hear(Heard::Unclear, &RULES, at(500)), Next::List(_)));
        assert!(matches!(slow.hear(none(), &RULES, at(619)), Next::List(_)));
    }

    #[test]
    fn two_commands_with_one_name_are_told() {
        let two = || Heard::Listed(vec!["a".into(), "b".into()]);
        let Next::Store(Standing::Ended(Ending::Unknown(why))) = intended(1).hear(two(), &RULES, at(1)) else {
            panic!("not told")
        };
        assert_eq!(why, "several commands bear its name: a, b");
        let idempotent = Rules {
            idempotent: true,
            ..RULES
        };
        assert_eq!(
            intended(1).hear(two(), &idempotent, at(1)),
            Next::Store(Standing::Sent {
                command_id: "b".into(),
                others: vec!["a".into()],
                since: at(1),
                unclear: false,
            })
        );
    }

    #[test]
    fn what_comes_to_light_after_another_try_is_told_before_it_ends() {
        let sent = |others: &[&str], unclear| Standing::Sent {
            command_id: "b".into(),
            others: others.iter().map(|&other| other.to_owned()).collect(),
            since: at(0),
            unclear,
        };
        let mut again = Running::of(Standing::Intended {
            tries: 2,
            unclear: true,
        });
        assert_eq!(
            again.hear(Heard::Sent("b".into()), &RULES, at(0)),
            Next::Store(sent(&[], true))
        );
        let mut unclear = Running::of(sent(&[], true));
        assert_eq!(
            unclear.hear(Heard::Over(true), &RULES, at(9)),
            Next::List(Duration::ZERO)
        );
        let both = Heard::Listed(vec!["a".into(), "b".into()]);
        assert_eq!(unclear.hear(both, &RULES, at(9)), Next::Store(sent(&["a"], false)));
        let mut told = Running::of(sent(&["a"], false));
        assert_eq!(
            told.hear(Heard::Over(true), &RULES, at(9)),
            Next::Store(Standing::Ended(Ending::Succeeded))
        );
    }

    #[test]
    fn nothing_is_waited_for_without_end() {
        let sent = Running::of(Standing::Sent {
            command_id: "a".into(),
            others: vec![],
            since: at(0),
            unclear: false,
        });
        let mut looking = intended(1);
        looking.hear(Heard::Found, &RULES, at(0));
        let ends = [
            (&looking, Heard::Away, 120 + 3600),
            (&looking, Heard::UnderWay, 120 + 3600),
            (&sent, Heard::Away, 300 + 3600),
            (&sent, Heard::UnderWay, 300 + 600),
        ];
        for (running, heard, end) in ends {
            assert!(matches!(
                running.clone().hear(heard.clone(), &RULES, at(end - 1)),
                Next::List(_) | Next::Look(_)
            ));
            assert!(matches!(
                running.clone().hear(heard, &RULES, at(end)),
                Next::Store(Standing::Ended(Ending::Unknown(_)))
            ));
        }
        let waits: Vec<Duration> = [0, 8, 60, 4000]
            .map(|seconds| pause(Duration::from_secs(seconds)))
            .into();
        assert_eq!(waits, [1, 2, 15, 30].map(Duration::from_secs));
    }

    #[test]
    fn what_is_certainly_not_sent_is_tried_three_times() {
        let unopened = || Heard::NotOpened("no connection".into());
        assert_eq!(
            intended(2).hear(unopened(), &RULES, at(5)),
            Next::Store(Standing::Intended {
                tries: 3,
                unclear: false
            })
        );
        assert_eq!(
            intended(3).hear(unopened(), &RULES, at(5)),
            Next::Store(Standing::Ended(Ending::NotSent("no connection".into())))
        );
    }

    #[test]
    fn a_no_is_believed_once_the_list_says_so_too() {
        let not_sent = Next::Store(Standing::Ended(Ending::NotSent("no".into())));
        let idempotent = Rules {
            idempotent: true,
            ..RULES
        };
        for rules in [RULES, idempotent] {
            let mut denied = intended(1);
            assert_eq!(
                denied.hear(Heard::Denied("no".into()), &rules, at(0)),
                Next::List(Duration::ZERO)
            );
            assert_eq!(denied.clone().hear(none(), &rules, at(0)), not_sent);
            assert_eq!(denied.clone().hear(Heard::Away, &rules, at(0)), not_sent);
            let found = Heard::Listed(vec!["a".into()]);
            assert!(matches!(
                denied.hear(found, &rules, at(0)),
                Next::Store(Standing::Sent { .. })
            ));
        }
        let refused = |rules: &Rules, after: i64| {
            let mut refused = intended(1);
            refused.hear(Heard::Refused("no".into()), rules, at(0));
            refused.hear(none(), rules, at(after))
        };
        assert!(matches!(refused(&RULES, 119), Next::List(_)));
        assert_eq!(refused(&RULES, 120), not_sent);
        assert_eq!(
            refused(&idempotent, 120),
            Next::Store(Standing::Intended {
                tries: 2,
                unclear: false
            })
        );
    }

    fn with_token() -> Rules {
        Rules {
            token: Some(at(3600)),
            ..RULES
        }
    }

    fn once_more(tries: u32) -> Next {
        Next::Store(Standing::Intended { tries, unclear: true })
    }

    fn is_unknown(next: &Next) -> bool {
        matches!(next, Next::Store(Standing::Ended(Ending::Unknown(_))))
    }

    #[test]
    fn with_a_token_whoever_does_not_know_asks_again() {
        let rules = with_token();
        assert_eq!(intended(1).hear(Heard::Stored, &rules, at(0)), Next::Send);
        for heard in [Heard::Unclear, Heard::Found, Heard::Refused("too much".into())] {
            assert_eq!(intended(1).hear(heard.clone(), &rules, at(5)), once_more(2));
            assert!(is_unknown(&intended(TRIES).hear(heard, &rules, at(5))));
        }
        let mut again = Running::of(Standing::Intended {
            tries: 2,
            unclear: true,
        });
        assert_eq!(again.hear(Heard::Stored, &rules, at(5)), Next::Send);
        let sent = Standing::Sent {
            command_id: "a".into(),
            others: vec![],
            since: at(6),
            unclear: false,
        };
        assert_eq!(again.hear(Heard::Sent("a".into()), &rules, at(6)), Next::Store(sent));
        assert!(is_unknown(&again.hear(Heard::Denied("no".into()), &rules, at(6))));
        assert_eq!(again.hear(Heard::NotOpened("no".into()), &rules, at(6)), once_more(3));
        for no in [Heard::Denied("no".into()), Heard::NotOpened("no".into())] {
            let tries = if no == Heard::Denied("no".into()) { 1 } else { TRIES };
            assert_eq!(
                intended(tries).hear(no, &rules, at(6)),
                Next::Store(Standing::Ended(Ending::NotSent("no".into())))
            );
        }
    }

    #[test]
    fn a_token_that_may_be_forgotten_is_not_asked_with() {
        let rules = with_token();
        let unclear = Running::of(Standing::Intended {
            tries: 2,
            unclear: true,
        });
        for (mut running, heard) in [
            (intended(1), Heard::Found),
            (intended(1), Heard::Unclear),
            (unclear, Heard::Stored),
        ] {
            assert!(!is_unknown(&running.clone().hear(heard.clone(), &rules, at(3599))));
            assert!(is_unknown(&running.clone().hear(heard.clone(), &rules, at(3600))));
            let idempotent = Rules {
                idempotent: true,
                ..rules
            };
            assert!(!is_unknown(&running.hear(heard, &idempotent, at(9000))));
        }
        // What was never sent may be, whenever its turn comes.
        assert_eq!(intended(1).hear(Heard::Stored, &rules, at(9000)), Next::Send);
    }
}
