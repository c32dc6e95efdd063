import type { ReactNode } from "react";
import { Button } from "~/ui/Button";
import { Refusal } from "~/ui/Refusal";
import { LeaveGuard } from "./LeaveGuard";
import type { Draft } from "./useDraft";

interface Props {
  draft: Pick<Draft<unknown>, "dirty" | "overtaken">;
  busy: boolean;
  error: unknown;
  onDiscard: () => void;
  /** What else can be done before it is saved. */
  children?: ReactNode;
}

/** The end of a form of settings: save, or go back to what is saved. It keeps its place when there is nothing to save. */
export function SaveBar({ draft: { dirty, overtaken }, busy, error, onDiscard, children }: Props) {
  return (
    <div className="mt-3 flex flex-wrap items-center gap-2 border-t border-line pt-3">
      <Button kind="primary" type="submit" disabled={!dirty} busy={busy}>
        Save
      </Button>
      <Button disabled={!dirty || busy} onClick={onDiscard}>
        Discard
      </Button>
      {children}
      {overtaken && (
        <p role="status" className="min-w-0 rounded bg-warn-wash px-2 py-1">
          It was changed elsewhere meanwhile: saving replaces that, discarding shows it.
        </p>
      )}
      <Refusal error={error} />
      <LeaveGuard dirty={dirty} />
    </div>
  );
}
