import { useState } from "react";
import { useShortcuts } from "~/app/useShortcuts";
import { api } from "~/api/client";
import type { Incident } from "~/api/types";
import { useActing } from "~/screens/now/useActing";
import { useCan } from "~/session/useSession";
import { Button, Key } from "~/ui/Button";
import { Menu } from "~/ui/Menu";
import { AssignDialog } from "./AssignDialog";
import { MergeDialog } from "./MergeDialog";
import { ResolveDialog } from "./ResolveDialog";
import { RunDialog } from "./RunDialog";
import { SplitDialog } from "./SplitDialog";
import { of } from "./of";
import { useAct } from "./useAct";

type Open = "assign" | "resolve" | "merge" | "split" | "run" | null;

/** What can be done with it, as far as the person may. */
export function Acts({ incident }: { incident: Incident }) {
  const can = useCan();
  const acting = useActing();
  const [open, setOpen] = useState<Open>(null);
  const reopen = api.useMutation("post", "/api/incidents/{incident_id}/reopen");
  const after = useAct();
  const isOpen = incident.status !== "resolved";
  const whileOpen = (act: () => void) => () => isOpen && can("act") && act();
  const acknowledge = whileOpen(() => acting.acknowledge(incident));
  const escalate = whileOpen(() => acting.ask("escalate", incident));
  const snooze = whileOpen(() => acting.ask("snooze", incident));
  useShortcuts({ a: acknowledge, e: escalate, s: snooze });
  if (!can("act")) return null;
  const params = of(incident);
  return (
    <>
      {isOpen ? (
        <>
          <Button kind={incident.acknowledged_at == null ? "primary" : "plain"} busy={acting.acknowledging} disabled={incident.acknowledged_at != null} onClick={acknowledge}>
            Acknowledge <Key>a</Key>
          </Button>
          <Button onClick={() => setOpen("assign")}>Assign</Button>
          <Button onClick={escalate}>
            Escalate <Key>e</Key>
          </Button>
          <Button onClick={snooze}>
            Snooze <Key>s</Key>
          </Button>
          <Button onClick={() => setOpen("resolve")}>Resolve</Button>
        </>
      ) : (
        <Button busy={reopen.isPending} onClick={() => reopen.mutate({ params, body: {} }, after("Reopened"))}>
          Reopen
        </Button>
      )}
      <Menu
        trigger={<Button aria-label="More">⋯</Button>}
        items={[
          { name: "Run a runbook", act: () => setOpen("run"), disabled: !isOpen || !can("run") },
          { name: "Merge others into it", act: () => setOpen("merge"), disabled: !isOpen },
          { name: "Split alerts off", act: () => setOpen("split"), disabled: !isOpen || incident.alert_count < 2 },
        ]}
      />
      {acting.question}
      {open === "assign" && <AssignDialog incident={incident} onClose={() => setOpen(null)} />}
      {open === "resolve" && <ResolveDialog incident={incident} onClose={() => setOpen(null)} />}
      {open === "merge" && <MergeDialog incident={incident} onClose={() => setOpen(null)} />}
      {open === "split" && <SplitDialog incident={incident} onClose={() => setOpen(null)} />}
      {open === "run" && <RunDialog incident={incident} onClose={() => setOpen(null)} />}
    </>
  );
}
