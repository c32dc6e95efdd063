import { absolute, relative } from "./time";
import { useNow } from "./useNow";

/** When it was or will be, in words; the exact time in the viewer's zone for whoever points at it, worked out only then. */
export function Time({ at, className }: { at: string; className?: string }) {
  const now = useNow();
  return (
    <time
      dateTime={at}
      className={className}
      onPointerEnter={({ currentTarget }) => {
        currentTarget.title = absolute(at);
      }}
    >
      {relative(at, now)}
    </time>
  );
}
