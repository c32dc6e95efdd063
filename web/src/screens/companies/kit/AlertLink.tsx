import { Link } from "@tanstack/react-router";
import { api } from "~/api/client";
import { Code } from "~/ui/Text";
import { Trouble } from "~/ui/Trouble";

/** How often an alert is looked at that has not found its place, in milliseconds. */
const PACE = 1500;

/** An alert in a few words, with the way to it, and to its incident as soon as it is in one. */
export function AlertLink({ alertId, companyId }: { alertId: string; companyId: string }) {
  const params = { path: { alert_id: alertId }, query: { company_id: companyId } };
  const { data } = api.useQuery("get", "/api/alerts/{alert_id}", { params }, {
    staleTime: 60_000,
    refetchInterval: ({ state }) => (state.data?.state === "received" ? PACE : false),
  });
  if (data === undefined) return <Code>{alertId}</Code>;
  return (
    <>
      <Link className="text" to="/alerts/$companyId/$alertId" params={{ companyId, alertId }}>
        <Trouble signature={data.signature} asset_name={data.asset_name} />
      </Link>
      {data.incident_id != null && (
        <>
          {" · "}
          <Link className="text" to="/incidents/$companyId/$incidentId" params={{ companyId, incidentId: data.incident_id }}>
            incident
          </Link>
        </>
      )}
    </>
  );
}
