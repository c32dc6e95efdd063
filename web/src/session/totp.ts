/** What of a typed code counts: authenticators show it in groups. */
export function codeOf(text: string): string {
  return text.replace(/\s+/g, "");
}
