/** Characters that turn the direction of text, and that nobody sees: what they do is shown instead of done. */
const TURNING = /[\u202A-\u202E\u2066-\u2069]/g;

/** Text as it may be shown within other text. */
export function shown(text: string): string {
  return text.replace(TURNING, (mark) => `[U+${mark.charCodeAt(0).toString(16).toUpperCase()}]`);
}
