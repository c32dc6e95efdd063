/**
 * One socket for all tabs: the tab that holds the lock has it, and tells the others what comes. When it closes, another
 * takes the lock and goes on from the last place that it has heard of, so that nothing is missed.
 */
import { type Frame, SILENCE, backoff, readFrame } from "./frames";
import { session } from "~/session/session";

export type Connection = "connecting" | "live" | "lost";

type Told =
  | { kind: "frames"; frames: Frame[] }
  | { kind: "connection"; connection: Connection }
  | { kind: "asked" };

const NAME = "alert-whisperer-live";
/** How often what came is handed on, in milliseconds. */
const GATHERING = 100;
/** How often it is looked whether the server still speaks, in milliseconds. */
const CHECK = 5000;

class Live {
  private channel: BroadcastChannel | null = null;
  private socket: WebSocket | null = null;
  private cursor: string | null = null;
  private gathered: Frame[] = [];
  private connection: Connection = "connecting";
  private readonly hearers = new Set<(frames: Frame[]) => void>();
  private readonly watchers = new Set<() => void>();

  /** Begins to listen for a person, whose tabs share it; ends with the returned function. */
  start(userId: string): () => void {
    const name = `${NAME}-${userId}`;
    const channel = new BroadcastChannel(name);
    this.channel = channel;
    channel.onmessage = ({ data }: MessageEvent<Told>) => {
      if (data.kind === "frames") this.hear(data.frames);
      else if (data.kind === "connection") this.become(data.connection);
      else if (this.socket !== null) this.tell({ kind: "connection", connection: this.connection });
    };
    this.tell({ kind: "asked" });
    const leader = new AbortController();
    const lead = navigator.locks.request(name, { signal: leader.signal }, () => this.lead(leader.signal));
    lead.catch(() => {});
    return () => {
      leader.abort();
      channel.close();
      this.channel = null;
      this.cursor = null;
      this.gathered = [];
      this.become("connecting");
    };
  }

  onFrames(hearer: (frames: Frame[]) => void): () => void {
    this.hearers.add(hearer);
    return () => this.hearers.delete(hearer);
  }

  subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  get = (): Connection => this.connection;

  /** Holds the socket until the tab ends. */
  private async lead(signal: AbortSignal): Promise<void> {
    for (let tries = 0; !signal.aborted; tries++) {
      const token = await session.token().catch(() => null);
      if (token !== null && (await this.converse(token, signal))) tries = 0;
      if (signal.aborted) return;
      this.change("lost");
      await rest(backoff(tries, Math.random()), signal);
    }
  }

  /** One connection, until it ends or is silent for too long; answers whether it came about. */
  private converse(token: string, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const scheme = location.protocol === "https:" ? "wss" : "ws";
      const socket = new WebSocket(`${scheme}://${location.host}/ws`);
      let began = false;
      this.socket = socket;
      let heard = Date.now();
      const silence = setInterval(() => Date.now() - heard > SILENCE && end(), CHECK);
      // A socket whose other end is gone may take minutes to close: it is left before.
      const end = () => {
        clearInterval(silence);
        signal.removeEventListener("abort", end);
        socket.onmessage = socket.onclose = null;
        socket.close();
        this.hand();
        this.socket = null;
        resolve(began);
      };
      signal.addEventListener("abort", end, { once: true });
      socket.onopen = () => socket.send(JSON.stringify({ token, ...(this.cursor ? { cursor: this.cursor } : {}) }));
      socket.onmessage = ({ data }: MessageEvent<string>) => {
        heard = Date.now();
        const frame = readFrame(data);
        if (frame === null || frame.event === "heartbeat") return;
        if (frame.event === "start") {
          began = true;
          this.change("live");
        }
        this.gather(frame);
      };
      socket.onclose = end;
    });
  }

  private gather(frame: Frame): void {
    this.gathered.push(frame);
    if (this.gathered.length === 1) setTimeout(() => this.hand(), GATHERING);
  }

  private hand(): void {
    const frames = this.gathered;
    if (frames.length === 0) return;
    this.gathered = [];
    this.tell({ kind: "frames", frames });
    this.hear(frames);
  }

  private hear(frames: Frame[]): void {
    for (const frame of frames) this.cursor = frame.id ?? this.cursor;
    for (const hearer of this.hearers) hearer(frames);
  }

  private change(connection: Connection): void {
    this.tell({ kind: "connection", connection });
    this.become(connection);
  }

  private become(connection: Connection): void {
    if (this.connection === connection) return;
    this.connection = connection;
    for (const watcher of this.watchers) watcher();
  }

  private tell(told: Told): void {
    this.channel?.postMessage(told);
  }
}

/** Waits, but not longer than until the network is there again. */
function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    }
    addEventListener("online", done);
    signal.addEventListener("abort", done, { once: true });
  });
}

export const live = new Live();
