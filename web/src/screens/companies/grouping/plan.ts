/** How a company's alerts are grouped, as it is edited: settings and rules together. */
import type { Schemas } from "~/api/types";
import { same } from "../kit/same";

export type Rule = Schemas["Rule"];
export type Correlation = Schemas["Correlation"];

export interface Plan {
  correlation: Correlation;
  rules: Rule[];
}

/** Names of the settings as people read them. */
export const NAMES: Record<Exclude<keyof Correlation, "version">, string> = {
  aggregation_key: "same trouble",
  window_minutes: "window",
  min_alerts: "alerts that open an incident",
  stale_after_minutes: "over after silence",
  resolve_hold_seconds: "hold before it resolves",
  reopen_window_minutes: "reopened within",
};

/** A rule with a name that no other has. */
export function added(rules: Rule[]): Rule {
  const taken = new Set(rules.map(({ name }) => name));
  for (let number = rules.length + 1; ; number++) if (!taken.has(`rule ${number}`)) return { name: `rule ${number}`, group_by: [], priority: 0 };
}

/** The rules with one of them a place earlier or later. */
export function moved<T>(list: readonly T[], from: number, by: -1 | 1): T[] {
  const next = [...list];
  const [one] = next.splice(from, 1);
  if (one !== undefined) next.splice(from + by, 0, one);
  return next;
}

/** What is otherwise than before, in words. */
export function differences(before: Plan, after: Plan): string[] {
  const settings = (Object.keys(NAMES) as (keyof typeof NAMES)[])
    .filter((field) => before.correlation[field] !== after.correlation[field])
    .map((field) => `${NAMES[field]}: ${before.correlation[field]} → ${after.correlation[field]}`);
  return [...settings, ...ofRules(before.rules, after.rules)];
}

function ofRules(before: Rule[], after: Rule[]): string[] {
  const was = new Map(before.map((rule) => [rule.name, rule]));
  const is = new Set(after.map(({ name }) => name));
  const said = after.flatMap((rule) => {
    const old = was.get(rule.name);
    if (old === undefined) return [`“${rule.name}” is new`];
    const fields = (["match", "group_by", "window_minutes", "min_alerts", "priority"] as const).filter((field) => !same(old[field], rule[field]));
    return fields.length === 0 ? [] : [`“${rule.name}”: ${fields.join(", ").replaceAll("_", " ")}`];
  });
  const gone = before.filter(({ name }) => !is.has(name)).map(({ name }) => `“${name}” is gone`);
  const kept = (rules: Rule[]) => rules.map(({ name }) => name).filter((name) => was.has(name) && is.has(name));
  return [...said, ...gone, ...(same(kept(before), kept(after)) ? [] : ["the order of the rules"])];
}
