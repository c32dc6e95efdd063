import { useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Button } from "~/ui/Button";
import { Area } from "~/ui/Field";
import { download } from "~/ui/download";
import { Panel } from "~/ui/Page";
import { LeaveGuard } from "../kit/LeaveGuard";
import { Refusal } from "~/ui/Refusal";
import { of } from "../kit/company";
import { MONO } from "../kit/fields";
import { useDraft } from "../kit/useDraft";
import { useSettled } from "../kit/useSettled";
import { Changes } from "./Changes";
import { asDocument, asText } from "./text";

type Tried = { text: string; changes: Schemas["Configured"]["changes"] };

/** The document as text: changed here or elsewhere, looked at for what it would change, and applied. */
export function Editor({ companyId, saved }: { companyId: string; saved: Schemas["Config"] }) {
  const draft = useDraft(asText(saved));
  const text = draft.value;
  const [unread, setUnread] = useState<string>();
  const [tried, setTried] = useState<Tried | null>(null);
  const put = api.useMutation("put", "/api/companies/{company_id}/config");
  const settled = useSettled();
  const isTried = tried !== null && tried.text === text;

  const send = (dryRun: boolean) => {
    const read = asDocument(text);
    setUnread("said" in read ? read.said : undefined);
    if ("said" in read) return;
    // The server says what is wrong with it, by the field.
    const body = read.document as unknown as Schemas["Config"];
    const params = { ...of(companyId), query: { dry_run: dryRun } };
    const after = dryRun ? { onSuccess: ({ changes }: Schemas["Configured"]) => setTried({ text, changes }) } : settled("The document is applied", done);
    put.mutate({ params, body }, after);
  };
  const done = () => {
    draft.reset();
    setTried(null);
  };
  return (
    <Panel
      title="Configuration document"
      actions={<Button onClick={() => download(new Blob([text], { type: "application/json" }), `${companyId}.json`)}>Download</Button>}
    >
      <Area
        label="Everything about the company, as JSON"
        hint="Keys, secrets and channels are no part of it. What is left out of rules, policy and the like stays as it is."
        rows={24}
        spellCheck={false}
        style={{ ...MONO, whiteSpace: "pre", overflowX: "auto" }}
        value={text}
        error={unread}
        onChange={({ target }) => draft.set(target.value)}
      />
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <Button busy={put.isPending} onClick={() => send(true)}>
          What would it change?
        </Button>
        <Button kind="primary" busy={put.isPending} disabled={!isTried || Object.keys(tried.changes).length === 0} onClick={() => send(false)}>
          Apply
        </Button>
        <Button
          disabled={!draft.dirty || put.isPending}
          onClick={() => {
            done();
            put.reset();
            setUnread(undefined);
          }}
        >
          Discard
        </Button>
        {!isTried && draft.dirty && <span className="text-soft">It can be applied once it is seen what it changes.</span>}
        <Refusal error={put.error} />
      </div>
      {isTried && put.error === null && <Changes changes={tried.changes} />}
      <LeaveGuard dirty={draft.dirty} />
    </Panel>
  );
}
