import clsx from "clsx";
import { shown } from "./shown";

/**
 * Text that somebody else has written: an alert's, a machine's, a model's. It is text, never markup; it cannot turn the
 * direction of what is around it (`bdi`), nor widen the page.
 */
export function Text({ children, className, cut = false }: { children: string; className?: string; cut?: boolean }) {
  return (
    <bdi className={clsx(cut ? "truncate" : "whitespace-pre-wrap [overflow-wrap:anywhere]", className)} title={cut ? shown(children) : undefined}>
      {shown(children)}
    </bdi>
  );
}

/** An id or other code, to be read by letter. */
export function Code({ children, className }: { children: string; className?: string }) {
  return <code className={clsx("[overflow-wrap:anywhere] text-soft", className)}>{children}</code>;
}
