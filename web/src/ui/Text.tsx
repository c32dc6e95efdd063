import clsx from "clsx";
import { shown } from "./shown";

/**
 * Text that somebody else has written: an alert's, a machine's, a model's. It is text, never markup; it cannot turn the
 * direction of what is around it (`bdi`), nor widen the page; written from right to left, it begins at the left as its
 * neighbours in the column do.
 */
export function Text({ children, className, cut = false }: { children: string; className?: string; cut?: boolean }) {
  return (
    <bdi className={clsx("text-left", cut ? "truncate" : "whitespace-pre-wrap [overflow-wrap:anywhere]", className)} title={cut ? shown(children) : undefined}>
      {shown(children)}
    </bdi>
  );
}

/** An id or other code, to be read by letter, from the left. */
export function Code({ children, className }: { children: string; className?: string }) {
  return <code className={clsx("[overflow-wrap:anywhere] text-soft [unicode-bidi:isolate]", className)}>{shown(children)}</code>;
}
