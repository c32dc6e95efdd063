import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { OneCompany } from "~/app/OneCompany";
import { api, fieldOf } from "~/api/client";
import { PAGED } from "~/api/paged";
import { Button } from "~/ui/Button";
import { NextPage } from "~/ui/NextPage";
import { Page, Panel } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { AlertLines } from "./AlertLines";
import { Filters } from "./Filters";
import { STATES } from "./states";
import { useWaiting } from "./waiting";
import { type Wanted, isFiltered, wantedOf } from "./wanted";

/** Alerts of a page. */
const PAGE = 100;

/** A company's alerts, newest first, and where each has gone. */
export function Alerts() {
  const wanted = wantedOf(useSearch({ strict: false }));
  return (
    <Page title="Alerts">
      <OneCompany>{(companyId) => <List key={companyId} companyId={companyId} wanted={wanted} />}</OneCompany>
    </Page>
  );
}

function List({ companyId, wanted }: { companyId: string; wanted: Wanted }) {
  const navigate = useNavigate();
  const change = (next: Wanted) => void navigate({ to: ".", search: (before) => ({ ...before, ...next }), replace: true });
  const query = { company_id: companyId, limit: PAGE, ...wanted };
  const pages = api.useInfiniteQuery("get", "/api/alerts", { params: { query } }, PAGED);
  const [waiting, seen] = useWaiting(companyId, wanted.severity);
  const isPlaced = ["since", "incident_id"].includes(fieldOf(pages.error) ?? "");
  return (
    <>
      <Filters value={wanted} onChange={change} error={pages.error} />
      {wanted.state !== undefined && <p className="text-soft">{STATES[wanted.state].means}</p>}
      {!isPlaced && (
        <Panel
          title="Newest first"
          actions={
            <Button
              kind={waiting === 0 ? "plain" : "primary"}
              disabled={waiting === 0}
              busy={pages.isRefetching}
              onClick={() => {
                seen();
                void pages.refetch();
              }}
            >
              <span className="tabular-nums">{waiting.toLocaleString()} new</span> · show
            </Button>
          }
        >
          <Answer of={pages}>
            {({ pages: all }) => {
              const items = all.flatMap(({ items }) => items);
              if (items.length > 0) return <AlertLines items={items} />;
              return isFiltered(wanted) ? <Empty title="No alert is like that">Fewer filters find more.</Empty> : <Nothing companyId={companyId} />;
            }}
          </Answer>
          <NextPage of={pages}>Earlier ones</NextPage>
        </Panel>
      )}
    </>
  );
}

function Nothing({ companyId }: { companyId: string }) {
  return (
    <Empty title="No alert has come yet">
      <Link className="text" to="/companies/$companyId/onboarding" params={{ companyId }}>
        Connect a monitoring tool
      </Link>
      , and what it sends shows here.
    </Empty>
  );
}
