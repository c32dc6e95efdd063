import { useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Empty } from "~/ui/States";
import { Sure } from "~/ui/Sure";
import { of } from "../kit/company";
import { useSettled } from "../kit/useSettled";
import { Calendar } from "./Calendar";
import { WindowDialog } from "./WindowDialog";
import { WindowTable } from "./WindowTable";

type Window = Schemas["MaintenanceWindow"];

/** Maintenance windows: when they are, and what they are for. */
export function Windows({ companyId, windows }: { companyId: string; windows: Window[] }) {
  const may = useCan()("correlate");
  /** The place of the one that is changed; after the last, a new one. */
  const [editing, setEditing] = useState<number | null>(null);
  const [removing, setRemoving] = useState<number | null>(null);
  const placeOf = (name: string) => windows.findIndex((window) => window.name === name);
  return (
    <Panel title="Maintenance windows" actions={may && <Button onClick={() => setEditing(windows.length)}>Plan one</Button>}>
      {windows.length === 0 ? (
        <Empty title="Nothing is planned">
          {may ? "While something is worked on, its incidents are quiet: plan when, and for which alerts." : "Administrators plan when incidents are quiet."}
        </Empty>
      ) : (
        <div className="flex flex-col gap-4">
          <Calendar windows={windows} onOpen={may ? (name) => setEditing(placeOf(name)) : undefined} />
          <WindowTable windows={windows} may={may} onChange={setEditing} onRemove={setRemoving} />
        </div>
      )}
      {editing !== null && <WindowDialog companyId={companyId} windows={windows} place={editing} onClose={() => setEditing(null)} />}
      {removing !== null && <Remove companyId={companyId} windows={windows} place={removing} onClose={() => setRemoving(null)} />}
    </Panel>
  );
}

function Remove({ companyId, windows, place, onClose }: { companyId: string; windows: Window[]; place: number; onClose: () => void }) {
  const put = api.useMutation("put", "/api/companies/{company_id}/maintenance-windows");
  const settled = useSettled();
  const name = windows[place]?.name ?? "";
  const maintenance_windows = windows.filter((_, at) => at !== place);
  return (
    <Sure
      title={`Remove ${name}?`}
      act="Remove"
      busy={put.isPending}
      error={put.error}
      onClose={onClose}
      onSure={() => put.mutate({ params: of(companyId), body: { maintenance_windows } }, settled(`${name} is removed`, onClose))}
    >
      What it keeps quiet now is told from then on.
    </Sure>
  );
}
