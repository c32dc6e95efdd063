import { type FormEvent, type ReactNode, useState } from "react";
import { api } from "~/api/client";
import { board } from "~/board/board";
import type { Line } from "~/board/line";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Area } from "~/ui/Field";
import { note, noteFailure } from "~/ui/toast";

type Named = Pick<Line, "incident_id" | "company_id" | "signature" | "asset_name">;

interface Asking {
  kind: "escalate" | "snooze";
  line: Named;
}

interface Acting {
  /** At once. */
  acknowledge: (line: Named) => void;
  /** Whether that is under way. */
  acknowledging: boolean;
  /** After a question. */
  ask: (kind: Asking["kind"], line: Named) => void;
  /** Whether something is asked. */
  asking: boolean;
  /** The question, where there is one. */
  question: ReactNode;
}

const SPANS: [minutes: number, name: string][] = [
  [15, "15 minutes"],
  [60, "1 hour"],
  [240, "4 hours"],
  [720, "12 hours"],
];

/** What is done to one incident from a list or from its own screen. */
export function useActing(): Acting {
  const [asked, setAsked] = useState<Asking | null>(null);
  const acknowledge = api.useMutation("post", "/api/incidents/{incident_id}/acknowledge");
  return {
    acknowledge: (line) => {
      if (!acknowledge.isPending) acknowledge.mutate({ params: of(line), body: {} }, answers(line, "Acknowledged"));
    },
    acknowledging: acknowledge.isPending,
    ask: (kind, line) => setAsked({ kind, line }),
    asking: asked !== null,
    question: asked !== null && <Question key={asked.kind + asked.line.incident_id} {...asked} onDone={() => setAsked(null)} />,
  };
}

function of({ incident_id, company_id }: Named) {
  return { path: { incident_id }, query: { company_id } };
}

/** What is done with the answer of an act: it is shown at once, and told. */
function answers({ signature, asset_name }: Named, words: string) {
  return {
    onSuccess: (incident: Parameters<typeof board.tell>[0]) => {
      board.tell(incident);
      note(`${words}: ${signature} on ${asset_name}`);
    },
    onError: noteFailure,
  };
}

function Question({ kind, line, onDone }: Asking & { onDone: () => void }) {
  return kind === "escalate" ? <Escalate line={line} onDone={onDone} /> : <Snooze line={line} onDone={onDone} />;
}

interface About {
  line: Named;
  onDone: () => void;
}

function Escalate({ line, onDone }: About) {
  const escalate = api.useMutation("post", "/api/incidents/{incident_id}/escalate");
  const [reason, setReason] = useState("");
  const send = (event: FormEvent) => {
    event.preventDefault();
    const body = reason.trim() === "" ? {} : { reason: reason.trim() };
    escalate.mutate({ params: of(line), body }, { ...answers(line, "Escalated"), onSettled: onDone });
  };
  return (
    <Dialog open onClose={onDone} title="Escalate" description={`${line.signature} on ${line.asset_name}`}>
      <form onSubmit={send} className="flex flex-col gap-3">
        <Area label="Why" hint="Whoever is told reads this. It may stay empty." maxLength={1000} value={reason} onChange={({ target }) => setReason(target.value)} />
        <Button kind="primary" type="submit" busy={escalate.isPending}>
          Escalate
        </Button>
      </form>
    </Dialog>
  );
}

function Snooze({ line, onDone }: About) {
  const snooze = api.useMutation("post", "/api/incidents/{incident_id}/snooze");
  const send = (minutes: number, name: string) =>
    snooze.mutate({ params: of(line), body: { minutes } }, { ...answers(line, `Snoozed for ${name}`), onSettled: onDone });
  return (
    <Dialog
      open
      onClose={onDone}
      title="Snooze"
      description={`${line.signature} on ${line.asset_name} is hidden for as long, or until its severity rises.`}
    >
      <div className="flex flex-wrap gap-2">
        {SPANS.map(([minutes, name]) => (
          <Button key={minutes} busy={snooze.isPending} onClick={() => send(minutes, name)}>
            {name}
          </Button>
        ))}
      </div>
    </Dialog>
  );
}
