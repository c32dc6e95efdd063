import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api, fieldOf, said } from "~/api/client";
import type { Risk } from "~/api/types";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Area, Choice, Field, Tick } from "~/ui/Field";
import { Refusal } from "~/ui/Refusal";
import { note } from "~/ui/toast";
import type { Shown } from "./OneRunbook";
import { ParameterEditor } from "./ParameterEditor";
import { WorkFields } from "./WorkFields";
import { type Draft, draftOf, fieldsOf, placeOf, written } from "./draft";

interface Props {
  companyId: string;
  /** The one that is edited, or that a new one is made after. */
  runbook?: Shown;
  onClose: () => void;
  /** Begins anew with the version in force. */
  onReload?: () => void;
}

/** Writes a runbook of the company's own, or the next version of one. */
export function WriteDialog({ companyId, runbook, onClose, onReload }: Props) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(runbook));
  const isOwn = runbook?.own === true;
  const { error, busy, send } = useWriting(companyId, isOwn ? runbook : undefined, onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(draft);
  };
  const place = placeOf(fieldOf(error), fieldsOf(draft));
  const errorOf = (field: string) => (field === place ? said(error) : undefined);
  const text = (name: keyof Draft) => ({
    value: String(draft[name]),
    error: errorOf(name),
    onChange: ({ target }: { target: { value: string } }) => setDraft({ ...draft, [name]: target.value }),
  });
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={runbook === undefined ? "Write a runbook" : isOwn ? `Edit ${runbook.title}` : `Make ${runbook.title} your own`}
      description={runbook === undefined || isOwn ? undefined : "As long as it keeps the name, it takes the place of the library's."}
    >
      <form onSubmit={submit} className="grid items-start gap-3 sm:grid-cols-2">
        <Field label="Title" required {...text("title")} />
        <Field label="Name" hint="As decisions call it: a-z, digits, dashes" required spellCheck={false} {...text("slug")} />
        <Area className="sm:col-span-2" label="What it does" hint="On one line, for who has to agree" required rows={2} {...text("description")} />
        <Choice label="Risk" value={draft.risk} error={errorOf("risk")} onChange={({ target }) => setDraft({ ...draft, risk: target.value as Risk })}>
          <option>low</option>
          <option>medium</option>
          <option>high</option>
        </Choice>
        <Field label="For signatures" hint="Texts that they hold, or with *; with commas between" {...text("signatures")} />
        <WorkFields draft={draft} onChange={setDraft} errorOf={errorOf} />
        <ParameterEditor value={draft.parameters} onChange={(parameters) => setDraft({ ...draft, parameters })} errorOf={errorOf} />
        <Field label="Machines at most" type="number" min={1} required {...text("blast_radius")} />
        <Field label="Seconds it rests on each machine" type="number" min={0} required {...text("cool_down_seconds")} />
        <Field label="Seconds it takes at most" type="number" min={1} required {...text("timeout_seconds")} />
        <Tick className="sm:mt-7" label="Twice does no harm" checked={draft.idempotent} onChange={({ target }) => setDraft({ ...draft, idempotent: target.checked })} />
        {place === undefined && error !== null && (
          <div className="sm:col-span-2">
            <Refusal error={error} onReload={onReload} />
          </div>
        )}
        <Button kind="primary" type="submit" busy={busy} className="sm:col-span-2">
          {isOwn ? "Put the next version in force" : "Write it"}
        </Button>
      </form>
    </Dialog>
  );
}

/** Sends it; an edited one only where it is still the version that was read. */
function useWriting(companyId: string, edited: Shown | undefined, onClose: () => void) {
  const [read] = useState(edited?.version);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const create = api.useMutation("post", "/api/runbooks");
  const change = api.useMutation("put", "/api/runbooks/{runbook_id}");
  const done = {
    onSuccess: ({ runbook_id: runbookId, version }: Shown) => {
      note(`Version ${version} is in force`);
      void queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).startsWith("/api/runbooks") });
      void navigate({ to: "/runbooks/$companyId/$runbookId", params: { companyId, runbookId } });
      onClose();
    },
  };
  const send = (draft: Draft) => {
    const body = written(draft);
    const query = { company_id: companyId };
    if (edited === undefined) create.mutate({ params: { query }, body }, done);
    else change.mutate({ params: { path: { runbook_id: edited.runbook_id }, query, header: { "If-Match": `"${read}"` } }, body }, done);
  };
  return { error: create.error ?? change.error, busy: create.isPending || change.isPending, send };
}
