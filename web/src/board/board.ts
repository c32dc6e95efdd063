/** The list of what is open, in all tabs' memory: filled page by page, kept up to date by what happens. */
import { client } from "~/api/client";
import { type Frame } from "~/live/frames";
import { live } from "~/live/live";
import { absorb } from "./absorb";
import { type Line, type Told, lineOf } from "./line";

const PAGE = 1000;
/** Lines that are kept at most: more than this no list can help with. */
const LINES = 20_000;
/** Lines that are asked for at once, by themselves; more are asked for as a page. */
const SINGLY = 8;
/** How often lines are asked for, at most, in milliseconds. */
const PACE = 1000;
/** How often all are asked for anew where nothing else asks, in milliseconds. */
const ANEW = 5 * 60_000;

export interface BoardState {
  lines: Map<string, Line>;
  /** Counts up whenever a line changes. */
  version: number;
  filling: boolean;
  filled: boolean;
  /** Whether there are more than are kept. */
  more: boolean;
  error: unknown;
}

class Board {
  private state: BoardState = empty();
  private readonly listeners = new Set<() => void>();
  private unclear = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private filling = false;
  /** Somebody has asked for all pages while they were being asked for. */
  private again = false;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get = (): BoardState => this.state;

  start(): () => void {
    const off = live.onFrames((frames) => this.hear(frames));
    const anew = setInterval(() => void this.fill(), ANEW);
    void this.fill();
    return () => {
      off();
      clearInterval(anew);
      clearTimeout(this.timer);
      this.timer = undefined;
      this.unclear.clear();
      this.change(empty());
    };
  }

  /** Asks for all pages; what is shown stays until they are there. */
  async fill(): Promise<void> {
    if (this.filling) {
      this.again = true;
      return;
    }
    this.filling = true;
    this.change({ filling: true });
    const seen = new Set<string>();
    const began = Date.now();
    try {
      let cursor: string | undefined;
      do {
        const query = { limit: PAGE, cursor };
        const { data, error } = await client.GET("/api/incidents/unresolved", { params: { query } });
        if (error !== undefined) throw error;
        for (const told of data.items) {
          seen.add(told.incident_id);
          this.put(told);
        }
        cursor = data.next_cursor ?? undefined;
        this.change({ filled: true, error: null });
      } while (cursor !== undefined && seen.size < LINES);
      const more = cursor !== undefined;
      if (!more) this.endUnseen(seen, began);
      this.change({ more });
    } catch (error) {
      this.change({ error });
    } finally {
      this.filling = false;
      this.change({ filling: false });
    }
    if (this.again) {
      this.again = false;
      await this.fill();
    }
  }

  /** What no page had is over, unless it has opened meanwhile. */
  private endUnseen(seen: Set<string>, began: number): void {
    for (const [id, line] of this.state.lines) {
      if (!seen.has(id) && !line.over && Date.parse(line.created_at) < began) {
        this.state.lines.set(id, { ...line, over: true });
      }
    }
  }

  /** Takes what an act has answered, so that it is seen at once. */
  tell(incident: Told | (Omit<Told, "suppressed"> & { suppressed_by: unknown[]; decision?: unknown })): void {
    const line = this.state.lines.get(incident.incident_id);
    const suppressed = "suppressed" in incident ? incident.suppressed : incident.suppressed_by.length > 0;
    const { recommendation = null, confidence = null } = line ?? {};
    const told = { ...incident, suppressed, recommendation, confidence } as Told;
    this.put(told);
    this.change({});
  }

  private put(told: Told): void {
    const line = lineOf(told, Date.now());
    this.state.lines.set(told.incident_id, told.status === "resolved" ? { ...line, over: true } : line);
  }

  private hear(frames: Frame[]): void {
    // A stream that begins tells what comes from then on: what came since the list was asked for is in neither.
    if (frames.some(({ event }) => event === "start" || event === "reset")) void this.fill();
    for (const id of absorb(this.state.lines, frames, Date.now())) this.unclear.add(id);
    if (this.unclear.size > 0) this.timer ??= setTimeout(() => void this.clear(), PACE);
    this.change({});
  }

  /** Asks for lines of which not all is known: a few by themselves, many with the list. */
  private async clear(): Promise<void> {
    const ids = [...this.unclear];
    this.unclear.clear();
    if (ids.length > SINGLY) await this.fill();
    else await Promise.all(ids.map((id) => this.ask(id)));
    this.timer = undefined;
    if (this.unclear.size > 0) this.timer = setTimeout(() => void this.clear(), ids.length > SINGLY ? PACE * 5 : PACE);
  }

  private async ask(id: string): Promise<void> {
    const company_id = this.state.lines.get(id)?.company_id;
    if (company_id === undefined) return;
    const params = { path: { incident_id: id }, query: { company_id } };
    const { data } = await client.GET("/api/incidents/{incident_id}", { params });
    if (data !== undefined) {
      const { decision } = data;
      this.tell(data);
      const line = this.state.lines.get(id);
      if (line !== undefined && decision != null) {
        const { recommendation, confidence } = decision;
        this.state.lines.set(id, { ...line, recommendation, confidence });
      }
    }
  }

  /** Forgets what is over and is shown no more. */
  sweep(shown: Set<string>): void {
    for (const [id, line] of this.state.lines) if (line.over && !shown.has(id)) this.state.lines.delete(id);
  }

  private change(change: Partial<BoardState>): void {
    this.state = { ...this.state, ...change, version: this.state.version + 1 };
    for (const listener of this.listeners) listener();
  }
}

function empty(): BoardState {
  return { lines: new Map(), version: 0, filling: false, filled: false, more: false, error: null };
}

export const board = new Board();
