/** A mapping as it is edited: every expression is a text, and an empty one is left out. */
import type { Schemas } from "~/api/types";

export type Mapping = Schemas["Mapping"];

export const EXPRESSIONS = [
  ["asset_name", "What is in trouble", "alert.host"],
  ["signature", "The kind of trouble", "alert.what"],
  ["severity", "How grave", "alert.grade"],
  ["message", "The tool's words", "alert.text"],
  ["resolved", "Whether it is over", "alert.ok"],
  ["alerts", "The list of alerts", "body.checks"],
  ["fingerprint", "Known again by", "alert.host + '/' + alert.what"],
  ["labels", "Labels", "{'site': body.site}"],
  ["starts_at", "When it began", "alert.since"],
  ["ends_at", "When it ended", "alert.until"],
  ["url", "Link to the tool", "alert.link"],
  ["delivery_id", "Delivery known by", "body.id"],
] as const satisfies readonly (readonly [keyof Mapping, string, string])[];

export type Expressions = Record<(typeof EXPRESSIONS)[number][0], string>;

/** What is there, as texts. */
export function typed(mapping: Mapping | null): Expressions {
  return Object.fromEntries(EXPRESSIONS.map(([name]) => [name, mapping?.[name] ?? ""])) as Expressions;
}

/** The mapping that was typed; nothing where nothing was. */
export function mapped(expressions: Expressions): Mapping | null {
  const filled = Object.entries(expressions).filter(([, text]) => text.trim() !== "");
  if (filled.length === 0) return null;
  return { asset_name: "", signature: "", ...Object.fromEntries(filled) };
}
