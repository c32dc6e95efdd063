import { type FormEvent, useState } from "react";
import { api, said } from "~/api/client";
import type { Incident } from "~/api/types";
import { board } from "~/board/board";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Field } from "~/ui/Field";
import { SeverityMark } from "~/ui/Severity";
import { Empty } from "~/ui/States";
import { Text } from "~/ui/Text";
import { of } from "./of";
import { useAct } from "./useAct";

/** Incidents that are offered at once. */
const OFFERED = 50;

/** Takes others of the company into this one. */
export function MergeDialog({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const merge = api.useMutation("post", "/api/incidents/{incident_id}/merge");
  const after = useAct();
  const others = [...board.get().lines.values()].filter(
    (line) =>
      line.company_id === incident.company_id &&
      line.incident_id !== incident.incident_id &&
      !line.over &&
      `${line.signature} ${line.asset_name}`.toLowerCase().includes(text.toLowerCase()),
  );
  const turn = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    merge.mutate({ params: of(incident), body: { incident_ids: [...chosen] } }, after(`${chosen.size} merged into it`, onClose));
  };
  return (
    <Dialog open onClose={onClose} title="Merge others into this" description="Their alerts come here; they end. It is kept as feedback for the grouping.">
      <form onSubmit={send} className="flex flex-col gap-3">
        <Field label="Find" type="search" value={text} onChange={({ target }) => setText(target.value)} />
        {others.length === 0 && <Empty title="No other is open here" />}
        <ul className="flex max-h-72 flex-col overflow-y-auto">
          {others.slice(0, OFFERED).map((line) => (
            <li key={line.incident_id}>
              <label className="flex items-center gap-2 rounded px-1 py-1 hover:bg-raised">
                <input type="checkbox" checked={chosen.has(line.incident_id)} onChange={() => turn(line.incident_id)} />
                <SeverityMark severity={line.severity} words={false} />
                <Text cut>{`${line.signature} on ${line.asset_name}`}</Text>
              </label>
            </li>
          ))}
        </ul>
        {others.length > OFFERED && <p className="text-soft">{others.length - OFFERED} more: search for them.</p>}
        {merge.error !== null && (
          <p role="alert" className="text-bad">
            {said(merge.error)}
          </p>
        )}
        <Button kind="primary" type="submit" busy={merge.isPending} disabled={chosen.size === 0}>
          Merge {chosen.size}
        </Button>
      </form>
    </Dialog>
  );
}
