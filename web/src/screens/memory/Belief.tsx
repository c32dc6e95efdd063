import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useWho } from "~/app/useWho";
import { api, said } from "~/api/client";
import type { Schemas } from "~/api/types";
import { useCan } from "~/session/useSession";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Field } from "~/ui/Field";
import { Facts, Panel } from "~/ui/Page";
import { Text } from "~/ui/Text";
import { Time } from "~/ui/Time";
import { note } from "~/ui/toast";
import { whyNot } from "./words";

type Shown = Schemas["ShownMemory"];

/** How far it is believed, and the word of a person on that. */
export function Belief({ memory }: { memory: Shown }) {
  const can = useCan();
  const who = useWho(memory.company_id);
  const { quarantine } = memory;
  const withheld = whyNot(memory, who);
  return (
    <Panel title="How far it is believed">
      <Facts
        of={[
          ["Trust", `${Math.round(memory.trust * 100)} %`],
          ["Runs like it", memory.runs === 0 ? "none yet" : `${memory.successes} of ${memory.runs} went well`],
          ["Recalled", withheld === null ? "yes, when the like happens" : <Text>{`no: ${withheld.replace(/\.$/, "")}. Neither people nor models are told of it.`}</Text>],
          [
            "Quarantine",
            quarantine == null ? (
              "no"
            ) : (
              <>
                <Badge tone="warn">yes</Badge> since <Time at={quarantine.since} />
              </>
            ),
          ],
        ]}
      />
      {can("curate_memory") && <Word key={String(quarantine == null)} memory={memory} />}
    </Panel>
  );
}

function Word({ memory }: { memory: Shown }) {
  const [reason, setReason] = useState("");
  const queries = useQueryClient();
  const quarantine = api.useMutation("post", "/api/memory/{memory_id}/quarantine");
  const release = api.useMutation("post", "/api/memory/{memory_id}/release");
  const isOut = memory.quarantine != null;
  const params = { path: { memory_id: memory.memory_id }, query: { company_id: memory.company_id } };
  const done = {
    onSuccess: () => {
      note(isOut ? "Believed again" : "Quarantined: nobody is told of it");
      void queries.invalidateQueries({ queryKey: ["get", "/api/memory/{memory_id}"] });
      void queries.invalidateQueries({ queryKey: ["get", "/api/memory/search"] });
    },
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    const body = { reason: reason.trim() };
    if (isOut) release.mutate({ params, body: reason.trim() === "" ? {} : body }, done);
    else quarantine.mutate({ params, body }, done);
  };
  const error = quarantine.error ?? release.error;
  return (
    <form onSubmit={send} className="mt-3 flex flex-col gap-2 border-t border-line pt-3">
      <Field
        label={isOut ? "Why it may be believed again" : "Why it is not to be believed"}
        required={!isOut}
        value={reason}
        error={error === null ? undefined : said(error)}
        onChange={({ target }) => setReason(target.value)}
      />
      <Button type="submit" kind={isOut ? "plain" : "danger"} busy={quarantine.isPending || release.isPending} className="self-start">
        {isOut ? "Release" : "Quarantine"}
      </Button>
    </form>
  );
}
