import { absolute, relative } from "./time";
import { useNow } from "./useNow";

/** When it was or will be, in words; the exact time in the viewer's zone beside it for whoever points at it. */
export function Time({ at, className }: { at: string; className?: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={absolute(at)} className={className}>
      {relative(at, now)}
    </time>
  );
}
