import { type FormEvent, useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Area, Choice } from "~/ui/Field";
import { Refusal } from "~/ui/Refusal";
import { of } from "../kit/company";
import { Cel, Moment } from "../kit/fields";
import { useSettled } from "../kit/useSettled";
import { wrong } from "../kit/wrong";

const SPANS = [
  [30, "30 minutes"],
  [60, "1 hour"],
  [240, "4 hours"],
  [1440, "1 day"],
  [10_080, "1 week"],
] as const;

/** Silences some of a company's alerts for a while. */
export function SilenceDialog({ companyId, onClose }: { companyId: string; onClose: () => void }) {
  const [match, setMatch] = useState<string | undefined>("asset == ''");
  const [minutes, setMinutes] = useState<number | null>(60);
  const [until, setUntil] = useState<string>();
  const [comment, setComment] = useState("");
  const silence = api.useMutation("post", "/api/companies/{company_id}/silences");
  const settled = useSettled();
  const at = wrong(silence.error);
  const send = (event: FormEvent) => {
    event.preventDefault();
    const body: Schemas["NewSilence"] = {
      match: match ?? "",
      ...(minutes === null ? { ends_at: until } : { minutes }),
      ...(comment.trim() === "" ? {} : { comment: comment.trim() }),
    };
    silence.mutate({ params: of(companyId), body }, settled("It is silenced", onClose));
  };
  return (
    <Dialog open onClose={onClose} title="Silence something">
      <form onSubmit={send} className="flex flex-col gap-3">
        <Cel
          label="Which alerts, in CEL"
          hint="It sees asset, signature, severity, tool, message and labels, as asset == 'db-1' && signature.startsWith('disk')."
          required
          value={match}
          error={at("match")}
          onChange={setMatch}
        />
        <Choice label="For" value={minutes ?? "until"} error={at("minutes")} onChange={({ target }) => setMinutes(target.value === "until" ? null : Number(target.value))}>
          {SPANS.map(([span, name]) => (
            <option key={span} value={span}>
              {name}
            </option>
          ))}
          <option value="until">until a time</option>
        </Choice>
        {minutes === null && <Moment label="Until" hint="In your own time zone." required value={until} error={at("ends_at")} onChange={setUntil} />}
        <Area label="Why" hint="For others. It may stay empty." rows={2} value={comment} error={at("comment")} onChange={({ target }) => setComment(target.value)} />
        <Refusal error={silence.error} />
        <Button kind="primary" type="submit" busy={silence.isPending}>
          Silence
        </Button>
      </form>
    </Dialog>
  );
}
