import { type FormEvent, useState } from "react";
import { api, said } from "~/api/client";
import type { Incident } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Button } from "~/ui/Button";
import { Area } from "~/ui/Field";
import { Panel } from "~/ui/Page";
import { of } from "./of";
import { useAct } from "./useAct";

/** Writes something down for whoever comes next; the timeline keeps it. */
export function Notes({ incident }: { incident: Incident }) {
  const can = useCan();
  const [text, setText] = useState("");
  const update = api.useMutation("patch", "/api/incidents/{incident_id}");
  const after = useAct();
  if (!can("act") || incident.status === "resolved") return null;
  const send = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ params: of(incident), body: { note: text.trim() } }, after("Noted", () => setText("")));
  };
  return (
    <Panel title="Note">
      <form onSubmit={send} className="flex flex-col gap-2">
        <Area
          label="For whoever comes next"
          hint="It shows in the timeline."
          rows={3}
          value={text}
          error={update.error === null ? undefined : said(update.error)}
          onChange={({ target }) => setText(target.value)}
        />
        <Button type="submit" busy={update.isPending} disabled={text.trim() === ""} className="self-start">
          Write down
        </Button>
      </form>
    </Panel>
  );
}
