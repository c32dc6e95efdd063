/** Where somebody was in the list when he opened an incident: Back leads there again. */
export interface Place {
  selected: string;
  /** How far the list was scrolled, in pixels. */
  offset: number;
}

/** Places that are kept at most. */
const KEPT = 50;
const places = new Map<string, Place>();

/** Keeps a place for an entry of the browser's history. */
export function keepPlace(entry: string, place: Place): void {
  places.delete(entry);
  places.set(entry, place);
  for (const oldest of places.keys()) {
    if (places.size <= KEPT) break;
    places.delete(oldest);
  }
}

export function placeOf(entry: string): Place | null {
  return places.get(entry) ?? null;
}
