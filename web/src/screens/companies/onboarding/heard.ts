/** What the newest alerts of a company say of its senders. */
import type { Alert } from "~/api/types";

/** The oldest of these alerts that a tool has sent: no trial of ours. */
export function firstOf(newest: readonly Alert[]): Alert | undefined {
  return newest.findLast(({ labels }) => labels.test !== "true");
}

export function heardWords(first: Alert): string {
  return first.unsigned ? "An alert was received, unsigned." : "The first signed alert was received.";
}
