import { type FormEvent, useEffect, useRef, useState } from "react";
import { api } from "~/api/client";
import { board } from "~/board/board";
import type { Line } from "~/board/line";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Area } from "~/ui/Field";
import { note, noteFailure } from "~/ui/toast";

export interface Act {
  kind: "acknowledge" | "escalate" | "snooze";
  line: Pick<Line, "incident_id" | "company_id" | "signature" | "asset_name">;
}

const SPANS: [minutes: number, name: string][] = [
  [15, "15 minutes"],
  [60, "1 hour"],
  [240, "4 hours"],
  [720, "12 hours"],
];

/** Does one thing to one incident, after a question where it needs one. */
export function Acting({ act, onDone }: { act: Act | null; onDone: () => void }) {
  const acknowledge = api.useMutation("post", "/api/incidents/{incident_id}/acknowledge");
  const escalate = api.useMutation("post", "/api/incidents/{incident_id}/escalate");
  const snooze = api.useMutation("post", "/api/incidents/{incident_id}/snooze");
  const [reason, setReason] = useState("");

  const params = act && { path: { incident_id: act.line.incident_id }, query: { company_id: act.line.company_id } };
  const answers = (words: string) => ({
    onSuccess: (incident: Parameters<typeof board.tell>[0]) => {
      board.tell(incident);
      note(`${words}: ${act?.line.signature} on ${act?.line.asset_name}`);
    },
    onError: noteFailure,
    onSettled: onDone,
  });

  // What is acknowledged is acknowledged at once: once for each time that it is asked for.
  const begun = useRef<Act | null>(null);
  useEffect(() => {
    if (act?.kind === "acknowledge" && begun.current !== act && params !== null) {
      begun.current = act;
      acknowledge.mutate({ params, body: {} }, answers("Acknowledged"));
    }
  });
  useEffect(() => setReason(""), [act]);
  if (act === null || params === null) return null;

  const send = (event: FormEvent) => {
    event.preventDefault();
    const body = reason.trim() === "" ? {} : { reason: reason.trim() };
    escalate.mutate({ params, body }, answers("Escalated"));
  };
  return (
    <>
      <Dialog open={act.kind === "escalate"} onClose={onDone} title="Escalate" description={`${act.line.signature} on ${act.line.asset_name}`}>
        <form onSubmit={send} className="flex flex-col gap-3">
          <Area label="Why" hint="Whoever is told reads this. It may stay empty." maxLength={1000} value={reason} onChange={({ target }) => setReason(target.value)} />
          <Button kind="primary" type="submit" busy={escalate.isPending}>
            Escalate
          </Button>
        </form>
      </Dialog>
      <Dialog
        open={act.kind === "snooze"}
        onClose={onDone}
        title="Snooze"
        description={`${act.line.signature} on ${act.line.asset_name} is hidden for as long, or until its severity rises.`}
      >
        <div className="flex flex-wrap gap-2">
          {SPANS.map(([minutes, name]) => (
            <Button key={minutes} busy={snooze.isPending} onClick={() => snooze.mutate({ params, body: { minutes } }, answers(`Snoozed for ${name}`))}>
              {name}
            </Button>
          ))}
        </div>
      </Dialog>
    </>
  );
}
