/** What an entry of an incident's journal says, in words. Pure. */
import type { JournalEntry } from "~/api/types";
import { short } from "~/ui/time";
import { readable } from "./readable";

type Data = Record<string, unknown>;
/** A person's name for his id; whatever else is named, as it is. */
export type Who = (id: string) => string;

/** What an entry says; its name where there are no words for it. */
export function words(entry: JournalEntry, who: Who): string {
  return readable(said(entry, who), who);
}

function said({ kind, data }: JournalEntry, who: Who): string {
  const of = data as Data;
  const text = (name: string) => (typeof of[name] === "string" ? of[name] : "");
  const runbook = text("runbook") || text("runbook_id");
  const because = (said: string) => (text("why") === "" ? said : `${said}: ${text("why")}`);
  switch (kind) {
    case "incident.opened":
      return "opened it";
    case "incident.resolved":
      return text("merged_into") === "" ? `resolved it${by(of.by, who)}` : `merged it into ${text("merged_into")}`;
    case "incident.merged":
      return `merged ${listed(of.merged)} into it`;
    case "incident.split":
      return `split alerts off, into ${text("split_into")}`;
    case "decision.made":
      return `decided: ${text("recommendation")} (${Math.round(Number(of.confidence ?? 0) * 100)} %, ${text("engine")})${notRun(of.not_run)}`;
    case "approval.requested":
      return `asked for consent to run ${runbook}`;
    case "approval.decided":
      return because(consent(text("status"), runbook));
    case "run.started":
      return `began to run ${runbook} on ${listed(of.targets) || "its machine"}`;
    case "run.sent":
      return "the machines have the command";
    case "run.doubled":
      return "the command was sent more than once, which is looked into";
    case "run.checked":
      return `checked afterwards: ${text("health")}`;
    case "run.cancelling":
      return text("reason") === "" ? "called the run off" : `called the run off: ${text("reason")}`;
    case "run.not_cancelled":
      return because("could not call the run off");
    case "run.waits":
      return because(`${runbook} waits`);
    case "run.not_begun":
      return because(`${runbook} could not begin`);
    case "run.ended":
      return because(`${runbook || "the run"} ${text("status").replaceAll("_", " ") || "ended"}`);
    case "kpi.measured":
      return "measured the company's figures after the run";
    case "session.ended":
      return "ended its session of eight hours, and handed over to the next";
    case "notification.delivered":
      return `told ${text("channel") || "a channel"}`;
    case "notification.failed":
      return because(`could not tell ${text("channel") || "a channel"}`);
    case "notification.redelivered":
      return `had ${text("channel") || "a channel"} told again`;
    case "memory.written":
      return "wrote down what was learned";
    case "incident.changed":
      return changed(of, who);
    default:
      return because([kind.replace(".", " ").replaceAll("_", " "), runbook].join(" ").trim());
  }
}

/** What a decision calls for and nobody runs, and why. */
function notRun(value: unknown): string {
  const { runbook, why } = (value ?? {}) as Data;
  return typeof runbook === "string" ? `; ${runbook} is not run: ${plain(why)}` : "";
}

/** What has become of the question whether something may run. */
function consent(status: string, runbook: string): string {
  const what = runbook || "the run";
  switch (status) {
    case "pending":
      return `agreed to ${what}; another has to as well`;
    case "approved":
    case "consumed":
      return `agreed to ${what}`;
    case "rejected":
      return `rejected ${what}`;
    case "expired":
      return `asks no more for consent to ${what}: nobody agreed in time`;
    default:
      return `asks no more for consent to ${what}`;
  }
}

/** What has changed of an incident. */
function changed(of: Data, who: Who): string {
  const text = (name: string) => (typeof of[name] === "string" ? of[name] : "");
  const because = (said: string) => (text("why") === "" ? said : `${said}: ${text("why")}`);
  if (typeof of.note === "string") return `noted: ${of.note}`;
  if ("acknowledged_by" in of) return "acknowledged it";
  if ("escalated_by" in of) return because("escalated it");
  if ("reopened_by" in of) return of.reopened_by === "alert" ? "reopened it: its trouble has come back" : "reopened it";
  if ("snoozed_until" in of) return of.snoozed_until === null ? "ended its snooze" : `snoozed it until ${short(text("snoozed_until"))}`;
  if ("flapping" in of) return of.flapping === true ? "it flaps: it has changed too often" : "it flaps no more";
  if ("suppressed_by" in of) return quiet(of.suppressed_by);
  if ("told" in of) return of.told === true ? "told whoever is to hear of it" : "began its clocks; there is nobody to tell";
  if ("step" in of) return `escalated to step ${plain(of.step)}: nobody had taken it up`;
  if ("breached_at" in of) return `its time for ${plain(of.clock)} has run out`;
  if ("due_at" in of) return `its time for ${plain(of.clock)} runs out ${short(text("due_at"))}`;
  if ("run_id" in of) return because(`${text("runbook") || "the run"} has not helped, somebody has to look`);
  const named = Object.entries(of).filter(([name]) => name !== "by" && name !== "why");
  return because(named.map(([name, value]) => `${name.replaceAll("_", " ")}: ${moved(value, who)}`).join(", ") || "changed it");
}

function by(value: unknown, who: Who): string {
  if (typeof value !== "string" || value === "") return "";
  return value === "recovery" ? ": its alerts have recovered" : value.startsWith("usr-") ? "" : `, by ${who(value)}`;
}

function quiet(by: unknown): string {
  const names = Array.isArray(by) ? by.map((one: { kind?: string; name?: string }) => `${one.kind ?? ""} ${one.name ?? ""}`.trim()) : [];
  return names.length === 0 ? "is kept quiet no more" : `is kept quiet by ${names.join(", ")}`;
}

/** A value, or what it was and what it is. */
function moved(value: unknown, who: Who): string {
  if (typeof value === "object" && value !== null && "from" in value && "to" in value) {
    return `${named(value.from, who)} → ${named(value.to, who)}`;
  }
  return named(value, who);
}

function named(value: unknown, who: Who): string {
  return typeof value === "string" && value !== "" ? who(value).replaceAll("_", " ") : plain(value);
}

function plain(value: unknown): string {
  if (value === true) return "yes";
  if (value === false) return "no";
  if (value === null || value === undefined || value === "") return "none";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function listed(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(", ") : "";
}
