import clsx from "clsx";
import type { ReactNode } from "react";

export type Tone = "plain" | "good" | "bad" | "warn" | "accent";

const TONES: Record<Tone, string> = {
  plain: "bg-raised text-ink",
  good: "bg-raised text-good",
  bad: "bg-bad-wash text-bad",
  warn: "bg-warn-wash text-medium",
  accent: "bg-accent-wash text-accent",
};

/** A state in a word or two. */
export function Badge({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={clsx("inline-block rounded px-1.5 text-xs leading-5 font-medium whitespace-nowrap", TONES[tone])}>
      {children}
    </span>
  );
}

/** A name of the server's as people read it: `awaiting_approval` → `awaiting approval`. */
export function worded(name: string): string {
  return name.replaceAll("_", " ");
}
