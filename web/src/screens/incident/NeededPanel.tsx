import { useState } from "react";
import { api } from "~/api/client";
import type { Incident, Schemas } from "~/api/types";
import { useWho } from "~/app/useWho";
import { useCan } from "~/session/useSession";
import { Button } from "~/ui/Button";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { RunDialog } from "./RunDialog";
import { calledFor } from "./called";
import { of } from "./of";
import { readable } from "./readable";

/** What has left the incident to people, and the act that helps. Nothing where nobody is needed. */
export function NeededPanel({ incident }: { incident: Incident }) {
  const needed = incident.phase === "needs_human";
  const why = api.useQuery("get", "/api/incidents/{incident_id}/why", { params: of(incident) }, { enabled: needed });
  const can = useCan();
  const [running, setRunning] = useState(false);
  if (!needed) return null;
  const failed = why.data?.needs_human?.runbook;
  const called = calledFor(incident.decision) ?? (failed == null ? null : { runbook: failed, machines: [], values: {} });
  return (
    <section aria-label="Somebody is needed" className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border border-bad bg-bad-wash px-3 py-2">
      <p className="min-w-0 flex-1 basis-72">
        <strong>Somebody is needed.</strong> {why.data?.needs_human != null && <Because companyId={incident.company_id} of={why.data.needs_human} />}
      </p>
      {called !== null && can("run") && (
        <Button kind="primary" onClick={() => setRunning(true)}>
          <span>
            Run <Text>{called.runbook}</Text>…
          </span>
        </Button>
      )}
      {running && <RunDialog incident={incident} called={called ?? undefined} onClose={() => setRunning(false)} />}
    </section>
  );
}

function Because({ companyId, of: { by, why, runbook, since } }: { companyId: string; of: Schemas["NeedsHumanWhy"] }) {
  const who = useWho(companyId);
  const said = by.startsWith("usr-") ? `${who(by)} escalated it` : runbook != null ? `${runbook} did not get through` : "It could not go on by itself";
  return (
    <>
      <Text>{why == null ? `${said}.` : readable(`${said}: ${why}`, who)}</Text> <Time at={since} className="text-soft" />
    </>
  );
}
