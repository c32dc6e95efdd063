import clsx from "clsx";
import type { ComponentProps } from "react";

type Kind = "plain" | "primary" | "danger" | "quiet";

const KINDS: Record<Kind, string> = {
  plain: "border-line bg-surface hover:bg-raised",
  primary: "border-accent bg-accent text-accent-ink hover:opacity-90",
  danger: "border-bad bg-surface text-bad hover:bg-bad-wash",
  quiet: "border-transparent hover:bg-raised",
};

interface Props extends ComponentProps<"button"> {
  kind?: Kind;
  /** Whether it is at work: it keeps its place and cannot be pressed twice. */
  busy?: boolean;
}

export function Button({ kind = "plain", busy = false, disabled, className, children, ...rest }: Props) {
  return (
    <button
      type="button"
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={clsx(
        "inline-flex min-h-7 items-center justify-center gap-1.5 rounded-md border px-2.5 py-0.5 font-medium whitespace-nowrap",
        "disabled:cursor-not-allowed disabled:opacity-55",
        KINDS[kind],
        className,
      )}
      {...rest}
    >
      {children}
    </button>
  );
}

/** A key to press, as a hint. */
export function Key({ children }: { children: string }) {
  return (
    <kbd aria-hidden className="rounded border border-line bg-raised px-1 font-mono text-[0.8em] text-soft">
      {children}
    </kbd>
  );
}
