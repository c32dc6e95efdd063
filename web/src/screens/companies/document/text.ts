/** A document as text, and text as a document. */
export const asText = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

export interface Unread {
  said: string;
}

/** Reads what was typed; says what is wrong with it where it is no document. */
export function asDocument(text: string): { document: Record<string, unknown> } | Unread {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === "object" && document !== null && !Array.isArray(document)) return { document: document as Record<string, unknown> };
    return { said: "A document begins with { and ends with }." };
  } catch (error) {
    return { said: `This is no JSON: ${(error as Error).message}` };
  }
}

/** A value of a change as it is shown: nothing as a dash. */
export function valued(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
