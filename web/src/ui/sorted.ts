export type Order = "ascending" | "descending";

/** In order; what has no value stands last whichever way it goes. */
export function sorted<T>(items: readonly T[], by: (item: T) => string | number | null | undefined, order: Order): T[] {
  const way = order === "ascending" ? 1 : -1;
  return items.toSorted((one, other) => {
    const [a, b] = [by(one), by(other)];
    if (a == null || b == null) return Number(a == null) - Number(b == null);
    if (typeof a === "string" && typeof b === "string") return way * a.localeCompare(b);
    return way * (Number(a) - Number(b));
  });
}
