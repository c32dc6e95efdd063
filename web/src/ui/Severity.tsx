import clsx from "clsx";
import type { Severity } from "~/api/types";

const TONES: Record<Severity, string> = {
  critical: "text-critical",
  high: "text-high",
  medium: "text-medium",
  low: "text-low",
};
/** Bars as well as a colour, so that nobody has to see colours. */
const BARS: Record<Severity, number> = { critical: 4, high: 3, medium: 2, low: 1 };

export function SeverityMark({ severity, words = true }: { severity: Severity; words?: boolean }) {
  return (
    <span className={clsx("inline-flex items-center gap-1.5 font-medium", TONES[severity])}>
      <svg viewBox="0 0 15 12" className="h-3 w-[15px] shrink-0" aria-hidden>
        {[0, 1, 2, 3].map((bar) => (
          <rect
            key={bar}
            x={bar * 4}
            y={9 - bar * 3}
            width="3"
            height={3 + bar * 3}
            rx="0.5"
            fill="currentColor"
            opacity={bar < BARS[severity] ? 1 : 0.22}
          />
        ))}
      </svg>
      <span className={clsx(!words && "sr-only")}>{severity}</span>
    </span>
  );
}
