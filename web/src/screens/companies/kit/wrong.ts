import { fieldOf, said } from "~/api/client";

/** What is wrong with a field of a form, by the name that the server has for it. */
export function wrong(error: unknown): (field: string) => string | undefined {
  return (field) => (error != null && fieldOf(error) === field ? said(error) : undefined);
}

/** What is wrong with a part of a form that has fields of its own: `rules[2].match` within `rules[2]` is `match`. */
export function wrongWithin(error: unknown, part: string): (field: string) => string | undefined {
  const at = wrong(error);
  return (field) => at(field === "" ? part : `${part}.${field}`);
}
