import { useQueryClient } from "@tanstack/react-query";
import { useScope } from "~/app/scope";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { SeverityMark } from "~/ui/Severity";
import { Answer, Empty } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { Trouble } from "~/ui/Trouble";
import { note, noteFailure } from "~/ui/toast";

/** Alerts that could not be placed and were set aside, of the company that is chosen. */
export function DeadLetters() {
  const scope = useScope();
  return (
    <Panel title="Dead letters">
      {scope === null ? <p className="text-soft">Alerts that could not be placed are listed here of one company: its number above leads to them.</p> : <OfOne companyId={scope} />}
    </Panel>
  );
}

function OfOne({ companyId }: { companyId: string }) {
  const can = useCan();
  const queries = useQueryClient();
  const query = { company_id: companyId, limit: 100 };
  const letters = api.useQuery("get", "/api/system/dead-letters", { params: { query } });
  const release = api.useMutation("post", "/api/system/dead-letters/{alert_id}/release");
  const go = (alert_id: string) =>
    release.mutate(
      { params: { path: { alert_id }, query: { company_id: companyId } } },
      {
        onSuccess: ({ message }) => {
          note(message);
          void queries.invalidateQueries({ queryKey: ["get", "/api/system/dead-letters"] });
        },
        onError: noteFailure,
      },
    );
  return (
    <Answer of={letters}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="There are none">Every alert has found its place.</Empty>
        ) : (
          <Table<Schemas["DeadLetter"]>
            caption="Dead letters"
            items={items}
            keyOf={({ alert_id }) => alert_id}
            columns={[
              { name: "Received", cell: ({ received_at }) => <Time at={received_at} /> },
              { name: "Severity", cell: ({ severity }) => <SeverityMark severity={severity} /> },
              {
                name: "Alert",
                cell: ({ signature, asset_name, message }) => (
                  <>
                    <Trouble signature={signature} asset_name={asset_name} />: <Text>{message}</Text>
                  </>
                ),
              },
              { name: "Why", cell: ({ receipt }) => <Text>{receipt?.rule ?? "unknown"}</Text> },
              {
                name: "",
                right: true,
                cell: ({ alert_id }) =>
                  can("release") && (
                    <Button busy={release.isPending} onClick={() => go(alert_id)}>
                      Try again
                    </Button>
                  ),
              },
            ]}
          />
        )
      }
    </Answer>
  );
}
