//! Every limit of the runtime, in one place. `supervision.md` prints this table; a test compares them.

use std::time::Duration;

/// Alerts a company may have accepted and not yet placed; past it webhooks answer 503.
pub const UNPLACED_ALERTS: usize = 100_000;
/// Alerts placed in one commit when nothing else waits.
pub const PLACEMENT_BATCH: usize = 1_024;
/// The correlator reads no more often than this, unless a full batch is there.
pub const PLACEMENT_PACE: Duration = Duration::from_millis(5);
/// That while a batch holds fewer alerts than `LIGHT_BATCH`.
pub const LIGHT_PACE: Duration = Duration::from_millis(1);
/// Fewer alerts than this in a batch are so few that gathering more would only delay them.
pub const LIGHT_BATCH: usize = 8;
/// Live calls that may wait for one company, decisions aside; past it 503.
pub const CALLS_PER_COMPANY: usize = 64;
/// Decisions that somebody waits for, of one company; past it 503.
pub const DECISIONS_PER_COMPANY: usize = 1_024;
/// The same of all companies.
pub const DECISIONS_AT_ONCE: usize = 4_096;
/// Decisions under way for one incident; past it 503.
pub const DECISIONS_PER_INCIDENT: usize = 8;
/// Events of one decision that wait for its reader.
pub const DECISION_EVENTS: usize = 64;
/// Characters of a prompt.
pub const PROMPT_CHARS: usize = 10_000;
/// Messages in an incident's short memory.
pub const MEMORY_MESSAGES: usize = 50;
/// Bytes of one message in short memory.
pub const MEMORY_MESSAGE_BYTES: usize = 2_048;
/// Bytes of each text that is kept of what an incident's short memory has no room for any more.
pub const MEMORY_SUMMARY_BYTES: usize = 512;
/// Long memories that one question finds, at most.
pub const RECALLED: usize = 50;
/// Long memories that a store hands over to be ranked.
pub const RECALL_CANDIDATES: usize = 100;
/// And at least.
pub const RECALL_LEAST: usize = 40;
/// For each answer that is wanted.
pub const RECALL_PER_ANSWER: usize = 8;
/// Entries of its index that a store reads for the words of one question, as many for its tags, and for its signature.
pub const RECALL_ENTRIES: usize = 6_000;
/// Words of one question to the long memories; those beyond are not looked for.
pub const RECALL_QUERY_WORDS: usize = 16;
/// Words that one long memory is found by; those beyond are kept, and not found.
pub const RECALL_WORDS: usize = 512;
/// Characters of a word in the index; a longer one is cut.
pub const RECALL_WORD_CHARS: usize = 32;
/// Bytes of what is asked of the long memories in words.
pub const RECALL_QUERY_BYTES: usize = 1_000;
/// Tags of one long memory, or of one question.
pub const MEMORY_TAGS: usize = 16;
/// Bytes of one tag.
pub const MEMORY_TAG_BYTES: usize = 64;
/// Bytes of a post-mortem's signature.
pub const MEMORY_SIGNATURE_BYTES: usize = 256;
/// Bytes of a post-mortem's text.
pub const MEMORY_RESOLUTION_BYTES: usize = 8_192;
/// Bytes of the reason for which a memory is quarantined or released.
pub const MEMORY_REASON_BYTES: usize = 500;
/// Tools named on an incident.
pub const TOOL_SOURCES: usize = 16;
/// Incidents a receipt names as considered.
pub const RECEIPT_CANDIDATES: usize = 8;
/// Incidents that load at once in the process.
pub const WAKING_INCIDENTS: usize = 256;
/// Incidents of one company that look at their news at once.
pub const INCIDENTS_AT_ONCE: usize = 32;
/// Incidents of one company that wait for that; past it the lightest are left to their due time.
pub const WAITING_INCIDENTS: usize = 1_024;
/// An incident that decides for longer gives its permit to look at news back.
pub const DECISION_PERMIT: Duration = Duration::from_secs(1);
/// Live incident actors; past half of it idle ones leave at once, past it news waits for its due time.
pub const LIVE_INCIDENTS: usize = 20_000;
/// Messages kept for an incident that is stopping or waits to be restarted.
pub const PARKED_MESSAGES: usize = 64;
/// Wakes the sweeper sends in one pass.
pub const SWEEP_WAKES: usize = 1_024;
/// How often the sweeper looks.
pub const SWEEP_INTERVAL: Duration = Duration::from_secs(1);
/// How soon it looks again when it found as much as it may wake.
pub const SWEEP_AGAIN: Duration = Duration::from_millis(100);
/// How often a node makes its lease longer.
pub const LEASE_INTERVAL: Duration = Duration::from_millis(750);
/// How long before a lease ends what depends on it is let go.
pub const LEASE_MARGIN: Duration = Duration::from_secs(1);
/// How long a company is believed to be where it was found.
pub const ELSEWHERE_BELIEVED: Duration = Duration::from_secs(1);
/// How often the sweeper lets the store forget what has expired.
pub const HOUSEKEEPING_INTERVAL: Duration = Duration::from_secs(60);
/// An incident with nothing to do leaves memory after this long.
pub const INCIDENT_IDLE: Duration = Duration::from_secs(600);
/// Flips between firing and recovered that an incident remembers.
pub const FLIPS: usize = 16;
/// More flips than this within `FLAP_WINDOW` make an incident flapping.
pub const FLAP_ON: usize = 4;
/// A flapping incident is calm again at this many flips within `FLAP_WINDOW`.
pub const FLAP_OFF: usize = 1;
/// The span in which flips are counted.
pub const FLAP_WINDOW: Duration = Duration::from_secs(600);
/// The longest an incident may be snoozed.
pub const SNOOZE: Duration = Duration::from_secs(30 * 24 * 3600);
/// Incidents merged in one request.
pub const MERGED_INCIDENTS: usize = 20;
/// Alerts of an incident that is split, or of all that are merged.
pub const REGROUPED_ALERTS: usize = 10_000;
/// A company with nothing to do leaves memory after this long.
pub const TENANT_IDLE: Duration = Duration::from_secs(1_800);
/// An incident decides by itself at most this often.
pub const DECISION_PACE: Duration = Duration::from_secs(30);
/// The longest a session lasts.
pub const SESSION: Duration = Duration::from_secs(8 * 3600);
/// How often a quarantined company is tried again.
pub const QUARANTINE_PROBE: Duration = Duration::from_secs(300);
/// A delivery id is remembered this long from its first use.
pub const DELIVERY_MEMORY: Duration = Duration::from_secs(24 * 3600);
/// How far a signed timestamp may be from our clock, both ways.
pub const SIGNATURE_WINDOW: Duration = Duration::from_secs(300);
/// Live streams open in the process; past it 503.
pub const STREAMS: usize = 4_096;
/// Live streams open for one company; past it 503.
pub const STREAMS_PER_COMPANY: usize = 2_048;
/// News that a live reader may lie behind before it reads the store instead.
pub const STREAM_NEWS: usize = 256;
/// Entries a live reader takes from the store at once.
pub const STREAM_PAGE: usize = 32;
/// Live-only events told to one reader in a second.
pub const STREAM_LIVE_ONLY: usize = 50;
/// Incidents whose counts are gathered for live readers in a second.
pub const GATHERED_INCIDENTS: usize = 4_096;
/// Rows of one page of a list, at most.
pub const PAGE: usize = 200;
/// Rows of one page of the unresolved incidents, at most.
pub const UNRESOLVED: usize = 1_000;
/// Entries of a journal that one page of those that a filter meets looks at.
pub const JOURNAL_LOOKED_AT: usize = 10_000;
/// Parts of companies' lists that one page over all companies of somebody looks at.
pub const WALKED: usize = 100;
/// Alerts in one webhook body.
pub const ALERTS_PER_BODY: usize = 1_000;
/// Tools that a company's alerts come from, as far as the first alert of each is told.
pub const SOURCES: usize = 256;
/// Heartbeats of one company.
pub const HEARTBEATS: usize = 100;
/// Topics of SNS that one company listens to.
pub const SNS_TOPICS: usize = 32;
/// Bytes of one expression in a company's mapping or rule.
pub const CEL_BYTES: usize = 1_024;
/// Assets that are looked at for one alert, of those that it depends on and of those that depend on it.
pub const TOPOLOGY_WALK: usize = 256;
/// Rules of one company's own.
pub const RULES: usize = 200;
/// Routes of one company's notifications.
pub const ROUTES: usize = 200;
/// Channels that one route or step names.
pub const ROUTE_CHANNELS: usize = 10;
/// Steps of one company's escalation.
pub const ESCALATION_STEPS: usize = 10;
/// Channels of one company.
pub const CHANNELS: usize = 50;
/// Notices that may wait for one channel; of more the oldest are given up.
pub const NOTICES_WAITING: usize = 200;
/// Notices that one message to people tells of.
pub const NOTICES_DIGESTED: usize = 100;
/// Silences of one company, with those that ended in the last week.
pub const SILENCES: usize = 200;
/// Maintenance windows of one company.
pub const MAINTENANCE_WINDOWS: usize = 100;
/// Inhibitions of one company.
pub const INHIBITIONS: usize = 50;
/// Newest alerts of an incident by which it is found out whether all that fires is suppressed.
pub const SUPPRESSION_ALERTS: usize = 500;
/// Open incidents, newest first, among which a cause is looked for, of each status.
pub const CAUSES: usize = 200;
/// Of them those whose newest alerts are compared with an inhibition's source.
pub const CAUSES_COMPARED: usize = 50;
/// Alerts of the past that rules are tried on, the newest.
pub const REPLAYED_ALERTS: usize = 20_000;
/// Alerts that are named where rules are tried.
pub const MOVED_ALERTS: usize = 100;
/// Things that a rule groups by.
pub const RULE_GROUP_BY: usize = 8;
/// API keys of one company that are good at once.
pub const API_KEYS: usize = 50;
/// Webhook secrets of one company that are live at once: the one in force, and the one before.
pub const WEBHOOK_SECRETS: usize = 2;
/// Companies that one person may have.
pub const COMPANIES_PER_PERSON: usize = 200;
/// Logins of one person that live at once; the oldest is ended for one more.
pub const LOGINS: usize = 20;
/// Passwords of those whom we know that may wait to be checked; past it 503.
pub const PASSWORDS_WAITING: usize = 64;
/// Of these, passwords of one account.
pub const WAITING_OF_ACCOUNT: usize = 32;
/// Passwords of strangers that may wait to be checked; past it 503.
pub const STRANGERS_WAITING: usize = 64;
/// Of these, passwords from one address, or one /64 of IPv6.
pub const STRANGERS_OF_ADDRESS: usize = 32;
/// Of these, passwords from one /24, or one /48 of IPv6.
pub const STRANGERS_OF_NETWORK: usize = 48;
/// Failures to log in of one account from one address that cost nothing, in 15 minutes; at each node.
pub const FREE_FAILURES: u32 = 10;
/// Failures to log in from one address, or of one account from addresses strange to it, that cost nothing; at each node.
pub const STRANGE_FAILURES: u32 = 100;
/// Failures to log in that are remembered of each kind; past it what matters least is forgotten.
pub const REMEMBERED_FAILURES: usize = 50_000;
/// Refusals that are told apart in a minute; those beyond are counted.
pub const REFUSALS: usize = 1_000;
/// Assets of one company.
pub const ASSETS: usize = 10_000;
/// Assets that one depends on.
pub const DEPENDENCIES: usize = 20;
/// Assets that are made, changed or removed in one request.
pub const ASSET_CHANGES: usize = 1_000;
/// Runbooks of a company's own.
pub const OWN_RUNBOOKS: usize = 200;
/// Earlier versions that are kept of each.
pub const RUNBOOK_VERSIONS: usize = 20;
/// Signature patterns of one runbook.
pub const RUNBOOK_SIGNATURES: usize = 32;
/// Bytes of one signature pattern.
pub const SIGNATURE_PATTERN_BYTES: usize = 128;
/// Bytes of a runbook's title.
pub const RUNBOOK_TITLE_BYTES: usize = 120;
/// Bytes of the description of a runbook, or of a parameter.
pub const DESCRIPTION_BYTES: usize = 2_000;
/// Bytes of one script of a runbook.
pub const SCRIPT_BYTES: usize = 16_384;
/// Parameters of one runbook.
pub const PARAMETERS: usize = 16;
/// Choices of one parameter.
pub const PARAMETER_CHOICES: usize = 64;
/// Bytes of one value that a parameter takes.
pub const PARAMETER_VALUE_BYTES: usize = 256;
/// Bytes of the pattern of a text parameter.
pub const PARAMETER_PATTERN_BYTES: usize = 256;
/// Bytes that such a pattern may take in memory once it is compiled.
pub const PARAMETER_PATTERN_COMPILED: usize = 65_536;
/// Targets of one run; SSM takes no more in one command.
pub const RUN_TARGETS: u32 = 50;
/// The shortest time that a run may be given; SSM takes no less.
pub const RUN_TIMEOUT_LEAST: Duration = Duration::from_secs(30);
/// The longest time that a run may be given; SSM takes no more.
pub const RUN_TIMEOUT: Duration = Duration::from_secs(48 * 3600);
/// The longest a runbook may ask to be left alone on a target after a run.
pub const COOL_DOWN: Duration = Duration::from_secs(7 * 24 * 3600);
/// Runs under way in the process.
pub const RUNS: usize = 16;
/// Runs under way for one company.
pub const RUNS_PER_COMPANY: usize = 4;
/// Runs of one incident.
pub const RUNS_PER_INCIDENT: usize = 20;
/// Runbooks that one incident proposes by itself.
pub const PROPOSALS: usize = 8;
/// How long an incident goes on proposing a run that cannot begin yet; then people are told.
pub const PROPOSAL_PATIENCE: Duration = Duration::from_secs(3600);
/// How long it leaves a machine or a cloud alone before it tries again.
pub const PROPOSAL_PAUSE: Duration = Duration::from_secs(15);
/// Times that a run is made to heal one incident, where a second one does no harm and nobody has to agree to it.
pub const HEALING_ATTEMPTS: u32 = 2;
/// How long the alerts may take to recover after a run that has no health check.
pub const VERIFY_WITHIN: Duration = Duration::from_secs(600);
/// How long a machine may take to accept a command; after that it never runs there.
pub const RUN_DELIVERY: Duration = Duration::from_secs(120);
/// How long beyond its time a run is waited for of which the service goes on saying that it is under way.
pub const RUN_GRACE: Duration = Duration::from_secs(600);
/// How long beyond its time a run is waited for while the service does not answer.
pub const RUN_PATIENCE: Duration = Duration::from_secs(3600);
/// The longest that a health check may take.
pub const HEALTH_CHECK: Duration = Duration::from_secs(300);
/// The longest that the machines of a company are looked up for.
pub const INVENTORY_WITHIN: Duration = Duration::from_secs(30);
/// Companies whose cloud clients, credentials and circuits are kept; past it those least lately used are made anew.
pub const CLOUD_COMPANIES: usize = 256;
/// Pages that one question to a cloud reads; where there are more it fails.
pub const CLOUD_PAGES: usize = 200;
/// Attempts of a call to a cloud that only reads.
pub const CLOUD_ATTEMPTS: u32 = 3;
/// Further attempts that a company has at one service; those that were of no use come back one in five seconds.
pub const CLOUD_RETRY_BUDGET: usize = 10;
/// A cloud's credentials are asked for anew so long before their end.
pub const CREDENTIALS_AHEAD: Duration = Duration::from_secs(300);
/// Failures of a company's service, one after the other, that open its circuit.
pub const CIRCUIT_FAILURES: u32 = 5;
/// How long it stays open the first time; twice as long each time after that.
pub const CIRCUIT_OPEN: Duration = Duration::from_secs(10);
/// How long it stays open at most.
pub const CIRCUIT_OPEN_MOST: Duration = Duration::from_secs(300);
/// How long it is kept how a company's machines are patched.
pub const PATCH_LOOK: Duration = Duration::from_secs(900);
/// How long it is left alone where that could not be measured.
pub const PATCH_LOOK_AGAIN: Duration = Duration::from_secs(60);
/// How long measuring it may take.
pub const PATCH_LOOK_WITHIN: Duration = Duration::from_secs(5);
/// How long it is kept how a company's machines were patched on a day: as long as a series by the day may be.
pub const PATCH_KEPT: Duration = Duration::from_secs(800 * 24 * 3600);
/// Characters of a command's comment; SSM takes no more.
pub const COMMAND_COMMENT: usize = 100;
/// Bytes of all lines of a command.
pub const COMMAND_BYTES: usize = 65_536;
/// Characters that are kept of what a command writes; SSM keeps no more.
pub const COMMAND_OUTPUT: usize = 24_000;
/// Characters that are kept of what it complains of; SSM keeps no more.
pub const COMMAND_ERRORS: usize = 8_000;
/// Parameters of an automation, and outputs that are kept of it; SSM takes no more.
pub const AUTOMATION_PARAMETERS: usize = 200;
/// Characters of the name of such a parameter; SSM takes no more.
pub const AUTOMATION_NAME: usize = 50;
/// Values of one parameter or output; SSM takes no more.
pub const AUTOMATION_VALUES: usize = 50;
/// Characters of one value that an automation is given; SSM takes no more.
pub const AUTOMATION_VALUE: usize = 512;
/// How long after it was meant an automation is started again by its token; AWS does not say how long it knows one.
pub const AUTOMATION_TOKEN: Duration = Duration::from_secs(3600);
/// Numbers of a metric in one answer.
pub const METRIC_POINTS: usize = 1_440;
/// How long a decision may wait for a model once the process is going down; then the rules decide for who waits.
pub const HASTE: Duration = Duration::from_secs(4);
/// Over how long a company's figures are measured where nothing is said.
pub const KPI_SPAN: Duration = Duration::from_secs(30 * 24 * 3600);
/// Steps of one series of figures.
pub const KPI_STEPS: usize = 800;
/// Companies whose figures one answer is made of; where there are more, one has to be named.
pub const KPI_COMPANIES: usize = 1_000;
/// Turns with a model for one decision.
pub const MODEL_ROUNDS: u32 = 6;
/// Tools that a model may look at for one decision.
pub const MODEL_TOOL_CALLS: u32 = 8;
/// Calls that are answered of one turn.
pub const CALLS_PER_TURN: usize = 4;
/// Tokens that are kept for an answer: where fewer are left, a model is not asked.
pub const ANSWER_TOKENS: u32 = 200;
/// Bytes of one turn of a model, whatever it is allowed: past it nothing is heard any more.
pub const TURN_BYTES: usize = 262_144;
/// Bytes of one line of a provider's answer, in its wire format.
pub const TURN_LINE_BYTES: usize = 131_072;
/// Bytes of one line of what a model says.
pub const SPEECH_BYTES: usize = 400;
/// Bytes of what one look at a tool tells a model; more is cut.
pub const LOOK_BYTES: usize = 4_096;
/// Alerts that a model is quoted.
pub const QUOTED_ALERTS: usize = 8;
/// Messages of short memory that it is quoted, and assets.
pub const QUOTED_MESSAGES: usize = 10;
/// Memories that it is quoted.
pub const QUOTED_MEMORIES: usize = 3;
/// Runbooks that it is quoted, those for the kind of trouble first.
pub const QUOTED_RUNBOOKS: usize = 16;
/// Bytes of one text that it is quoted.
pub const QUOTED_BYTES: usize = 400;
/// Bytes of all that a caller remembers that it is quoted.
pub const QUOTED_CONTEXT_BYTES: usize = 2_048;
/// Tokens of all decisions about one incident.
pub const INCIDENT_TOKENS: u32 = 50_000;
/// Turns with models for all decisions about one incident.
pub const INCIDENT_ROUNDS: u32 = 60;
/// Tools that models may look at for all decisions about one incident.
pub const INCIDENT_TOOL_CALLS: u32 = 80;
/// What a company may spend in a day is set aside in so many parts.
pub const SET_ASIDE: u64 = 20;
/// Tokens that are set aside at once, at the least.
pub const SET_ASIDE_LEAST: u64 = 4_000;
/// How long it is kept what a day has cost.
pub const PURSE_KEPT: Duration = Duration::from_secs(35 * 24 * 3600);
/// How long it is kept what was said with models, word for word.
pub const TRACE_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);
/// Bytes of a secret that is kept elsewhere.
pub const SECRET_BYTES: usize = 65_536;
