import { api } from "~/api/client";
import { Sure } from "~/screens/companies/kit/Sure";
import type { User } from "./People";

export type GraveAct = "reset" | "disable" | "remove";

const WORDS: Record<GraveAct, { title: string; act: string; comes: string }> = {
  reset: {
    title: "Reset the password of",
    act: "Reset the password",
    comes: "A new first password is made and shown to you once. The old one, the second factor and every login are gone at once.",
  },
  disable: { title: "Keep out", act: "Keep out", comes: "Whatever is open ends within a second. What was done stays in the journals; you can let in again." },
  remove: { title: "Remove", act: "Remove", comes: "The account is gone for good. What was done stays in the journals, under its id alone." },
};

interface Props {
  act: GraveAct;
  person: User;
  onPassword: (password: string) => void;
  onDone: (words: string) => void;
  onClose: () => void;
}

/** Asks before somebody loses a way in. */
export function AskAct({ act, person: { user_id, email }, onPassword, onDone, onClose }: Props) {
  const params = { path: { user_id } };
  const update = api.useMutation("patch", "/api/users/{user_id}");
  const reset = api.useMutation("post", "/api/users/{user_id}/reset-password");
  const remove = api.useMutation("delete", "/api/users/{user_id}");
  const { title, act: name, comes } = WORDS[act];
  const go = () => {
    if (act === "reset") reset.mutate({ params }, { onSuccess: ({ password }) => onPassword(password) });
    else if (act === "disable") update.mutate({ params, body: { disabled: true } }, { onSuccess: () => onDone(`${email} is kept out`) });
    else remove.mutate({ params }, { onSuccess: () => onDone(`${email} is removed`) });
  };
  return (
    <Sure
      title={`${title} ${email}?`}
      act={name}
      {...(act === "remove" ? { confirm: email } : {})}
      busy={update.isPending || reset.isPending || remove.isPending}
      error={update.error ?? reset.error ?? remove.error}
      onSure={go}
      onClose={onClose}
    >
      {comes}
    </Sure>
  );
}
