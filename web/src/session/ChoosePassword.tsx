import { type FormEvent, useState } from "react";
import { api, fieldOf, said } from "~/api/client";
import { Button } from "~/ui/Button";
import { Field } from "~/ui/Field";
import { note } from "~/ui/toast";
import { session } from "./session";

export function ChoosePassword() {
  const [current, setCurrent] = useState("");
  const [chosen, setChosen] = useState("");
  const change = api.useMutation("put", "/api/auth/password");
  const send = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { body: { current_password: current, new_password: chosen } },
      {
        onSuccess: async (access) => {
          await session.changed(access);
          note(access.message);
          setCurrent("");
          setChosen("");
        },
      },
    );
  };
  const field = fieldOf(change.error);
  return (
    <form onSubmit={send} className="flex flex-col gap-3">
      <Field
        label="Current password"
        type="password"
        autoComplete="current-password"
        required
        value={current}
        error={field === "current_password" ? said(change.error) : undefined}
        onChange={({ target }) => setCurrent(target.value)}
      />
      <Field
        label="New password"
        hint="8 to 128 characters; a sentence is good"
        type="password"
        autoComplete="new-password"
        minLength={8}
        maxLength={128}
        required
        value={chosen}
        error={field === "new_password" ? said(change.error) : undefined}
        onChange={({ target }) => setChosen(target.value)}
      />
      {change.error !== null && field === undefined && (
        <p role="alert" className="text-bad">
          {said(change.error)}
        </p>
      )}
      <Button kind="primary" type="submit" busy={change.isPending}>
        Change password
      </Button>
    </form>
  );
}
