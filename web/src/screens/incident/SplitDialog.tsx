import { type FormEvent, useState } from "react";
import { api, said } from "~/api/client";
import type { Incident } from "~/api/types";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { SeverityMark } from "~/ui/Severity";
import { Answer } from "~/ui/States";
import { Text } from "~/ui/Text";
import { clock } from "~/ui/time";
import { of } from "./of";
import { useAct } from "./useAct";

/** Alerts that are offered: the newest. */
const OFFERED = 100;

/** Gives some of its alerts an incident of their own. */
export function SplitDialog({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const query = { company_id: incident.company_id, incident_id: incident.incident_id, limit: OFFERED };
  const alerts = api.useQuery("get", "/api/alerts", { params: { query } });
  const split = api.useMutation("post", "/api/incidents/{incident_id}/split");
  const after = useAct();
  const turn = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    split.mutate({ params: of(incident), body: { alert_ids: [...chosen] } }, after(`${chosen.size} split off`, onClose));
  };
  return (
    <Dialog open wide onClose={onClose} title="Split alerts off" description="They get an incident of their own. It is kept as feedback for the grouping.">
      <form onSubmit={send} className="flex flex-col gap-3">
        <Answer of={alerts}>
          {({ items }) => (
            <ul className="flex max-h-80 flex-col overflow-y-auto">
              {items.map((alert) => (
                <li key={alert.alert_id}>
                  <label className="flex items-center gap-2 rounded px-1 py-1 hover:bg-raised">
                    <input type="checkbox" checked={chosen.has(alert.alert_id)} onChange={() => turn(alert.alert_id)} />
                    <SeverityMark severity={alert.severity} words={false} />
                    <span className="text-soft tabular-nums">{clock(alert.received_at)}</span>
                    <Text cut>{`${alert.asset_name}: ${alert.message}`}</Text>
                  </label>
                </li>
              ))}
            </ul>
          )}
        </Answer>
        {split.error !== null && (
          <p role="alert" className="text-bad">
            {said(split.error)}
          </p>
        )}
        <Button kind="primary" type="submit" busy={split.isPending} disabled={chosen.size === 0}>
          Split {chosen.size} off
        </Button>
      </form>
    </Dialog>
  );
}
