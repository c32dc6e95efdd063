import { useQueryClient } from "@tanstack/react-query";
import { api } from "~/api/client";
import type { Incident, Run } from "~/api/types";
import { useWho } from "~/app/useWho";
import { Commands, RISKS, Targets } from "~/screens/approvals/ApprovalCard";
import { useCan } from "~/session/useSession";
import { Badge, type Tone, worded } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Facts, Panel } from "~/ui/Page";
import { Code, Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { minutes, percent } from "~/ui/time";
import { shown } from "~/ui/shown";
import { note, noteFailure } from "~/ui/toast";
import { of } from "./of";

const STATUSES: Record<Run["status"], Tone> = {
  intended: "plain",
  sent: "accent",
  succeeded: "good",
  failed: "bad",
  unknown_outcome: "warn",
};
/** How often a run that is not over is asked for, in milliseconds. */
const PACE = 2000;

const isOver = ({ status }: Run) => status === "succeeded" || status === "failed" || status === "unknown_outcome";

/** What was run, with its output as it comes, and what it has changed. Nothing where nothing was. */
export function RunsPanel({ incident }: { incident: Incident }) {
  const { data } = api.useQuery(
    "get",
    "/api/incidents/{incident_id}/runs",
    { params: of(incident) },
    { refetchInterval: ({ state }) => (state.data?.items.every(isOver) ?? true ? false : PACE) },
  );
  if (data === undefined || data.items.length === 0) return null;
  return (
    <Panel title="What was run">
      <ul className="flex flex-col gap-4">
        {data.items.toReversed().map((run) => (
          <li key={run.run_id}>
            <OneRun incident={incident} run={run} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function OneRun({ incident, run }: { incident: Incident; run: Run }) {
  const who = useWho(run.company_id);
  return (
    <article className="flex flex-col gap-2">
      <header className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Text className="font-semibold">{run.runbook}</Text>
        <Badge tone={STATUSES[run.status]}>{worded(run.status)}</Badge>
        <Badge tone={RISKS[run.risk_level]}>{run.risk_level} risk</Badge>
        {run.health != null && <Badge tone={run.health === "healthy" ? "good" : "warn"}>{run.health} afterwards</Badge>}
        <Stops incident={incident} run={run} />
      </header>
      {run.why != null && <Text className={run.status === "failed" ? "text-bad" : "text-soft"}>{run.why}</Text>}
      <Facts
        of={[
          ["On", <Targets of={run.instance_ids} />],
          ["Started", <><Time at={run.started_at} /> by {who(run.requested_by)}</>],
          ["Ended", run.ended_at == null ? "not yet" : <Time at={run.ended_at} />],
          ["Command", run.command_id == null ? "none yet" : <Code>{run.command_id}</Code>],
        ]}
      />
      {run.output != null && run.output !== "" && (
        <pre tabIndex={0} aria-label={`Output of ${run.runbook}`} className="max-h-80 overflow-auto rounded-md bg-raised p-2 whitespace-pre-wrap [overflow-wrap:anywhere]">
          {shown(run.output)}
        </pre>
      )}
      <Commands name="Commands" of={run.commands} />
      <BeforeAndAfter run={run} />
    </article>
  );
}

function Stops({ incident, run }: { incident: Incident; run: Run }) {
  const can = useCan();
  const queries = useQueryClient();
  const cancel = api.useMutation("post", "/api/incidents/{incident_id}/runs/{run_id}/cancel");
  const giveUp = api.useMutation("post", "/api/incidents/{incident_id}/runs/{run_id}/give-up");
  if (isOver(run) || !can("run")) return null;
  const { path, query } = of(incident);
  const params = { path: { ...path, run_id: run.run_id }, query };
  const then = (words: string) => ({
    onSuccess: () => {
      note(words);
      void queries.invalidateQueries();
    },
    onError: noteFailure,
  });
  return (
    <span className="flex gap-2">
      <Button kind="danger" busy={cancel.isPending} onClick={() => cancel.mutate({ params, body: {} }, then("Being called off"))}>
        Call off
      </Button>
      <Button busy={giveUp.isPending} onClick={() => giveUp.mutate({ params, body: {} }, then("Given up: its outcome is unknown"))}>
        Wait no longer
      </Button>
    </span>
  );
}

function BeforeAndAfter({ run: { kpis_before, kpis_after } }: { run: Run }) {
  if (kpis_before == null || kpis_after == null) return null;
  const rows: [string, string, string][] = [
    ["MTTR", minutes(kpis_before.mttr_minutes), minutes(kpis_after.mttr_minutes)],
    ["MTTA", minutes(kpis_before.mtta_minutes), minutes(kpis_after.mtta_minutes)],
    ["Noise reduction", percent(kpis_before.noise_reduction_pct), percent(kpis_after.noise_reduction_pct)],
    ["Self-healed", percent(kpis_before.self_healed_pct), percent(kpis_after.self_healed_pct)],
  ];
  return (
    <table className="w-max text-left">
      <caption className="sr-only">Figures before and after the run</caption>
      <thead className="text-xs text-soft">
        <tr>
          <td />
          <th scope="col" className="px-3 font-medium">before</th>
          <th scope="col" className="px-3 font-medium">after</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, before, after]) => (
          <tr key={name}>
            <th scope="row" className="font-normal text-soft">{name}</th>
            <td className="px-3 tabular-nums">{before}</td>
            <td className="px-3 tabular-nums">{after}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
