/** What happens, told to the lines of the list. Pure: lines and a frame go in, what is known better comes out. */
import type { JournalEntry, Severity } from "~/api/types";
import { type CountsNow, type Frame, isEntry } from "~/live/frames";
import { type Line, counted, lineOf } from "./line";

/** Answers the ids of lines that have to be asked for, because an entry does not say all of it. */
export function absorb(lines: Map<string, Line>, frames: Frame[], now: number): Set<string> {
  const unclear = new Set<string>();
  for (const frame of frames) {
    if (frame.event === "incident.counts") count(lines, frame.data as CountsNow);
    else if (isEntry(frame)) {
      if (enter(lines, frame.data, now)) unclear.add(frame.data.subject);
      else if (frame.data.kind === "incident.resolved") unclear.delete(frame.data.subject);
    }
  }
  return unclear;
}

function count(lines: Map<string, Line>, { subject, data }: CountsNow): void {
  const line = lines.get(subject);
  if (line !== undefined) lines.set(subject, counted(line, data.alert_count, data.severity));
}

/** Whether the line has to be asked for. */
function enter(lines: Map<string, Line>, entry: JournalEntry, now: number): boolean {
  const line = lines.get(entry.subject);
  const data = entry.data as Record<string, unknown>;
  switch (entry.kind) {
    case "incident.opened":
      if (line === undefined) lines.set(entry.subject, opened(entry, now));
      return true;
    case "incident.resolved":
      if (line !== undefined) lines.set(entry.subject, { ...line, status: "resolved", phase: "resolved", over: true });
      return false;
    case "decision.made":
      if (line === undefined) return false;
      lines.set(entry.subject, {
        ...line,
        recommendation: String(data.recommendation ?? ""),
        confidence: Number(data.confidence ?? 0),
      });
      return false;
    default:
      return /^(incident|approval|run)\./.test(entry.kind) && entry.subject.startsWith("inc-");
  }
}

/** As it opens: what the entry says, and what is so of everything that opens. */
function opened(entry: JournalEntry, now: number): Line {
  const data = entry.data as { alert_count: number; asset_name: string; severity: Severity; signature: string };
  const line = lineOf(
    {
      incident_id: entry.subject,
      company_id: entry.company_id,
      status: "new",
      phase: "open",
      severity: data.severity,
      signature: data.signature,
      asset_name: data.asset_name,
      alert_count: 0,
      tool_sources: [],
      priority_score: 0,
      assigned_to: null,
      acknowledged_at: null,
      snoozed_until: null,
      flapping: false,
      suppressed: false,
      clocks: [],
      recommendation: null,
      confidence: null,
      created_at: entry.at,
      updated_at: entry.at,
    },
    now,
  );
  // Counted from nothing, so that the weight is that of its severity and its alerts.
  const nothing: Line = { ...line, severity: "low", weight: line.weight + 10 };
  return counted(nothing, data.alert_count, data.severity);
}
