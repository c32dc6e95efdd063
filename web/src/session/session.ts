/**
 * Who is logged in. The access token lives in this tab's memory; the refresh token in a cookie that no script can read.
 *
 * Tabs share both: a refresh token is good once, so that only one tab renews at a time (Web Locks), and tells the others.
 */
import { UNREACHABLE, problemOf } from "~/api/problem";
import type { Schemas } from "~/api/types";

type Tokens = Schemas["Tokens"];
export type Person = Tokens["user"];
export type FirstDo = Schemas["FirstDo"];

export type SessionState =
  | { kind: "unknown" }
  | { kind: "out"; why?: string }
  | { kind: "in"; user: Person; firstDo: FirstDo | null };

type Told =
  | { kind: "tokens"; token: string; until: number; user: Person; firstDo: FirstDo | null }
  | { kind: "out"; why?: string };

/** How long before its end a token is renewed, in milliseconds. */
const EARLY = 60_000;
const LOCK = "alert-whisperer-refresh";
/** Says that there may be a cookie, which no script sees: who has never logged in here is not asked for. */
const HINT = "alert-whisperer-login";
/** Says that somebody has left and the server does not know yet: it is told as soon as it is there. */
const OWED = "alert-whisperer-logout";
/** How long an answer may take, in milliseconds. */
const PATIENCE = 15_000;
/** How long the server may take to hear that somebody leaves, in milliseconds. */
const FAREWELL = 5000;
const ENDED = "Your login has ended. Log in again to go on.";
const UNTOLD = "You are logged out of this browser. The server could not be told, and is when this page is opened again.";

class Session {
  private current: { token: string; until: number } | null = null;
  private state: SessionState = { kind: "unknown" };
  private readonly listeners = new Set<() => void>();
  private readonly channel = new BroadcastChannel("alert-whisperer-session");
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.channel.onmessage = ({ data }: MessageEvent<Told>) => {
      if (data.kind === "out") this.leave(data.why);
      else this.enter(data);
    };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get = (): SessionState => this.state;

  /** Finds out whether the cookie is good for a login. */
  async begin(): Promise<void> {
    if (localStorage.getItem(OWED) !== null) await this.farewell();
    if (localStorage.getItem(HINT) === null) this.become({ kind: "out" });
    else await this.renew();
  }

  /** A token that is good now. */
  async token(): Promise<string | null> {
    if (this.current !== null && this.current.until - Date.now() > 0) return this.current.token;
    return this.state.kind === "out" ? null : this.renew();
  }

  /** Renews the tokens, unless another tab has just done so. */
  async renew(): Promise<string | null> {
    const before = this.current?.token;
    return navigator.locks.request(LOCK, async () => {
      const now = this.current;
      if (now !== null && now.token !== before && now.until - Date.now() > EARLY) return now.token;
      return this.refresh();
    });
  }

  private async refresh(): Promise<string | null> {
    const response = await ask("/api/auth/refresh", { method: "POST", headers: { "X-CSRF": "1" } });
    if (response.ok) return this.take((await response.json()) as Tokens);
    if (response.status === 401 || response.status === 403) {
      this.end(this.state.kind === "in" ? ENDED : undefined);
      return null;
    }
    throw await problemOf(response);
  }

  /** Logs in; throws the problem where it is refused. */
  async logIn(email: string, password: string, totp?: string): Promise<void> {
    const body = JSON.stringify({ email, password, cookie: true, ...(totp ? { totp } : {}) });
    const response = await ask("/api/auth/login", { method: "POST", body });
    if (!response.ok) throw await problemOf(response);
    localStorage.removeItem(OWED);
    this.take((await response.json()) as Tokens);
  }

  /** Logs out: here and in the other tabs at once, at the server as soon as it is there. */
  async logOut(): Promise<void> {
    localStorage.setItem(OWED, "");
    this.end();
    if (!(await this.farewell()) && this.state.kind === "out") this.become({ kind: "out", why: UNTOLD });
  }

  /** Tells the server that the login is over; answers whether it has heard. */
  private async farewell(): Promise<boolean> {
    const told = { method: "POST", headers: { "X-CSRF": "1" }, signal: AbortSignal.timeout(FAREWELL) };
    const response = await fetch("/api/auth/logout", told).catch(() => null);
    if (response === null || response.status >= 500) return false;
    localStorage.removeItem(OWED);
    return true;
  }

  /** Takes the token over that a change of password or of the second factor gives. */
  async changed(access: { access_token: string; expires_in: number }): Promise<void> {
    const headers = { Authorization: `Bearer ${access.access_token}` };
    const response = await ask("/api/auth/me", { headers });
    if (!response.ok) throw await problemOf(response);
    const me = (await response.json()) as Schemas["Me"];
    this.take({ ...access, token_type: "bearer", user: me, first_do: me.first_do ?? null });
  }

  private take(tokens: Tokens): string {
    const until = Date.now() + tokens.expires_in * 1000;
    const { user } = tokens;
    const told = { kind: "tokens", token: tokens.access_token, until, user, firstDo: tokens.first_do ?? null } as const;
    this.enter(told);
    this.channel.postMessage(told satisfies Told);
    return tokens.access_token;
  }

  private enter({ token, until, user, firstDo }: Extract<Told, { kind: "tokens" }>): void {
    this.current = { token, until };
    localStorage.setItem(HINT, "");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.renew().catch(() => {}), Math.max(until - Date.now() - EARLY, 1000));
    const same =
      this.state.kind === "in" && this.state.user.user_id === user.user_id && this.state.firstDo === firstDo;
    if (!same) this.become({ kind: "in", user, firstDo });
  }

  /** Ends the login in all tabs. */
  private end(why?: string): void {
    const told = why === undefined ? {} : { why };
    this.channel.postMessage({ kind: "out", ...told } satisfies Told);
    this.leave(why);
  }

  private leave(why?: string): void {
    this.current = null;
    localStorage.removeItem(HINT);
    clearTimeout(this.timer);
    this.become(why === undefined ? { kind: "out" } : { kind: "out", why });
  }

  private become(state: SessionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

/** Asks the server; throws a problem where it cannot be asked. */
function ask(path: string, init: RequestInit): Promise<Response> {
  return fetch(path, { ...init, signal: AbortSignal.timeout(PATIENCE) }).catch(() => {
    throw UNREACHABLE;
  });
}

export const session = new Session();
