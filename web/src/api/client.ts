/**
 * The typed client: every request carries the access token, and is made once more with a new one where it was refused
 * as too old.
 */
import createFetchClient, { type Middleware, createQuerySerializer } from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import type { paths } from "./schema";
import { UNREACHABLE, problemOf } from "./problem";
import type { Problem } from "./types";
import { session } from "~/session/session";

/** How long an answer may take, in milliseconds: a server that is stopped answers nothing, and refuses nothing. */
const PATIENCE = 30_000;
/** A journal of years takes its time. */
const LONG = 10 * 60_000;

/** A `fetch` with the access token. */
export async function authorised(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await fetch(signed(request, await session.token()));
  if (response.status !== 401) return response;
  const renewed = await session.renew();
  return renewed === null ? response : fetch(signed(again, renewed));
}

function signed(request: Request, token: string | null): Request {
  if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}

/** As long as an answer may take, and no longer than it is wanted. */
function timed(request: Request): Promise<Response> {
  const patience = new URL(request.url).pathname === "/api/audit/verify" ? LONG : PATIENCE;
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(patience)]);
  return authorised(new Request(request, { signal }));
}

/** A refusal in words, where the server could not be asked at all, or another has answered for it. */
const inWords: Middleware = {
  onResponse: async ({ response }) => {
    if (response.ok) return undefined;
    const problem = await problemOf(response);
    return Response.json(problem, { status: response.status, headers: { "Content-Type": "application/problem+json" } });
  },
  onError: () => Object.assign(new Error(UNREACHABLE.title), UNREACHABLE),
};

const serialised = createQuerySerializer();

/** What is empty is not asked for: no filter, no cursor. */
function querySerializer(query: Record<string, unknown>): string {
  return serialised(Object.fromEntries(Object.entries(query).filter(([, value]) => value !== "")));
}

export const client = createFetchClient<paths>({ baseUrl: "/", fetch: timed, querySerializer });
client.use(inWords);

/** Hooks over the client: `api.useQuery("get", "/api/...", {params})`. */
export const api = createQueryClient(client);

/** What went wrong, in words for a person. */
export function said(error: unknown): string {
  const problem = error as Partial<Problem> | null;
  if (typeof problem?.detail === "string") return problem.detail;
  return error instanceof Error ? error.message : "Something went wrong.";
}

/** Whether what went wrong is that somebody has no right to it. */
export function isRefused(error: unknown): boolean {
  return (error as Partial<Problem> | null)?.status === 403;
}

/** The field that is wrong, where one is. */
export function fieldOf(error: unknown): string | undefined {
  return (error as Partial<Problem> | null)?.field ?? undefined;
}
