import { api } from "~/api/client";
import { Sure } from "~/ui/Sure";
import type { User } from "./People";

export type GraveAct = "reset" | "close";

const WORDS: Record<GraveAct, { title: string; act: string; comes: string }> = {
  reset: {
    title: "Reset the password of",
    act: "Reset the password",
    comes: "A new first password is made and shown to you once. The old one, the second factor and every login are gone at once.",
  },
  close: {
    title: "Close the account of",
    act: "Close the account",
    comes: "Whatever is open ends within a second, and there is no way in until it is opened again. What was done stays in the journals under this name.",
  },
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
  const close = api.useMutation("delete", "/api/users/{user_id}");
  const reset = api.useMutation("post", "/api/users/{user_id}/reset-password");
  const { title, act: name, comes } = WORDS[act];
  const go = () => {
    if (act === "reset") reset.mutate({ params }, { onSuccess: ({ password }) => onPassword(password) });
    else close.mutate({ params }, { onSuccess: () => onDone(`The account of ${email} is closed`) });
  };
  return (
    <Sure
      title={`${title} ${email}?`}
      act={name}
      busy={close.isPending || reset.isPending}
      error={close.error ?? reset.error}
      onSure={go}
      onClose={onClose}
    >
      {comes}
    </Sure>
  );
}
