/** Asks for all that a month's report is made of. */
import { client } from "~/api/client";
import type { Approval, Incident } from "~/api/types";
import type { Step } from "~/screens/numbers/figures";
import { type Found, type Model, modelOf } from "./model";
import { type Month, monthBeside, monthNamed } from "./month";

/** Rows of a page, and pages that are looked through at most. */
const [ROWS, PAGES] = [200, 25];

interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** What the server says, or the problem that it has with it. */
async function said<T>(asked: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await asked;
  if (data === undefined) throw error;
  return data;
}

/** All pages, newest first, until what is older than a moment; and whether there were more than are looked through. */
async function pages<T extends { created_at: string }>(since: string, ask: (cursor: string) => Promise<Page<T>>): Promise<[items: T[], more: boolean]> {
  const found: T[] = [];
  let cursor = "";
  for (let page = 0; page < PAGES; page++) {
    const { items, next_cursor } = await ask(cursor);
    found.push(...items);
    const last = items.at(-1);
    if (next_cursor === null || (last !== undefined && last.created_at < since)) return [found, false];
    cursor = next_cursor;
  }
  return [found, true];
}

export async function askForReport(companyId: string, company: string, month: Month): Promise<Model> {
  const of = { company_id: companyId };
  const { since, until } = month;
  const earlier = monthNamed(monthBeside(month.name, -1), Date.now());
  const kpis = (query: { since: string; until: string }) => said(client.GET("/api/kpis", { params: { query: { ...of, ...query } } }));
  const [now, before, series, [incidents, moreIncidents], [approvals, moreApprovals], members] = await Promise.all([
    kpis({ since, until }),
    kpis({ since: earlier?.since ?? since, until: since }),
    said(client.GET("/api/kpis/series", { params: { query: { ...of, since, until, step: "day" } } })),
    pages<Incident>(since, (cursor) => said(client.GET("/api/incidents", { params: { query: { ...of, since, limit: ROWS, cursor } } }))),
    pages<Approval>(since, (cursor) => said(client.GET("/api/approvals", { params: { query: { ...of, limit: ROWS, cursor } } }))),
    said(client.GET("/api/companies/{company_id}/members", { params: { path: of } })),
  ]);
  const names = new Map(members.items.map(({ user_id, name, email }) => [user_id, name || email]));
  const found: Found = {
    company,
    month,
    now,
    before,
    days: series.items as Step[],
    incidents,
    approvals,
    isPartial: moreIncidents || moreApprovals,
    madeAt: new Date().toISOString(),
    who: (actor) => names.get(actor) ?? actor,
  };
  return modelOf(found);
}
