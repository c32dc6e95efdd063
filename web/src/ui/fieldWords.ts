/** A field as the server names it, in words: `maintenance_windows[0].weekly.from` → `maintenance windows 1, weekly, from`. */
export function fieldWords(field: string): string {
  return field
    .replace(/\[(\d+)\]/g, (_, place: string) => ` ${Number(place) + 1}`)
    .replaceAll(".", ", ")
    .replaceAll("_", " ");
}
