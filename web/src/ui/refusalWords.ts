/** What a refusal says to a person. */
import { fieldOf, said } from "~/api/client";
import type { Problem } from "~/api/types";
import { fieldWords } from "./fieldWords";

/** Whether what was changed had been changed by another before. */
export function isStale(error: unknown): boolean {
  return (error as Partial<Problem> | null)?.code === "stale";
}

/** What was answered, by the name of the field. Headers are the page's own affair, and are not told of. */
export function refusalWords(error: unknown): string {
  if (isStale(error)) return "It has changed meanwhile. Copy what you want to keep, and load it again.";
  const field = fieldOf(error);
  return field === undefined || isHeader(field) ? said(error) : `${fieldWords(field)}: ${said(error)}`;
}

/** Fields are `lower_case`, headers `Like-This`. */
const isHeader = (field: string) => /^[A-Z]/.test(field);
