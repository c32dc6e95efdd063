import { type FormEvent, useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Button } from "~/ui/Button";
import { Area } from "~/ui/Field";
import { Panel } from "~/ui/Page";
import { May } from "../kit/May";
import { Refusal } from "~/ui/Refusal";
import { SaveBar } from "../kit/SaveBar";
import { of } from "../kit/company";
import { Cel, Fields, MONO } from "../kit/fields";
import { useDraft } from "../kit/useDraft";
import { useSettled } from "../kit/useSettled";
import { wrong } from "../kit/wrong";
import { TriedAlerts } from "./TriedAlerts";
import { EXPRESSIONS, type Mapping, mapped, typed } from "./mapping";

/** How the body of a tool that is in no list is read. */
export function MappingPanel({ companyId, saved }: { companyId: string; saved: Mapping | null }) {
  const may = useCan()("administer_company");
  const draft = useDraft(typed(saved));
  const patch = api.useMutation("patch", "/api/companies/{company_id}/intake");
  const trial = api.useMutation("post", "/api/companies/{company_id}/intake/try");
  const settled = useSettled();
  const at = wrong(patch.error ?? trial.error);
  const mapping = mapped(draft.value);
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (trial.error !== null) trial.reset();
    patch.mutate({ params: of(companyId), body: { custom: mapping } }, settled("The mapping is saved", draft.reset));
  };
  const tryOn = (body: unknown) => {
    patch.reset();
    trial.mutate({ params: of(companyId), body: { body, ...(mapping === null ? {} : { custom: mapping }) } });
  };
  return (
    <Panel title="Mapping, for any other tool">
      <p className="mb-3 text-soft">
        Expressions in CEL, which see the body and, but for the list of alerts, the alert that they are about. The tool posts JSON to <code>/api/webhooks/custom</code>.
      </p>
      {!may && mapping === null && <p className="mb-3">There is none yet.</p>}
      <form onSubmit={save}>
        <May change={may}>
          <Fields>
            {EXPRESSIONS.map(([name, label, example]) => (
              <Cel
                key={name}
                label={label}
                hint={`${name}, such as ${example}`}
                value={draft.value[name]}
                error={at(`custom.${name}`)}
                onChange={(text) => draft.change({ [name]: text ?? "" })}
              />
            ))}
          </Fields>
        </May>
        {may && <SaveBar draft={draft} busy={patch.isPending} error={patch.error} onDiscard={draft.reset} />}
      </form>
      {may && <TryOn busy={trial.isPending} error={trial.error} tried={trial.data} disabled={mapping === null} onTry={tryOn} />}
    </Panel>
  );
}

interface TryProps {
  busy: boolean;
  error: unknown;
  tried: Schemas["TriedMapping"] | undefined;
  disabled: boolean;
  onTry: (body: unknown) => void;
}

/** Tries what is typed on a body that was pasted. Nothing is taken in by that. */
function TryOn({ busy, error, tried, disabled, onTry }: TryProps) {
  const [text, setText] = useState("");
  const [unread, setUnread] = useState<string>();
  const send = (event: FormEvent) => {
    event.preventDefault();
    try {
      onTry(JSON.parse(text));
      setUnread(undefined);
    } catch (failure) {
      setUnread(`This is no JSON: ${(failure as Error).message}`);
    }
  };
  return (
    <form onSubmit={send} className="mt-3 flex flex-col gap-3 border-t border-line pt-3">
      <Area
        label="Try it on a body"
        hint="As the tool would send it. Nothing is taken in by that."
        rows={6}
        spellCheck={false}
        style={MONO}
        required
        placeholder='{"site": "north", "checks": [{"host": "web-1", "what": "disk", "grade": "P1", "ok": false}]}'
        value={text}
        error={unread}
        onChange={({ target }) => setText(target.value)}
      />
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" busy={busy} disabled={disabled}>
          Try it
        </Button>
        {disabled && <span className="text-soft">There is no mapping yet.</span>}
        <Refusal error={error} />
      </div>
      {tried !== undefined && <TriedAlerts tried={tried} />}
    </form>
  );
}
