import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { OneCompany } from "~/app/OneCompany";
import { useWho } from "~/app/useWho";
import { api, fieldOf } from "~/api/client";
import { PAGED } from "~/api/paged";
import type { Incident, IncidentStatus } from "~/api/types";
import { Badge, type Tone, worded } from "~/ui/Badge";
import { NextPage } from "~/ui/NextPage";
import { Page, Panel } from "~/ui/Page";
import { SeverityMark } from "~/ui/Severity";
import { Answer, Empty } from "~/ui/States";
import { Table } from "~/ui/Table";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { Trouble } from "~/ui/Trouble";
import { span } from "~/ui/time";
import { endedBy } from "./ending";
import { Filters } from "./Filters";
import { type Wanted, isFiltered, wantedOf } from "./wanted";

/** Incidents of a page. */
const PAGE = 100;

/** A company's incidents, those that are over too. */
export function Incidents() {
  const wanted = wantedOf(useSearch({ strict: false }));
  return (
    <Page title="Incidents">
      <OneCompany>{(companyId) => <List key={companyId} companyId={companyId} wanted={wanted} />}</OneCompany>
    </Page>
  );
}

function List({ companyId, wanted }: { companyId: string; wanted: Wanted }) {
  const navigate = useNavigate();
  const change = (next: Wanted) => void navigate({ to: ".", search: (before) => ({ ...before, ...next }), replace: true });
  const query = { company_id: companyId, limit: PAGE, ...wanted };
  const pages = api.useInfiniteQuery("get", "/api/incidents", { params: { query } }, PAGED);
  return (
    <>
      <Filters value={wanted} onChange={change} error={pages.error} />
      <Panel title="Newest first">
        {fieldOf(pages.error) !== undefined ? (
          <Empty title="That cannot be looked for">What is wrong stands at its field.</Empty>
        ) : (
          <Answer of={pages}>
            {({ pages: all }) => {
              const items = all.flatMap(({ items }) => items);
              if (items.length > 0) return <Lines items={items} companyId={companyId} />;
              return isFiltered(wanted) ? <Empty title="No incident is like that">Fewer filters find more.</Empty> : <Nothing companyId={companyId} />;
            }}
          </Answer>
        )}
        <NextPage of={pages}>Earlier ones</NextPage>
      </Panel>
    </>
  );
}

function Nothing({ companyId }: { companyId: string }) {
  return (
    <Empty title="There has been no incident yet">
      <Link className="text" to="/companies/$companyId/onboarding" params={{ companyId }}>
        Connect a monitoring tool
      </Link>
      , and what it reports becomes incidents here.
    </Empty>
  );
}

const TONES: Record<IncidentStatus, Tone> = { new: "warn", in_progress: "accent", escalated: "bad", resolved: "good" };

function lasted(from: string, until: string | null | undefined) {
  if (until == null) return <span className="text-soft">–</span>;
  return <span className="whitespace-nowrap">{span(Date.parse(until) - Date.parse(from))}</span>;
}

function Lines({ items, companyId }: { items: Incident[]; companyId: string }) {
  const who = useWho(companyId);
  return (
    <Table<Incident>
      caption="Incidents"
      items={items}
      keyOf={({ incident_id }) => incident_id}
      columns={[
        { name: "Opened", cell: ({ created_at }) => <Time at={created_at} className="whitespace-nowrap text-soft" /> },
        { name: "Severity", cell: ({ severity }) => <SeverityMark severity={severity} /> },
        {
          name: "Incident",
          cell: ({ company_id, incident_id, signature, asset_name }) => (
            <Link className="text block min-w-48" to="/incidents/$companyId/$incidentId" params={{ companyId: company_id, incidentId: incident_id }}>
              <Trouble signature={signature} asset_name={asset_name} />
            </Link>
          ),
        },
        { name: "Status", cell: ({ status }) => <Badge tone={TONES[status]}>{worded(status)}</Badge> },
        {
          name: "Alerts",
          right: true,
          cell: ({ company_id, incident_id, alert_count }) => (
            <Link className="hover:underline" to="/alerts" search={{ company: company_id, incident_id } as object}>
              {alert_count.toLocaleString()}
            </Link>
          ),
        },
        { name: "Lasted", right: true, cell: ({ created_at, resolved_at }) => lasted(created_at, resolved_at) },
        { name: "How it ended", cell: ({ resolved_by }) => <Text className="text-soft">{endedBy(resolved_by, who)}</Text> },
      ]}
    />
  );
}
