import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { OneCompany } from "~/app/OneCompany";
import { api } from "~/api/client";
import { PAGED } from "~/api/paged";
import type { Alert } from "~/api/types";
import type { AcceptedNow, Frame } from "~/live/frames";
import { useFrames } from "~/live/useLive";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Page, Panel } from "~/ui/Page";
import { SeverityMark } from "~/ui/Severity";
import { Answer, Empty } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { Filters, type Wanted } from "./Filters";
import { STATES } from "./states";

/** Alerts of a page. */
const PAGE = 100;

/** A company's alerts, newest first, and where each has gone. */
export function Alerts() {
  const wanted = useSearch({ strict: false }) as Wanted;
  const navigate = useNavigate();
  const change = (next: Wanted) => void navigate({ to: ".", search: (before) => ({ ...before, ...next }), replace: true });
  return (
    <Page title="Alerts">
      <OneCompany>
        {(companyId) => (
          <>
            <Filters value={wanted} onChange={change} />
            <List key={companyId} companyId={companyId} wanted={wanted} />
          </>
        )}
      </OneCompany>
    </Page>
  );
}

function List({ companyId, wanted }: { companyId: string; wanted: Wanted }) {
  const { state, severity, since, incident_id } = wanted;
  const query = { company_id: companyId, limit: PAGE, state, severity, since, incident_id };
  const pages = api.useInfiniteQuery("get", "/api/alerts", { params: { query } }, PAGED);
  const [waiting, seen] = useWaiting(companyId);
  const filtered = state !== undefined || severity !== undefined || since !== undefined || incident_id !== undefined;
  return (
    <Panel
      title="Newest first"
      actions={
        <Button
          kind={waiting === 0 ? "plain" : "primary"}
          disabled={waiting === 0}
          onClick={() => {
            seen();
            void pages.refetch();
          }}
        >
          <span className="tabular-nums">{waiting.toLocaleString()} new</span>
        </Button>
      }
    >
      <Answer of={pages}>
        {({ pages: all }) => {
          const items = all.flatMap(({ items }) => items);
          if (items.length > 0) return <Lines items={items} />;
          return filtered ? (
            <Empty title="No alert is like that">Fewer filters find more.</Empty>
          ) : (
            <Empty title="No alert has come yet">
              <Link className="text" to="/companies/$companyId/onboarding" params={{ companyId }}>
                Connect a monitoring tool
              </Link>
              , and what it sends shows here.
            </Empty>
          );
        }}
      </Answer>
      {pages.hasNextPage && (
        <Button className="mt-2" busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          Earlier ones
        </Button>
      )}
    </Panel>
  );
}

/** How many alerts of the company have come since the list was read. */
function useWaiting(companyId: string): [number, () => void] {
  const [count, setCount] = useState(0);
  useEffect(() => setCount(0), [companyId]);
  const hear = useCallback(
    (frames: Frame[]) => {
      const accepted = frames.filter(({ event }) => event === "alert.accepted").map(({ data }) => data as AcceptedNow);
      const more = accepted.reduce((sum, { company_id, data }) => sum + (company_id === companyId ? data.count : 0), 0);
      if (more > 0) setCount((before) => before + more);
    },
    [companyId],
  );
  useFrames(hear);
  return [count, () => setCount(0)];
}

function Lines({ items }: { items: Alert[] }) {
  return (
    <Table<Alert>
      caption="Alerts"
      items={items}
      keyOf={({ alert_id }) => alert_id}
      columns={[
        { name: "Received", cell: ({ received_at }) => <Time at={received_at} className="whitespace-nowrap text-soft" /> },
        { name: "Severity", cell: ({ severity }) => <SeverityMark severity={severity} /> },
        {
          name: "Alert",
          cell: ({ company_id, alert_id, signature, asset_name, message }) => (
            <>
              <Link className="text" to="/alerts/$companyId/$alertId" params={{ companyId: company_id, alertId: alert_id }}>
                <Text>{`${signature} on ${asset_name}`}</Text>
              </Link>
              <Text className="line-clamp-2 text-soft">{message}</Text>
            </>
          ),
        },
        { name: "Says", cell: ({ status }) => <span className={status === "resolved" ? "text-good" : ""}>{status}</span> },
        { name: "From", cell: ({ tool_source }) => <Text className="text-soft">{tool_source ?? "no tool named"}</Text> },
        {
          name: "Where it is",
          cell: ({ state, company_id, incident_id }) =>
            incident_id == null ? (
              <Badge tone={STATES[state].tone}>{STATES[state].name}</Badge>
            ) : (
              <Link className="text whitespace-nowrap" to="/incidents/$companyId/$incidentId" params={{ companyId: company_id, incidentId: incident_id }}>
                its incident
              </Link>
            ),
        },
      ]}
    />
  );
}
