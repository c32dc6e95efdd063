import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api, fieldOf, said } from "~/api/client";
import type { Risk } from "~/api/types";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Area, Choice, Field, Tick } from "~/ui/Field";
import { note } from "~/ui/toast";
import type { Shown } from "./OneRunbook";
import { type Draft, draftOf, written } from "./draft";

interface Props {
  companyId: string;
  runbook?: Shown;
  onClose: () => void;
}

/** Writes a runbook of the company's own, or the next version of one. */
export function WriteDialog({ companyId, runbook, onClose }: Props) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(runbook));
  const [unread, setUnread] = useState<string | undefined>();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const create = api.useMutation("post", "/api/runbooks");
  const change = api.useMutation("put", "/api/runbooks/{runbook_id}");
  const error = create.error ?? change.error;
  const done = {
    onSuccess: ({ runbook_id: runbookId, version }: Shown) => {
      note(`Version ${version} is in force`);
      void queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).startsWith("/api/runbooks") });
      void navigate({ to: "/runbooks/$companyId/$runbookId", params: { companyId, runbookId } });
      onClose();
    },
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    const { body, wrong } = written(draft);
    setUnread(wrong);
    if (body === undefined) return;
    const query = { company_id: companyId };
    if (runbook === undefined) create.mutate({ params: { query }, body }, done);
    else change.mutate({ params: { path: { runbook_id: runbook.runbook_id }, query }, body }, done);
  };
  const field = fieldOf(error)?.split(/[.[]/)[0];
  const text = (name: keyof Draft) => ({
    value: String(draft[name]),
    error: name === "parameters" && unread !== undefined ? unread : field === name ? said(error) : undefined,
    onChange: ({ target }: { target: { value: string } }) => setDraft({ ...draft, [name]: target.value }),
  });
  return (
    <Dialog open wide onClose={onClose} title={runbook === undefined ? "Write a runbook" : `Edit ${runbook.title}`}>
      <form onSubmit={send} className="grid gap-3 sm:grid-cols-2">
        <Field label="Title" required {...text("title")} />
        <Field label="Name" hint="As programs call it: letters, digits, dashes" required {...text("slug")} />
        <Area className="sm:col-span-2" label="What it does" required rows={2} {...text("description")} />
        <Choice label="Risk" value={draft.risk} onChange={({ target }) => setDraft({ ...draft, risk: target.value as Risk })}>
          <option>low</option>
          <option>medium</option>
          <option>high</option>
        </Choice>
        <Field label="For signatures" hint="With commas between" {...text("signatures")} />
        <Area className="sm:col-span-2" label="Script" rows={8} spellCheck={false} {...text("script")} />
        <Area className="sm:col-span-2" label="What shows it without doing it" rows={3} spellCheck={false} {...text("dry_run")} />
        <Area className="sm:col-span-2" label="What is checked afterwards" rows={3} spellCheck={false} {...text("health_check")} />
        <Area className="sm:col-span-2" label="What takes it back" rows={2} spellCheck={false} {...text("rollback")} />
        <Area
          className="sm:col-span-2"
          label="Parameters"
          hint={'As JSON: [{"name": "days", "description": "…", "type": {"integer": {"min": 1, "max": 30}}, "default": 7}]'}
          rows={4}
          spellCheck={false}
          {...text("parameters")}
        />
        <Field label="Machines at most" type="number" min={1} required {...text("blast_radius")} />
        <Field label="Seconds it rests on each machine" type="number" min={0} required {...text("cool_down_seconds")} />
        <Field label="Seconds it takes at most" type="number" min={1} required {...text("timeout_seconds")} />
        <Tick label="Twice does no harm" checked={draft.idempotent} onChange={({ target }) => setDraft({ ...draft, idempotent: target.checked })} />
        {error !== null && !(field !== undefined && field in draft) && (
          <p role="alert" className="text-bad sm:col-span-2 [overflow-wrap:anywhere]">
            {said(error)}
          </p>
        )}
        <Button kind="primary" type="submit" busy={create.isPending || change.isPending} className="sm:col-span-2">
          {runbook === undefined ? "Write it" : "Put the next version in force"}
        </Button>
      </form>
    </Dialog>
  );
}
