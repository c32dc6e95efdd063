//! The protocol against everything that may happen to it: a process that dies at any step, a reply that is lost, a
//! request that arrives late, a service that does not list at once what it has carried out, or that knows repeats by
//! their token and forgets it some time.

use std::time::Duration;

use stateright::{Checker, Model, Property};

use super::{Heard, Next, Rules, Running};
use crate::domain::Timestamp;
use crate::domain::run::{Ending, Standing};

/// A tick of the model's clock.
const TICK: i64 = 60_000;
/// How long what was carried out may be missing from the list, in ticks. The window is longer.
const LAG: u8 = 1;
const LAST_TICK: u8 = 12;

/// Until when repeats are asked for by their token, and when the service forgets it. Between the two lies more than a
/// request may be late.
const TOKEN: (u8, u8) = (5, 9);
/// How late a request with a token may be, in ticks: in the process, and on its way.
const LATE: u8 = 1;

const RULES: Rules = Rules {
    idempotent: false,
    token: None,
    window: Duration::from_secs(120),
    timeout: Duration::from_secs(120),
    grace: Duration::from_secs(120),
    patience: Duration::from_secs(240),
};

/// One world of a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    now: u8,
    stored: Standing,
    /// What the process knows; of no use while there is none.
    running: Running,
    /// What the process is about to do; none while there is no process.
    doing: Option<Next>,
    /// When each command was carried out.
    carried_out: Vec<u8>,
    /// Requests on their way.
    late: u8,
    /// Until when, with a token, the one that is about to be sent is sent, and the one that is on its way arrives.
    hurries: Option<u8>,
    /// What may still go wrong.
    crashes: u8,
    losses: u8,
    delays: u8,
    refusals: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// The next thing goes well.
    Well,
    /// It is carried out, and nobody hears of it.
    LoseReply,
    /// It arrives some time later; nobody hears of it.
    Delay,
    /// No connection is opened.
    Refuse,
    /// The service says no, whether it would say so again or not.
    SayNo { for_good: bool },
    /// The run has ended, well or not.
    End(bool),
    /// The process ends: before the next thing, or, where it is stored, behind it.
    Crash { stored: bool },
    /// Another begins.
    Restart,
    /// What was on its way arrives.
    Arrive,
    /// Time passes.
    Tick,
}

struct Runs {
    rules: Rules,
}

impl World {
    fn at(&self) -> Timestamp {
        Timestamp::from_millis(i64::from(self.now) * TICK)
    }

    fn hear(&mut self, heard: Heard, rules: &Rules) {
        if matches!(heard, Heard::Found) {
            self.running = Running::of(self.stored.clone());
        }
        self.running.standing = self.stored.clone();
        let now = self.at();
        let next = self.running.hear(heard, rules, now);
        if rules.token.is_some() && next == Next::Send {
            self.hurries = Some(self.now + LATE);
        }
        self.doing = Some(next);
    }

    /// Carries it out, unless its token says that it is a repeat.
    fn carry_out(&mut self, rules: &Rules) -> String {
        let is_known = rules.token.is_some() && self.now < TOKEN.1;
        if !is_known || self.carried_out.is_empty() {
            self.carried_out.push(self.now);
        }
        format!("cmd-{}", self.carried_out.len())
    }

    /// Whether time may pass.
    fn has_time(&self) -> bool {
        let is_late = self.late > 0 || self.doing == Some(Next::Send);
        !is_late || self.hurries.is_none_or(|until| self.now < until)
    }

    fn ending(&self) -> Option<&Ending> {
        match &self.stored {
            Standing::Ended(ending) => Some(ending),
            _ => None,
        }
    }

    /// What the service lists.
    fn listed(&self) -> Vec<String> {
        let is_listed = |(_, at): &(usize, &u8)| self.now >= **at + LAG;
        let all = self.carried_out.iter().enumerate().filter(is_listed);
        all.map(|(place, _)| format!("cmd-{}", place + 1)).collect()
    }
}

impl Model for Runs {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        let stored = Standing::Intended {
            tries: 1,
            unclear: false,
        };
        let world = World {
            now: 0,
            running: Running::of(stored.clone()),
            stored,
            doing: Some(Next::Send),
            carried_out: Vec::new(),
            late: 0,
            hurries: self.rules.token.map(|_| LATE),
            crashes: 2,
            losses: 1,
            delays: 1,
            refusals: 3,
        };
        vec![world]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        match &world.doing {
            None => steps.push(Step::Restart),
            Some(doing) => {
                if *doing != Next::Rest {
                    steps.push(Step::Well);
                }
                if matches!(doing, Next::Look(_)) {
                    steps.extend([Step::End(true), Step::End(false)]);
                }
                if *doing == Next::Send {
                    steps.extend((world.losses > 0).then_some(Step::LoseReply));
                    steps.extend((world.delays > 0).then_some(Step::Delay));
                    if world.refusals > 0 {
                        steps.push(Step::Refuse);
                        steps.extend([true, false].map(|for_good| Step::SayNo { for_good }));
                    }
                }
                if world.crashes > 0 {
                    steps.push(Step::Crash { stored: false });
                    if matches!(doing, Next::Store(_)) {
                        steps.push(Step::Crash { stored: true });
                    }
                }
            }
        }
        if world.late > 0 {
            steps.push(Step::Arrive);
        }
        if world.now < LAST_TICK && world.has_time() {
            steps.push(Step::Tick);
        }
    }

    fn next_state(&self, before: &World, step: Step) -> Option<World> {
        let mut world = before.clone();
        let rules = &self.rules;
        match (step, before.doing.clone()) {
            (Step::Tick, _) => world.now += 1,
            (Step::Arrive, _) => {
                world.late -= 1;
                world.carry_out(rules);
            }
            (Step::Restart, _) => world.hear(Heard::Found, rules),
            (Step::Crash { stored }, doing) => {
                world.crashes -= 1;
                world.doing = None;
                world.running = Running::of(world.stored.clone());
                if let (true, Some(Next::Store(standing))) = (stored, doing) {
                    world.stored = standing;
                }
            }
            (Step::Well, Some(Next::Store(standing))) => {
                world.stored = standing;
                world.hear(Heard::Stored, rules);
            }
            (Step::Well, Some(Next::Send)) => {
                let name = world.carry_out(rules);
                world.hear(Heard::Sent(name), rules);
            }
            (Step::Well, Some(Next::List(_))) => world.hear(Heard::Listed(before.listed()), rules),
            (Step::Well, Some(Next::Look(_))) => world.hear(Heard::UnderWay, rules),
            (Step::End(well), _) => world.hear(Heard::Over(well), rules),
            (Step::LoseReply, _) => {
                world.losses -= 1;
                world.carry_out(rules);
                world.hear(Heard::Unclear, rules);
            }
            (Step::Delay, _) => {
                world.delays -= 1;
                world.late += 1;
                world.hurries = rules.token.map(|_| world.now + LATE);
                world.hear(Heard::Unclear, rules);
            }
            (Step::Refuse, _) => {
                world.refusals -= 1;
                world.hear(Heard::NotOpened("no connection".into()), rules);
            }
            (Step::SayNo { for_good }, _) => {
                world.refusals -= 1;
                let no = match for_good {
                    true => Heard::Denied("denied".into()),
                    false => Heard::Refused("too much to do".into()),
                };
                world.hear(no, rules);
            }
            (Step::Well, _) => return None,
        }
        (world != *before).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always("a success was carried out", |_, world: &World| {
                world.ending() != Some(&Ending::Succeeded) || !world.carried_out.is_empty()
            }),
            Property::always("what was not sent is not carried out", |_, world: &World| {
                !matches!(world.ending(), Some(Ending::NotSent(_))) || world.carried_out.is_empty() && world.late == 0
            }),
            Property::always("no more is carried out than was tried", |_, world: &World| {
                world.carried_out.len() + usize::from(world.late) <= super::TRIES as usize
            }),
            Property::always(
                "what the service lists within the window is found",
                |_, world: &World| {
                    let is_missed = matches!(world.ending(), Some(Ending::Unknown(why)) if why.contains("not in the service's list"));
                    !is_missed || world.carried_out.is_empty() || world.delays == 0
                },
            ),
            Property::sometimes("it ends well", |_, world: &World| {
                world.ending() == Some(&Ending::Succeeded)
            }),
            Property::sometimes("it ends well after a crash", |_, world: &World| {
                world.ending() == Some(&Ending::Succeeded) && world.crashes == 0 && world.losses == 0
            }),
            Property::sometimes("nobody knows", |_, world: &World| {
                matches!(world.ending(), Some(Ending::Unknown(_)))
            }),
            Property::sometimes("it is not sent", |_, world: &World| {
                matches!(world.ending(), Some(Ending::NotSent(_)))
            }),
        ];
        if self.rules.token.is_some() {
            properties.push(Property::always("nothing is listed", |_, world: &World| {
                !matches!(world.doing, Some(Next::List(_)))
            }));
            properties.push(Property::sometimes(
                "it ends well after it was asked for again",
                |_, world: &World| world.ending() == Some(&Ending::Succeeded) && world.losses + world.delays == 0,
            ));
        }
        if self.rules.token.is_some() && !self.rules.idempotent {
            properties.push(Property::always(
                "by its token it is carried out once at most",
                |_, world: &World| world.carried_out.len() <= 1,
            ));
        } else if !self.rules.idempotent {
            properties.push(Property::always(
                "it is carried out once at most",
                |_, world: &World| world.carried_out.len() + usize::from(world.late) <= 1,
            ));
        } else {
            properties.push(Property::sometimes("it is sent again", |_, world: &World| {
                world.carried_out.len() == 2
            }));
        }
        properties
    }
}

fn with_token(until: u8) -> Rules {
    Rules {
        token: Some(Timestamp::from_millis(i64::from(until) * TICK)),
        ..RULES
    }
}

fn check(rules: Rules) {
    let runs = Runs { rules };
    let checked = runs.checker().threads(2).spawn_bfs().join();
    checked.assert_properties();
    assert!(checked.unique_state_count() > 1_000, "{}", checked.unique_state_count());
}

#[test]
fn whatever_happens_what_does_harm_twice_is_carried_out_once_at_most() {
    check(RULES);
}

#[test]
fn what_does_no_harm_twice_is_tried_again_and_never_told_wrongly() {
    check(Rules {
        idempotent: true,
        ..RULES
    });
}

#[test]
fn with_a_token_it_is_carried_out_once_at_most_whatever_happens() {
    check(with_token(TOKEN.0));
}

#[test]
fn with_a_token_what_does_no_harm_twice_is_asked_for_again_however_late() {
    check(Rules {
        idempotent: true,
        ..with_token(TOKEN.0)
    });
}

/// Where it is asked for again after the service has forgotten its token, the model finds it out.
#[test]
fn the_model_finds_a_token_that_is_believed_too_long() {
    let runs = Runs {
        rules: with_token(LAST_TICK),
    };
    let checked = runs.checker().threads(2).spawn_bfs().join();
    assert!(
        checked
            .discovery("by its token it is carried out once at most")
            .is_some()
    );
}

/// A protocol that sends again what it has not heard of is found out: the model can fail.
#[test]
fn the_model_finds_what_is_sent_twice() {
    let mut world = Runs { rules: RULES }.init_states().remove(0);
    world.carry_out(&RULES);
    world.carry_out(&RULES);
    let runs = Runs { rules: RULES };
    let once = runs
        .properties()
        .into_iter()
        .find(|property| property.name.contains("once"));
    assert!(!(once.unwrap().condition)(&runs, &world));
}
