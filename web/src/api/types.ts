/** The server's types, by the names that its document gives them. */
import type { components } from "./schema";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];
export type Severity = Schemas["Severity"];
export type IncidentStatus = Schemas["IncidentStatus"];
export type Phase = Schemas["Phase"];
export type Incident = Schemas["Incident"];
export type IncidentClock = Schemas["IncidentClock"];
export type Alert = Schemas["Alert"];
export type Approval = Schemas["Approval"];
export type Decision = Schemas["Decision"];
export type Run = Schemas["Run"];
export type JournalEntry = Schemas["JournalEntry"];
export type CompanyLine = Schemas["CompanyLine"];
export type Role = Schemas["Role"];
export type Right = Schemas["Right"];
export type Risk = Schemas["Risk"];

/** Gravest first. */
export const SEVERITIES = ["critical", "high", "medium", "low"] as const satisfies readonly Severity[];
