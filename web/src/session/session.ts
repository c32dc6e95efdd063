/**
 * Who is logged in. The access token lives in this tab's memory; the refresh token in a cookie that no script can read.
 *
 * Tabs share both: a refresh token is good once, so that only one tab renews at a time (Web Locks), and tells the others.
 */
import type { Schemas } from "~/api/types";

type Tokens = Schemas["Tokens"];
export type Person = Tokens["user"];
export type FirstDo = Schemas["FirstDo"];

export type SessionState =
  | { kind: "unknown" }
  | { kind: "out"; why?: string }
  | { kind: "in"; user: Person; firstDo: FirstDo | null };

type Told = { kind: "tokens"; token: string; until: number; user: Person; firstDo: FirstDo | null } | { kind: "out" };

/** How long before its end a token is renewed, in milliseconds. */
const EARLY = 60_000;
const LOCK = "alert-whisperer-refresh";
/** Says that there may be a cookie, which no script sees: who has never logged in here is not asked for. */
const HINT = "alert-whisperer-login";

class Session {
  private current: { token: string; until: number } | null = null;
  private state: SessionState = { kind: "unknown" };
  private readonly listeners = new Set<() => void>();
  private readonly channel = new BroadcastChannel("alert-whisperer-session");
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.channel.onmessage = ({ data }: MessageEvent<Told>) => {
      if (data.kind === "out") this.leave();
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
    const response = await fetch("/api/auth/refresh", { method: "POST", headers: { "X-CSRF": "1" } });
    if (response.ok) return this.take((await response.json()) as Tokens);
    if (response.status === 401 || response.status === 403) {
      this.leave();
      return null;
    }
    throw await response.json();
  }

  /** Logs in; throws the problem where it is refused. */
  async logIn(email: string, password: string, totp?: string): Promise<void> {
    const body = JSON.stringify({ email, password, cookie: true, ...(totp ? { totp } : {}) });
    const response = await fetch("/api/auth/login", { method: "POST", body });
    if (!response.ok) throw await response.json();
    this.take((await response.json()) as Tokens);
  }

  async logOut(): Promise<void> {
    await fetch("/api/auth/logout", { method: "POST", headers: { "X-CSRF": "1" } });
    this.channel.postMessage({ kind: "out" } satisfies Told);
    this.leave();
  }

  /** Takes the token over that a change of password or of the second factor gives. */
  async changed(access: { access_token: string; expires_in: number }): Promise<void> {
    const headers = { Authorization: `Bearer ${access.access_token}` };
    const response = await fetch("/api/auth/me", { headers });
    if (!response.ok) throw await response.json();
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

  private leave(): void {
    const was = this.state.kind;
    this.current = null;
    localStorage.removeItem(HINT);
    clearTimeout(this.timer);
    this.become(was === "in" ? { kind: "out", why: "Your login has ended. Log in again to go on." } : { kind: "out" });
  }

  private become(state: SessionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

export const session = new Session();
