import { api } from "~/api/client";
import type { Incident } from "~/api/types";
import { ApprovalCard } from "~/screens/approvals/ApprovalCard";
import { Panel } from "~/ui/Page";

/** What is proposed and waits for consent. Nothing where nothing does. */
export function ProposedPanel({ incident }: { incident: Incident }) {
  const query = { company_id: incident.company_id, incident_id: incident.incident_id, status: "pending" as const };
  const { data } = api.useQuery("get", "/api/approvals", { params: { query } });
  if (data === undefined || data.items.length === 0) return null;
  return (
    <Panel title="What is proposed">
      <ul className="flex flex-col gap-3">
        {data.items.map((approval) => (
          <li key={approval.approval_id}>
            <ApprovalCard approval={approval} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
