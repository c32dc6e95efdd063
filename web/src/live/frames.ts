/** What the server tells as it happens, as it comes over `/ws`. */
import type { JournalEntry, Severity } from "~/api/types";

export interface Frame {
  event: string;
  /** Where to go on from; not on what is live only. */
  id?: string;
  data: unknown;
  retry_ms?: number;
}

export interface AcceptedNow {
  company_id: string;
  at: string;
  data: { count: number; by_severity: Record<Severity, number> };
}

export interface CountsNow {
  company_id: string;
  at: string;
  subject: string;
  data: { alert_count: number; severity: Severity; firing: Record<Severity, number> };
}

/** Frames that are about the stream itself, not about what has happened. */
export const OF_THE_STREAM = new Set(["start", "reset", "draining", "ended", "error"]);

export function isEntry(frame: Frame): frame is Frame & { data: JournalEntry } {
  return frame.id !== undefined && !OF_THE_STREAM.has(frame.event);
}

/** Reads a frame; nothing where it is none. */
export function readFrame(text: string): Frame | null {
  try {
    const frame = JSON.parse(text) as Frame;
    return typeof frame.event === "string" ? frame : null;
  } catch {
    return null;
  }
}

/** How long a live server is silent at most, in milliseconds: it says that it lives every fifteen seconds. */
export const SILENCE = 30_000;

/** How long to wait before the next try, in milliseconds: twice as long each time, with some chance. */
export function backoff(tries: number, chance: number): number {
  return Math.min(500 * 2 ** tries, 15_000) * (0.75 + chance / 2);
}
