import { Link } from "@tanstack/react-router";
import { useCompanyName, useScope } from "~/app/scope";
import { api } from "~/api/client";
import type { Approval } from "~/api/types";
import { Page, Panel } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { Text } from "~/ui/Text";
import { ApprovalCard } from "./ApprovalCard";
import { Decided } from "./Decided";
import { useIncidentOf } from "./useIncidentOf";

/** What waits for consent, what expires first at the top. */
export function Approvals() {
  const scope = useScope();
  const nameOf = useCompanyName();
  const query = { company_id: scope ?? undefined, limit: 100 };
  const pending = api.useQuery("get", "/api/approvals/pending", { params: { query } });
  return (
    <Page title="Approvals">
      <Answer of={pending}>
        {({ items, next_cursor }) =>
          items.length === 0 ? (
            <Panel>
              <Empty title="Nothing waits for consent">What a runbook's risk asks consent for shows here by itself.</Empty>
            </Panel>
          ) : (
            <>
              {[...items].sort(byExpiry).map((approval) => (
                <Panel
                  key={approval.approval_id}
                  title={
                    <Link
                      className="text"
                      to="/incidents/$companyId/$incidentId"
                      params={{ companyId: approval.company_id, incidentId: approval.incident_id }}
                    >
                      <Text>{`${nameOf(approval.company_id)}: `}</Text>
                      <About of={approval} />
                    </Link>
                  }
                >
                  <ApprovalCard approval={approval} brief />
                </Panel>
              ))}
              {next_cursor != null && <p className="text-soft">There are more: these come first.</p>}
            </>
          )
        }
      </Answer>
      {scope !== null && <Decided companyId={scope} />}
    </Page>
  );
}

/** What it is about; its incident's id until that is known. */
function About({ of }: { of: Approval }) {
  const incident = useIncidentOf(of);
  return <Text>{incident === undefined ? of.incident_id : `${incident.signature} on ${incident.asset_name}`}</Text>;
}

function byExpiry(one: Approval, other: Approval): number {
  return one.expires_at < other.expires_at ? -1 : one.expires_at > other.expires_at ? 1 : 0;
}
