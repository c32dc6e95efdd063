/** Moments as the browser's fields have them: without a zone, meant in the viewer's own. */

/** `2026-01-31T09:00` of a moment. */
export function toLocal(at: string | undefined): string {
  if (at === undefined || Number.isNaN(Date.parse(at))) return "";
  const date = new Date(at);
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/** The moment that was typed. */
export function fromLocal(text: string): string | undefined {
  const date = new Date(text);
  return text === "" || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
