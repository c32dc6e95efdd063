//! A deliberation: what goes on between a model's turns until there is an answer, or none.
//!
//! A model may look at what tools say that only read. What it asks for beyond that is not done but noted as a proposal,
//! for the policy and for people. Before each turn the ledger is asked whether there is room; where it is the last one,
//! the model has to answer. What is no answer is sent back once. It ends within its time, whatever the model does.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::answer;
use super::budget::{self, Ledger};
use super::loops::{self, Gist};
use super::prompt::{self, ANSWER};
use super::speech::Speech;
use crate::domain::ToolCall;
use crate::domain::decision::{Budget, Limit};
use crate::domain::run::SSM_EXECUTE;
use crate::domain::talk::{Asked, GOING_DOWN, ModelFailure, ModelHealth, Offer, Part, Said, ToolResult, Usage};
use crate::domain::trace::{Answer, Deliberation, Exchange, Look, Material};
use crate::limits::{CALLS_PER_TURN, LOOK_BYTES, TURN_BYTES};
use crate::port::engine::{Desk, EngineEvent, Show};
use crate::port::model::{Heard, Model, Turn};
use crate::tool::registry::{ToolInput, check_input};

/// Tokens that a provider adds of its own, for the form of tools and turns.
const FORM_TOKENS: u32 = 2_000;

/// What is answered to a call that would act.
const NOTED: &str = "nothing was run: policy and people decide. Name it in tool_calls of your answer for it to be proposed; \
                     answer now";

/// How it ended for the engine's circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The provider has answered, whatever it said.
    Well,
    /// The provider is away, ill or overloaded.
    Ill,
    /// Nothing is known of it: it was not asked, or what it wrote was too long, which may be the question's fault.
    Unknown,
}

/// Deliberates with one model.
pub async fn deliberate(
    model: &dyn Model,
    session: &str,
    (material, budget): (&Material, Budget),
    desk: &dyn Desk,
    ledger: &mut Ledger,
    show: &Show<'_>,
) -> (Deliberation, Ended) {
    let offers = prompt::offers(&material.tools);
    let mut room = Room {
        model,
        session,
        desk,
        show,
        messages: prompt::open(material).into(),
        material,
        told: 0,
        offers,
        gists: Vec::new(),
        proposed: Vec::new(),
        repaired: false,
        must_answer: false,
        ended: Ended::Unknown,
        exchanges: Vec::new(),
        looks: Vec::new(),
    };
    let (answer, failure) = match room.talk(ledger).await {
        Ok(answer) => (Some(answer), None),
        Err(why) => (None, Some(why)),
    };
    let kept = Deliberation {
        engine: model.name().into(),
        model: model.id().into(),
        prompt: prompt::PROMPT.into(),
        prompt_sha256: prompt::sha256().into(),
        budget,
        material: material.clone(),
        exchanges: room.exchanges,
        looks: room.looks,
        answer,
        failure,
    };
    (kept, room.ended)
}

/// A deliberation under way.
struct Room<'a> {
    model: &'a dyn Model,
    session: &'a str,
    desk: &'a dyn Desk,
    show: &'a Show<'a>,
    material: &'a Material,
    messages: Vec<Part>,
    /// How many of them an exchange of the trace has.
    told: usize,
    offers: Vec<&'static Offer>,
    gists: Vec<Gist>,
    /// What the model has asked for that is no mere look.
    proposed: Vec<ToolCall>,
    repaired: bool,
    must_answer: bool,
    ended: Ended,
    exchanges: Vec<Exchange>,
    looks: Vec<Look>,
}

impl Room<'_> {
    /// Turn by turn, until there is an answer or why there is none.
    async fn talk(&mut self, ledger: &mut Ledger) -> Result<Answer, String> {
        loop {
            let said = self.turn(ledger).await?;
            let given = answer::given(&said);
            if given.is_none() && !said.calls.is_empty() && !self.must_answer {
                self.answer_calls(&said, ledger).await;
                continue;
            }
            let read = given.as_ref().map_or_else(
                || Err(format!("nothing was answered; call `{ANSWER}`")),
                |given| answer::read(given, self.material, &self.looks),
            );
            match read {
                Ok((answer, says_what_to_call)) => return Ok(self.with_what_was_asked_for(answer, says_what_to_call)),
                Err(why) if self.repaired => return Err(self.without_an_answer(&why)),
                Err(why) => self.send_back(said, why),
            }
        }
    }

    /// What the model has asked for before its answer counts as proposed by it, unless its answer says what is to be
    /// called, or that nothing is.
    fn with_what_was_asked_for(&mut self, mut answer: Answer, says_what_to_call: bool) -> Answer {
        if !says_what_to_call {
            answer.tool_calls = self.proposed.drain(..).take(answer::PROPOSED).collect();
        }
        answer
    }

    fn without_an_answer(&self, why: &str) -> String {
        let named = self
            .proposed
            .iter()
            .filter_map(|call| call.parameters.get("runbook")?.as_str());
        let named: Vec<&str> = named.collect();
        match named.is_empty() {
            true => format!("its answer is none: {why}"),
            false => format!("its answer is none: {why} (it had asked for {})", named.join(", ")),
        }
    }

    fn send_back(&mut self, said: Said, why: String) {
        self.repaired = true;
        self.must_answer = true;
        let called = said.calls.iter().map(|call| ToolResult {
            call: call.clone(),
            answer: json!({ "error": why }).to_string(),
            done: false,
        });
        let results: Vec<_> = called.collect();
        self.messages.push(Part::Said(said));
        if results.is_empty() {
            self.messages.push(Part::Correction(why));
        } else {
            self.messages.push(Part::Results(results));
        }
    }

    /// One turn, within what is left.
    async fn turn(&mut self, ledger: &mut Ledger) -> Result<Said, String> {
        let only = [prompt::answer_offer()];
        let bare = self.prompt_tokens(&only);
        let full = if self.must_answer {
            bare
        } else {
            self.prompt_tokens(&self.offers)
        };
        let leave = ledger
            .admit((full, bare), Instant::now())
            .map_err(|limit| format!("not asked: {limit}"))?;
        self.must_answer |= leave.last.is_some();
        // Where not even one look fits in, nothing was cut short.
        if let Some(limit) = leave.last.filter(|_| !self.repaired && !self.exchanges.is_empty()) {
            ledger.stop(limit);
        }
        let (offers, prompt) = if self.must_answer {
            (&only[..], bare)
        } else {
            (&self.offers[..], full)
        };
        let turn = Turn {
            session: self.session,
            messages: &self.messages,
            offers,
            must_call: self.must_answer.then_some(ANSWER),
            max_output: leave.max_output,
        };
        let turn_bytes = prompt::bytes_of(offers) + self.messages.iter().map(prompt::part_bytes).sum::<usize>();
        let ear = Ear::new(leave.max_output, self.show);
        let spoken = hear_out(self.model, turn, &ear, leave.within);
        let outcome = tokio::select! {
            biased;
            () = self.desk.hurried() => Err(ModelFailure::cut_short()),
            outcome = spoken => outcome,
        };
        let usage = counted(&outcome).or(ear.usage());
        let usage = usage.map(|usage| match self.model.is_agent() {
            true => usage,
            false => plausible(usage, turn_bytes, leave.max_output),
        });
        let tokens = match ear.booked.load(Ordering::Relaxed) {
            0 => ledger.charge(usage, ear.estimate(prompt, &outcome)),
            booked => ledger.charge(None, booked),
        };
        (self.show)(EngineEvent::Usage(ledger.tokens()));
        self.exchanges.push(Exchange {
            sent: self.messages[self.told..].to_vec(),
            offered: offers.iter().map(|offer| offer.name.clone()).collect(),
            must_call: self.must_answer.then(|| ANSWER.to_owned()),
            max_output: leave.max_output,
            said: outcome.as_ref().ok().cloned(),
            failed: outcome.as_ref().err().cloned(),
            tokens,
        });
        self.told = self.messages.len();
        self.ended = Ended::Well;
        outcome.map_err(|failure| {
            if failure.health == ModelHealth::Late {
                ledger.stop(Limit::Time);
            }
            self.ended = match failure.health {
                ModelHealth::Well => Ended::Well,
                // What one company asks must not take the model from the others.
                ModelHealth::Late if ear.has_spoken() => Ended::Unknown,
                ModelHealth::Ill if ear.has_said_much() => Ended::Unknown,
                ModelHealth::Ill | ModelHealth::Late => Ended::Ill,
                ModelHealth::Unheard => Ended::Unknown,
            };
            prompt::quoted(&failure.why, LOOK_BYTES)
        })
    }

    /// How many tokens the next prompt is: as counted by the provider as far as it has, by ours beyond.
    fn prompt_tokens(&self, offers: &[&Offer]) -> u32 {
        let last = self.exchanges.last();
        let counted = last.and_then(|last| Some((last.said.as_ref()?.usage?, self.told)));
        let (base, beyond) = match counted {
            Some((usage, told)) => (usage.total(), &self.messages[told..]),
            None => (budget::estimate(prompt::bytes_of(offers)), &self.messages[..]),
        };
        base.saturating_add(budget::estimate(beyond.iter().map(prompt::part_bytes).sum()))
    }

    /// Answers what the model has asked for, in its order.
    async fn answer_calls(&mut self, said: &Said, ledger: &mut Ledger) {
        self.messages.push(Part::Said(said.clone()));
        let mut results = Vec::with_capacity(said.calls.len());
        for (place, call) in said.calls.iter().enumerate() {
            let result = if place < CALLS_PER_TURN {
                self.answer_call(call, ledger).await
            } else {
                Err(format!("at most {CALLS_PER_TURN} calls are answered at once"))
            };
            let (answer, done) = match result {
                Ok(answer) => (answer, true),
                Err(why) => (json!({ "error": why }).to_string(), false),
            };
            results.push(ToolResult {
                call: call.clone(),
                answer,
                done,
            });
        }
        self.messages.push(Part::Results(results));
    }

    async fn answer_call(&mut self, call: &Asked, ledger: &mut Ledger) -> Result<String, String> {
        let tools = &self.material.tools;
        let named = tools
            .iter()
            .find(|tool| prompt::offered_name(tool) == call.name || **tool == call.name);
        let tool_name = match named {
            Some(tool) => tool.clone(),
            None if call.name == SSM_EXECUTE || call.name == prompt::offered_name(SSM_EXECUTE) => {
                return self.propose(call);
            }
            None => return self.refuse_call(ledger, "there is no such tool"),
        };
        let Some(parameters) = call.arguments.as_object().cloned() else {
            return self.refuse_call(ledger, "the arguments must be an object");
        };
        let asked = ToolCall { tool_name, parameters };
        let gist = Gist::of(&asked);
        if loops::is_circle(&self.gists, &gist) {
            self.must_answer = true;
            ledger.stop(Limit::Circle);
            return Err(format!("{}; call `{ANSWER}` now", Limit::Circle));
        }
        self.gists.push(gist);
        if !ledger.admit_call() {
            self.must_answer = true;
            return Err(format!("{}; call `{ANSWER}` now", Limit::ToolCalls));
        }
        let input = check_input(&asked.tool_name, &call.arguments);
        let input = input.map_err(|error| prompt::quoted(&error.to_string(), LOOK_BYTES))?;
        (self.show)(EngineEvent::Tool(asked.clone()));
        let answered = self.look(&input, ledger).await;
        let (answer, done) = match &answered {
            Ok(value) => (cut(value), true),
            Err(why) => (json!({ "error": why }).to_string(), false),
        };
        self.looks.push(Look {
            call_id: call.id.clone(),
            call: asked,
            answer: answer.clone(),
            done,
        });
        answered.map(|_| answer)
    }

    async fn look(&self, input: &ToolInput, ledger: &Ledger) -> Result<Value, String> {
        let within = ledger.left(Instant::now());
        let answered = tokio::select! {
            biased;
            () = self.desk.hurried() => return Err(GOING_DOWN.to_owned()),
            answered = timeout(within, self.desk.look(input)) => answered,
        };
        match answered {
            Ok(answered) => answered.map(|value| prompt::quoted_value(&value, LOOK_BYTES)),
            Err(_) => Err(Limit::Time.to_string()),
        }
    }

    /// A call that is refused costs as one that is not.
    fn refuse_call(&mut self, ledger: &mut Ledger, why: &str) -> Result<String, String> {
        if !ledger.admit_call() {
            self.must_answer = true;
        }
        Err(why.to_owned())
    }

    /// Nothing acts here: what would is noted.
    fn propose(&mut self, call: &Asked) -> Result<String, String> {
        let asked = ToolCall {
            tool_name: SSM_EXECUTE.into(),
            parameters: call.arguments.as_object().cloned().unwrap_or_default(),
        };
        let proposal = answer::proposal(&asked, self.material)?;
        if self.proposed.len() < answer::PROPOSED {
            self.proposed.push(proposal);
        }
        Ok(json!({"status": "noted", "note": NOTED}).to_string())
    }
}

/// One line of JSON of at most so many bytes, whatever is in it.
fn cut(value: &Value) -> String {
    let text = value.to_string();
    if text.len() <= LOOK_BYTES {
        return text;
    }
    let beginning = &text[..text.floor_char_boundary(LOOK_BYTES / 2)];
    json!({"cut": true, "beginning": beginning}).to_string()
}

/// Lets a model speak, for as long as it may and as much as it may.
async fn hear_out(model: &dyn Model, turn: Turn<'_>, ear: &Ear<'_>, within: Duration) -> Result<Said, ModelFailure> {
    let listen = |heard: Heard<'_>| ear.hear(heard);
    let outcome = timeout(within, model.turn(turn, &listen)).await;
    ear.speech.finish(ear.show);
    match outcome {
        Ok(_) if ear.has_had_enough() => Err(ModelFailure::refused("it did not stop")),
        Ok(outcome) => outcome,
        Err(_) => Err(ModelFailure::late()),
    }
}

/// No text has more tokens than bytes, and no more is written than may be, what is only thought included: what is counted
/// beyond that is a mistake, which would cost the company its day.
fn plausible(usage: Usage, sent: usize, max_output: u32) -> Usage {
    let most = Usage {
        input: u32::try_from(sent).unwrap_or(u32::MAX).saturating_add(FORM_TOKENS),
        output: max_output,
    };
    Usage {
        input: usage.input.min(most.input),
        output: usage.output.min(most.output),
    }
}

/// What a turn has cost, as its end tells it.
fn counted(outcome: &Result<Said, ModelFailure>) -> Option<Usage> {
    match outcome {
        Ok(said) => said.usage,
        Err(failure) => failure.usage,
    }
}

/// Hears a turn: shows its words, and notices where it does not stop.
struct Ear<'a> {
    max_output: u32,
    most: usize,
    begun: AtomicBool,
    bytes: AtomicUsize,
    input: AtomicU32,
    output: AtomicU32,
    booked: AtomicU32,
    speech: Speech,
    show: &'a Show<'a>,
}

impl<'a> Ear<'a> {
    fn new(max_output: u32, show: &'a Show<'a>) -> Self {
        Self {
            max_output,
            // A token is rarely more than eight bytes of text; what is sent around it is ours to bound.
            most: (max_output as usize).saturating_mul(8).min(TURN_BYTES),
            begun: AtomicBool::new(false),
            bytes: AtomicUsize::new(0),
            input: AtomicU32::new(0),
            output: AtomicU32::new(0),
            booked: AtomicU32::new(0),
            speech: Speech::default(),
            show,
        }
    }

    fn hear(&self, heard: Heard<'_>) -> bool {
        self.begun.store(true, Ordering::Relaxed);
        match heard {
            Heard::Begun => {}
            Heard::Booked(tokens) => self.booked.store(tokens, Ordering::Relaxed),
            Heard::Text(text) => {
                self.bytes.fetch_add(text.len(), Ordering::Relaxed);
                self.speech.say(text, self.show);
            }
            Heard::Bytes(bytes) => {
                self.bytes.fetch_add(bytes, Ordering::Relaxed);
            }
            Heard::Usage(usage) => {
                self.input.store(usage.input, Ordering::Relaxed);
                self.output.store(usage.output, Ordering::Relaxed);
            }
        }
        !self.has_had_enough()
    }

    fn has_had_enough(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > self.most
    }

    fn has_spoken(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > 0
    }

    /// Whether it broke off where it would soon have been stopped.
    fn has_said_much(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > self.most / 2
    }

    /// What the provider has counted before the turn broke off.
    fn usage(&self) -> Option<Usage> {
        let usage = Usage {
            input: self.input.load(Ordering::Relaxed),
            output: self.output.load(Ordering::Relaxed),
        };
        (usage.total() > 0).then_some(usage)
    }

    /// By our own count, and no more than it was allowed: nothing where it was not taken up, because who refuses
    /// bills nothing.
    fn estimate(&self, prompt: u32, outcome: &Result<Said, ModelFailure>) -> u32 {
        let heard = self.bytes.load(Ordering::Relaxed);
        let broke_off = |failure: &ModelFailure| matches!(failure.health, ModelHealth::Late | ModelHealth::Unheard);
        let is_refused = outcome.as_ref().is_err_and(|failure| !broke_off(failure));
        // Who was asked and did not answer in time may bill what was sent.
        if !is_refused || self.begun.load(Ordering::Relaxed) {
            prompt.saturating_add(budget::estimate(heard).min(self.max_output))
        } else {
            0
        }
    }
}
