import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, fieldOf, said } from "~/api/client";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Field } from "~/ui/Field";
import { note, noteFailure } from "~/ui/toast";
import { AskAct, type GraveAct } from "./AskAct";
import { FirstPassword } from "./NewPerson";
import type { User } from "./People";
import { type Post, RoleAndCompanies, sent } from "./RoleAndCompanies";

/** Changes what somebody is, resets how he comes in, or closes his account. */
export function PersonDialog({ person, onClose }: { person: User; onClose: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState(person.name);
  const [post, setPost] = useState<Post>(person);
  const [asked, setAsked] = useState<GraveAct | null>(null);
  const [password, setPassword] = useState<string | null>(null);
  const update = api.useMutation("patch", "/api/users/{user_id}");
  const params = { path: { user_id: person.user_id } };
  const done = (words: string) => {
    note(words);
    void queries.invalidateQueries({ queryKey: ["get", "/api/users"] });
    onClose();
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ params, body: { name: name.trim(), ...sent(post) } }, { onSuccess: () => done(`${person.email} is changed`) });
  };
  const open = () =>
    update.mutate({ params, body: { disabled: false } }, { onSuccess: () => done(`The account of ${person.email} is open again`), onError: noteFailure });
  const error = (field: string) => (fieldOf(update.error) === field ? said(update.error) : undefined);
  if (password !== null) return <FirstPassword email={person.email} password={password} onClose={onClose} />;
  if (asked !== null) return <AskAct act={asked} person={person} onPassword={setPassword} onDone={done} onClose={() => setAsked(null)} />;
  return (
    <Dialog open onClose={onClose} title={person.email}>
      <form onSubmit={send} className="flex flex-col gap-3">
        <Field label="Name" value={name} error={error("name")} onChange={({ target }) => setName(target.value)} />
        <RoleAndCompanies value={post} onChange={setPost} error={error("company_ids")} />
        {update.error !== null && !["name", "company_ids"].includes(fieldOf(update.error) ?? "") && (
          <p role="alert" className="text-bad">
            {said(update.error)}
          </p>
        )}
        <Button kind="primary" type="submit" busy={update.isPending}>
          Save
        </Button>
      </form>
      <hr className="my-4 border-line" />
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => setAsked("reset")}>Reset password…</Button>
        {person.disabled_at == null ? (
          <Button kind="danger" onClick={() => setAsked("close")}>
            Close the account…
          </Button>
        ) : (
          <Button busy={update.isPending} onClick={open}>
            Open the account again
          </Button>
        )}
      </div>
    </Dialog>
  );
}
