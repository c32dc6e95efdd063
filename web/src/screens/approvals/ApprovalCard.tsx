import { type ReactNode, useState } from "react";
import { useWho } from "~/app/useWho";
import type { Approval, Risk } from "~/api/types";
import { usePerson } from "~/session/useSession";
import { Badge, type Tone, worded } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Facts } from "~/ui/Page";
import { Code, Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { shown } from "~/ui/shown";
import { ApproveDialog } from "./ApproveDialog";
import { RejectDialog } from "./RejectDialog";
import { mayReject, whoAgrees, whyNot } from "./consent";
import { useIncidentOf } from "./useIncidentOf";

export const RISKS: Record<Risk, Tone> = { low: "good", medium: "warn", high: "bad" };

/** What is asked for: exactly what would run, on what, and who has to agree. */
export function ApprovalCard({ approval, brief = false }: { approval: Approval; brief?: boolean }) {
  const person = usePerson();
  const incident = useIncidentOf(approval);
  const who = useWho(approval.company_id);
  const [asking, setAsking] = useState<"approve" | "reject" | null>(null);
  const { need, targets, automation } = approval;
  const pending = approval.status === "pending";
  const mayNot = whyNot(approval, person);
  return (
    <article className="flex flex-col gap-2">
      <header className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Text className="font-semibold">{approval.title ?? approval.runbook}</Text>
        <Badge tone={RISKS[approval.risk_level]}>{approval.risk_level} risk</Badge>
        {!pending && <Badge>{worded(approval.status)}</Badge>}
        <span className="text-soft">{pending && <>expires <Time at={approval.expires_at} /></>}</span>
      </header>
      <Facts
        of={[
          ...(approval.reason.trim() === "" ? [] : ([["Why", <Text>{approval.reason}</Text>]] as [string, ReactNode][])),
          ["On", <Targets of={targets} asset={incident?.asset_name} />],
          ["Asked by", <>{who(approval.requested_by)}, <Time at={approval.created_at} /></>],
          ["Has to agree", `${whoAgrees(need)}${need.own_counts ? "" : ", not who asked"}`],
          ...(approval.decided_by.length > 0
            ? ([["Has agreed", approval.decided_by.map(({ by }) => who(by)).join(", ")]] as [string, string][])
            : []),
          ["Bound to", <Code>{approval.hash}</Code>],
        ]}
      />
      {automation == null ? (
        <Commands name="Commands" of={approval.commands} open={!brief} />
      ) : (
        <Commands name={`Document ${automation.document}, version ${automation.version}`} of={[JSON.stringify(automation.parameters, null, 2)]} open={!brief} />
      )}
      {approval.dry_run != null && <Commands name="What would show it without doing it" of={approval.dry_run} />}
      {approval.health_check != null && <Commands name="What is checked afterwards" of={approval.health_check} />}
      {pending && mayNot !== null && <p className="text-soft">{mayNot}</p>}
      {pending && (
        <footer className="flex gap-2 empty:hidden">
          {mayNot === null && (
            <Button kind="primary" onClick={() => setAsking("approve")}>
              Approve and run
            </Button>
          )}
          {mayReject(approval, person) && (
            <Button kind="danger" onClick={() => setAsking("reject")}>
              {approval.requested_by === person.user_id ? "Take it back" : "Reject"}
            </Button>
          )}
        </footer>
      )}
      {asking === "approve" && <ApproveDialog approval={approval} onClose={() => setAsking(null)} />}
      {asking === "reject" && <RejectDialog approval={approval} onClose={() => setAsking(null)} />}
    </article>
  );
}

/** The blast radius: how many, which, and for which asset, where that has another name. */
export function Targets({ of, asset }: { of: string[]; asset?: string | undefined }) {
  return (
    <span>
      {of.length} {of.length === 1 ? "machine" : "machines"}: <Code>{of.join(", ")}</Code>
      {asset !== undefined && !of.includes(asset) && (
        <>
          {" "}
          for <Text>{asset}</Text>
        </>
      )}
    </span>
  );
}

export function Commands({ name, of, open = false }: { name: string; of: string[]; open?: boolean }) {
  return (
    <details open={open}>
      <summary className="text-soft">{name}</summary>
      <pre tabIndex={0} aria-label={name} className="mt-1 max-h-80 overflow-auto rounded-md bg-raised p-2">
        {shown(of.join("\n"))}
      </pre>
    </details>
  );
}
