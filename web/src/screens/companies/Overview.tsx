import { type FormEvent } from "react";
import { Link } from "@tanstack/react-router";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Badge } from "~/ui/Badge";
import { Field } from "~/ui/Field";
import { Facts, Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Code } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { Sources } from "./Sources";
import { Standing } from "./Standing";
import { Unheard } from "./Unheard";
import { SaveBar } from "./kit/SaveBar";
import { of, useCompanyId } from "./kit/company";
import { useDraft } from "./kit/useDraft";
import { useSettled } from "./kit/useSettled";
import { wrong } from "./kit/wrong";
import { standing } from "./standing";

/** A company at a glance: what it is called, how it stands, and what has been heard from it. */
export function Overview() {
  const can = useCan();
  const company = api.useQuery("get", "/api/companies/{company_id}", { params: of(useCompanyId()) });
  return (
    <Answer of={company}>
      {(company) => (
        <div className="grid items-start gap-3 lg:grid-cols-2">
          <Glance company={company} />
          <Panel title="Tools that have been heard from">
            <Heard companyId={company.company_id} />
          </Panel>
          {can("administer_company") && <Rename company={company} />}
          {can("found_companies") && <Standing company={company} />}
        </div>
      )}
    </Answer>
  );
}

function Glance({ company }: { company: Schemas["Company"] }) {
  const { words, tone } = standing(company);
  const to = "/companies/$companyId" as const;
  const params = { companyId: company.company_id };
  const counted = (count: number, part: "grouping" | "maintenance" | "notifications") => (
    <Link className="text inline-block min-h-7 min-w-6" to={`${to}/${part}`} params={params}>
      {count}
    </Link>
  );
  return (
    <Panel title="At a glance">
      <Facts
        of={[
          ["Id", <Code>{company.company_id}</Code>],
          ["State", <Badge tone={tone}>{words}</Badge>],
          ["Created", <Time at={company.created_at} />],
          ["Version of its settings", company.version],
          ["Rules of grouping", counted(company.rules.length, "grouping")],
          ["Maintenance windows", counted(company.suppression.maintenance_windows?.length ?? 0, "maintenance")],
          ["Routes of notifications", counted(company.notifications.routes?.length ?? 0, "notifications")],
          ["Runs", company.policy.stopped ? <Badge tone="bad">stopped</Badge> : "as the policy allows"],
          ["AWS", company.aws == null ? "not connected" : <Code>{company.aws.role_arn}</Code>],
        ]}
      />
    </Panel>
  );
}

function Heard({ companyId }: { companyId: string }) {
  const sources = api.useQuery("get", "/api/companies/{company_id}/sources", { params: of(companyId) });
  return (
    <Answer of={sources}>
      {({ items }) =>
        items.length > 0 ? (
          <Sources items={items} companyId={companyId} />
        ) : (
          <Unheard companyId={companyId} />
        )
      }
    </Answer>
  );
}

function Rename({ company: { company_id, name } }: { company: Schemas["Company"] }) {
  const draft = useDraft({ name });
  const rename = api.useMutation("patch", "/api/companies/{company_id}");
  const settled = useSettled();
  const save = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate({ params: of(company_id), body: draft.value }, settled("Renamed", draft.reset));
  };
  return (
    <Panel title="Name">
      <form onSubmit={save}>
        <Field
          label="What people call it"
          required
          value={draft.value.name}
          error={wrong(rename.error)("name")}
          onChange={({ target }) => draft.set({ name: target.value })}
        />
        <SaveBar draft={draft} busy={rename.isPending} error={rename.error} onDiscard={draft.reset} />
      </form>
    </Panel>
  );
}
