import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, fieldOf, said } from "~/api/client";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Field } from "~/ui/Field";
import { note, noteFailure } from "~/ui/toast";
import { FirstPassword } from "./NewPerson";
import type { User } from "./People";
import { type Post, RoleAndCompanies, sent } from "./RoleAndCompanies";

/** Changes what somebody is, resets how he comes in, or keeps him out. */
export function PersonDialog({ person, onClose }: { person: User; onClose: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState(person.name);
  const [post, setPost] = useState<Post>(person);
  const [removing, setRemoving] = useState(false);
  const params = { path: { user_id: person.user_id } };
  const update = api.useMutation("patch", "/api/users/{user_id}");
  const reset = api.useMutation("post", "/api/users/{user_id}/reset-password");
  const remove = api.useMutation("delete", "/api/users/{user_id}");
  const then = (words: string) => ({
    onSuccess: () => {
      note(words);
      void queries.invalidateQueries({ queryKey: ["get", "/api/users"] });
      onClose();
    },
    onError: noteFailure,
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ params, body: { name: name.trim(), ...sent(post) } }, { ...then("Changed"), onError: () => {} });
  };
  const error = (field: string) => (fieldOf(update.error) === field ? said(update.error) : undefined);
  if (reset.data !== undefined) return <FirstPassword email={reset.data.email} password={reset.data.password} onClose={onClose} />;
  const isOut = person.disabled_at != null;
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
        <Button busy={reset.isPending} onClick={() => reset.mutate({ params }, { onError: noteFailure })}>
          Reset password and second factor
        </Button>
        <Button
          kind={isOut ? "plain" : "danger"}
          busy={update.isPending}
          onClick={() => update.mutate({ params, body: { disabled: !isOut } }, then(isOut ? "Let in again" : "Kept out; what was open has ended"))}
        >
          {isOut ? "Let in again" : "Keep out"}
        </Button>
        {removing ? (
          <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate({ params }, then("Removed"))}>
            Remove {person.email} for good
          </Button>
        ) : (
          <Button kind="danger" onClick={() => setRemoving(true)}>
            Remove…
          </Button>
        )}
      </div>
    </Dialog>
  );
}
