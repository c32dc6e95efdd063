import { type FormEvent } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Button } from "~/ui/Button";
import { Field, Tick } from "~/ui/Field";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { May } from "../kit/May";
import { SaveBar } from "../kit/SaveBar";
import { of } from "../kit/company";
import { Cel, Fields, ListField } from "../kit/fields";
import { useDraft } from "../kit/useDraft";
import { useSettled } from "../kit/useSettled";
import { wrongWithin } from "../kit/wrong";

type Inhibition = Schemas["Inhibition"];

/** Which trouble makes which other no news. */
export function Inhibitions({ companyId }: { companyId: string }) {
  const inhibitions = api.useQuery("get", "/api/companies/{company_id}/inhibitions", { params: of(companyId) });
  return <Answer of={inhibitions}>{(saved) => <Form companyId={companyId} saved={saved} />}</Answer>;
}

function Form({ companyId, saved }: { companyId: string; saved: Schemas["Inhibitions"] }) {
  const may = useCan()("correlate");
  const draft = useDraft(saved);
  const { value, change } = draft;
  const put = api.useMutation("put", "/api/companies/{company_id}/inhibitions");
  const settled = useSettled();
  const save = (event: FormEvent) => {
    event.preventDefault();
    put.mutate({ params: of(companyId), body: value }, settled("The inhibitions are saved", draft.reset));
  };
  const setAll = (inhibitions: Inhibition[]) => change({ inhibitions });
  const add = () => setAll([...value.inhibitions, { name: "", source: "", target: "", equal: [] }]);
  return (
    <Panel title="Trouble that explains other trouble" actions={may && <Button onClick={add}>Add one</Button>}>
      <form onSubmit={save}>
        <May change={may}>
          <div className="flex flex-col gap-3">
            <Tick
              label="An incident is quiet while one about something that its assets depend on is open"
              checked={value.silence_dependents ?? false}
              onChange={({ target }) => change({ silence_dependents: target.checked })}
            />
            {value.inhibitions.length === 0 && <p className="text-soft">No other trouble is no news: a site that is down could make its machines&apos; alerts quiet, for example.</p>}
            {value.inhibitions.map((one, place) => (
              <One
                key={place}
                value={one}
                may={may}
                wrong={wrongWithin(put.error, `inhibitions[${place}]`)}
                onChange={(next) => setAll(value.inhibitions.map((each, at) => (at === place ? next : each)))}
                onRemove={() => setAll(value.inhibitions.filter((_, at) => at !== place))}
              />
            ))}
          </div>
        </May>
        {may && <SaveBar draft={draft} busy={put.isPending} error={put.error} onDiscard={draft.reset} />}
      </form>
    </Panel>
  );
}

interface OneProps {
  value: Inhibition;
  may: boolean;
  wrong: (field: string) => string | undefined;
  onChange: (value: Inhibition) => void;
  onRemove: () => void;
}

function One({ value, may, wrong, onChange, onRemove }: OneProps) {
  const change = (part: Partial<Inhibition>) => onChange({ ...value, ...part });
  return (
    <div className="rounded-md border border-line p-2">
      <Fields>
        <Field label="Name" required maxLength={64} value={value.name} error={wrong("name")} onChange={({ target }) => change({ name: target.value })} />
        <Cel label="While there is, in CEL" placeholder="signature == 'site-down'" required value={value.source} error={wrong("source")} onChange={(source) => change({ source: source ?? "" })} />
        <Cel label="this is no news, in CEL" placeholder="severity in ['low', 'medium']" required value={value.target} error={wrong("target")} onChange={(target) => change({ target: target ?? "" })} />
        <ListField label="Where these are the same" hint="asset, signature, tool, severity, labels.site and the like." value={value.equal ?? []} error={wrong("equal")} onChange={(equal) => change({ equal })} />
      </Fields>
      {may && (
        <Button kind="quiet" className="mt-2" aria-label={`Remove ${value.name || "it"}`} onClick={onRemove}>
          Remove
        </Button>
      )}
    </div>
  );
}
