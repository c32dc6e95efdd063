import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api, fieldOf, said } from "~/api/client";
import { Button } from "~/ui/Button";
import { Dialog } from "~/ui/Dialog";
import { Area, Choice, Field } from "~/ui/Field";
import { note } from "~/ui/toast";

interface Draft {
  signature: string;
  outcome: "success" | "failure";
  resolution: string;
  runbook_used: string;
  tags: string;
  incident_id: string;
}

const EMPTY: Draft = { signature: "", outcome: "success", resolution: "", runbook_used: "", tags: "", incident_id: "" };

/** What a person has learned, for whoever meets the like again. */
export function PostMortem({ companyId, onClose }: { companyId: string; onClose: () => void }) {
  const [draft, setDraft] = useState(EMPTY);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const write = api.useMutation("post", "/api/memory");
  const send = (event: FormEvent) => {
    event.preventDefault();
    write.mutate(
      { params: { query: { company_id: companyId } }, body: body(draft) },
      {
        onSuccess: ({ memory_id: memoryId }) => {
          note("Written down");
          void queries.invalidateQueries({ queryKey: ["get", "/api/memory/search"] });
          void navigate({ to: "/memory/$companyId/$memoryId", params: { companyId, memoryId } });
          onClose();
        },
      },
    );
  };
  const text = (name: keyof Draft) => ({
    value: draft[name],
    error: fieldOf(write.error)?.startsWith(name) ? said(write.error) : undefined,
    onChange: ({ target }: { target: { value: string } }) => setDraft({ ...draft, [name]: target.value }),
  });
  const placed = Object.keys(EMPTY).some((name) => fieldOf(write.error)?.startsWith(name));
  return (
    <Dialog open onClose={onClose} title="Write a post-mortem" description="It is found by its signature, its tags and its words, and told when the like happens again.">
      <form onSubmit={send} className="flex flex-col gap-3">
        <Field label="Signature" hint="The kind of trouble, as alerts name it" required {...text("signature")} />
        <Choice label="Did it work?" {...text("outcome")}>
          <option value="success">yes</option>
          <option value="failure">no</option>
        </Choice>
        <Area label="What was done, and what it showed" required rows={5} {...text("resolution")} />
        <Field label="Runbook" hint="Where one was used" {...text("runbook_used")} />
        <Field label="Tags" hint="With commas between" {...text("tags")} />
        <Field label="Incident" placeholder="inc-…" {...text("incident_id")} />
        {write.error !== null && !placed && (
          <p role="alert" className="text-bad">
            {said(write.error)}
          </p>
        )}
        <Button kind="primary" type="submit" busy={write.isPending}>
          Write down
        </Button>
      </form>
    </Dialog>
  );
}

/** What is sent: what was left empty is not there. */
function body({ signature, outcome, resolution, runbook_used, tags, incident_id }: Draft) {
  const named = tags.split(",").map((tag) => tag.trim()).filter((tag) => tag !== "");
  return {
    signature: signature.trim(),
    outcome,
    resolution: resolution.trim(),
    ...(runbook_used.trim() === "" ? {} : { runbook_used: runbook_used.trim() }),
    ...(named.length === 0 ? {} : { tags: named }),
    ...(incident_id.trim() === "" ? {} : { incident_id: incident_id.trim() }),
  };
}
