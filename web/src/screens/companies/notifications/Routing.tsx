import { type FormEvent } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Panel } from "~/ui/Page";
import { May } from "../kit/May";
import { SaveBar } from "../kit/SaveBar";
import { of } from "../kit/company";
import { useDraft } from "../kit/useDraft";
import { useSettled } from "../kit/useSettled";
import { Escalation } from "./Escalation";
import { Routes } from "./Routes";
import { ServiceLevels } from "./ServiceLevels";

interface Props {
  companyId: string;
  saved: Schemas["Notifications"];
  /** The channels that there are, by name. */
  channels: string[];
}

/** Who is told what, who is told besides while nobody takes notice, and how soon something has to happen. */
export function Routing({ companyId, saved, channels }: Props) {
  const may = useCan()("administer_company");
  const draft = useDraft(saved);
  const { value, change } = draft;
  const put = api.useMutation("put", "/api/companies/{company_id}/notifications");
  const settled = useSettled();
  const save = (event: FormEvent) => {
    event.preventDefault();
    put.mutate({ params: of(companyId), body: value }, settled("Who is told is saved", draft.reset));
  };
  return (
    <form onSubmit={save} className="flex flex-col gap-3">
      <May change={may}>
        <Routes value={value.routes ?? []} channels={channels} may={may} error={put.error} onChange={(routes) => change({ routes })} />
        <Escalation value={value.escalation ?? []} channels={channels} may={may} error={put.error} onChange={(escalation) => change({ escalation })} />
        <ServiceLevels value={value} error={put.error} onChange={change} />
      </May>
      {may && (
        <Panel>
          <p className="text-soft">{draft.dirty ? "Routes, escalation or service levels are not saved yet." : "Routes, escalation and service levels are saved together."}</p>
          <SaveBar draft={draft} busy={put.isPending} error={put.error} onDiscard={draft.reset} />
        </Panel>
      )}
    </form>
  );
}
