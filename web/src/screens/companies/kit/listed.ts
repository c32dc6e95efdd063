/** The values of a list that was typed with commas or lines between. */
export function listed(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== "");
}
