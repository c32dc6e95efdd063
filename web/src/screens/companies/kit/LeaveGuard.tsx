import { useBlocker } from "@tanstack/react-router";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";

/** Asks before somebody leaves what he has not saved. */
export function LeaveGuard({ dirty, what = "Changes that are not saved" }: { dirty: boolean; what?: string }) {
  const { status, proceed, reset } = useBlocker({
    // A filter or a company chosen in the address does not leave the page.
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: dirty,
    withResolver: true,
  });
  if (status !== "blocked") return null;
  return (
    <Dialog open onClose={reset} title="Leave without saving?" description={`${what} are lost.`}>
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" onClick={reset}>
          Stay
        </Button>
        <Button kind="danger" onClick={proceed}>
          Leave
        </Button>
      </div>
    </Dialog>
  );
}
