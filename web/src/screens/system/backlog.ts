/** What waits to be done, as the lists that are read of it tell it. */

export interface Backlog {
  count: number;
  /** Whether there are more than were counted. */
  more: boolean;
  /** Since when the one waits that has waited longest, of those that were counted. */
  oldest: string | null;
}

export function backlogOf(since: readonly string[], more: boolean): Backlog {
  const oldest = since.reduce<string | null>((first, at) => (first === null || Date.parse(at) < Date.parse(first) ? at : first), null);
  return { count: since.length, more, oldest };
}

/** How long something may wait that takes no time where all is well, in milliseconds. */
const PATIENCE = 60_000;

/** Whether somebody should look why it waits. */
export function isLate({ oldest }: Backlog, now: number): boolean {
  return oldest !== null && now - Date.parse(oldest) > PATIENCE;
}
