import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, said } from "~/api/client";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Field } from "~/ui/Field";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { note } from "~/ui/toast";

/** How often it is asked, in milliseconds. */
const PACE = 5000;

/** The switch that stops all runs of all companies. */
export function RunsSwitch() {
  const state = api.useQuery("get", "/api/system/runs", {}, { refetchInterval: PACE });
  const [asking, setAsking] = useState(false);
  return (
    <Panel
      title="Runs"
      actions={
        <Button kind={state.data?.stopped ? "primary" : "danger"} disabled={state.data === undefined} onClick={() => setAsking(true)}>
          {state.data?.stopped ? "Let runs go on" : "Stop all runs"}
        </Button>
      }
    >
      <Answer of={state}>
        {({ stopped, stopped_at, stopped_by, reason }) =>
          stopped ? (
            <p>
              <Badge tone="bad">stopped</Badge> {stopped_at != null && <Time at={stopped_at} />} by <Text>{stopped_by ?? "somebody"}</Text>
              {reason != null && (
                <>
                  : <Text>{reason}</Text>
                </>
              )}
            </p>
          ) : (
            <p>
              <Badge tone="good">running</Badge> What policy and consent allow is run, of all companies.
            </p>
          )
        }
      </Answer>
      {asking && state.data !== undefined && <Turn stopped={state.data.stopped} onClose={() => setAsking(false)} />}
    </Panel>
  );
}

function Turn({ stopped, onClose }: { stopped: boolean; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const queries = useQueryClient();
  const set = api.useMutation("put", "/api/system/runs");
  const send = (event: FormEvent) => {
    event.preventDefault();
    const body = { stopped: !stopped, ...(reason.trim() === "" ? {} : { reason: reason.trim() }) };
    set.mutate(
      { body },
      {
        onSuccess: (now) => {
          queries.setQueryData(["get", "/api/system/runs", {}], now);
          void queries.invalidateQueries({ queryKey: ["get", "/api/system/runs"] });
          note(now.stopped ? "All runs are stopped" : "Runs go on");
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={stopped ? "Let runs go on?" : "Stop all runs?"}
      description={stopped ? "Runs of all companies go on." : "Nothing more is begun for any company until it is taken back. What runs already is not ended by this."}
    >
      <form onSubmit={send} className="flex flex-col gap-3">
        <Field label="Why" value={reason} onChange={({ target }) => setReason(target.value)} error={set.error === null ? undefined : said(set.error)} />
        <Button kind={stopped ? "primary" : "danger"} type="submit" busy={set.isPending}>
          {stopped ? "Let them go on" : "Stop all runs"}
        </Button>
      </form>
    </Dialog>
  );
}
