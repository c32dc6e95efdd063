import type { ReactNode } from "react";
import { fieldOf, said } from "~/api/client";
import { Button } from "~/ui/Button";
import { LeaveGuard } from "./LeaveGuard";
import { fieldWords } from "./fieldWords";
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

/** What a form was answered, by the name of the field where there is one. */
export function Refusal({ error }: { error: unknown }) {
  if (error == null) return null;
  const field = fieldOf(error);
  return (
    <p role="alert" className="min-w-0 basis-full text-bad [overflow-wrap:anywhere]">
      {field === undefined ? said(error) : `${fieldWords(field)}: ${said(error)}`}
    </p>
  );
}
