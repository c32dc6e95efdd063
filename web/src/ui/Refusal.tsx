import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "./Button";
import { isStale, refusalWords } from "./refusalWords";

interface Props {
  error: unknown;
  /** What follows once everything has been loaded again, where what was typed has to begin anew. */
  onReload?: (() => void) | undefined;
}

/** What a form was answered, by the name of the field where there is one. */
export function Refusal({ error, onReload }: Props) {
  if (error == null) return null;
  return (
    <div role="alert" className="min-w-0 basis-full">
      <p className="text-bad [overflow-wrap:anywhere]">{refusalWords(error)}</p>
      {isStale(error) && <Reload onReload={onReload} />}
    </div>
  );
}

/** Loads what is shown again. */
function Reload({ onReload }: Pick<Props, "onReload">) {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    await queries.invalidateQueries();
    setBusy(false);
    onReload?.();
  };
  return (
    <Button className="mt-2" busy={busy} onClick={() => void go()}>
      Load it again
    </Button>
  );
}
