/** An address that may be linked to: of the web, and nothing else (no `javascript:`, no `data:`). */
export function webAddress(text: string | null | undefined): URL | null {
  if (text == null || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === "https:" || url.protocol === "http:" ? url : null;
}
