/** A runbook's parameters: what they take, in words, and what was typed as they take it. */
import type { Schemas } from "~/api/types";

export type Parameter = Schemas["Parameter"];

/** What a parameter takes. */
export function takes({ type }: Parameter): string {
  if ("text" in type) return `text of at most ${type.text.max_length} characters that matches ${type.text.pattern}`;
  if ("choice" in type) return `one of ${type.choice.of.join(", ")}`;
  return `a whole number from ${type.integer.min} to ${type.integer.max}`;
}

/** What was typed, as it is sent; what was left empty is left to its default. */
export function filled(parameters: readonly Parameter[], typed: Record<string, string>): Record<string, unknown> {
  const given = parameters.filter(({ name }) => (typed[name] ?? "") !== "");
  return Object.fromEntries(given.map((parameter) => [parameter.name, valueOf(parameter, typed[parameter.name] ?? "")]));
}

/** A number that is none is sent as it was typed: the server says what is wrong with it. */
function valueOf({ type }: Parameter, text: string): unknown {
  return "integer" in type && /^-?\d+$/.test(text) ? Number(text) : text;
}

/** Ids that were typed one after the other, with commas or room between. */
export function listed(text: string): string[] {
  return text.split(/[\s,]+/).filter((id) => id !== "");
}
