import { useState } from "react";
import { api, authorised, said } from "~/api/client";
import { Badge } from "~/ui/Badge";
import { Button } from "~/ui/Button";
import { Facts, Panel } from "~/ui/Page";
import { Code, Text } from "~/ui/Text";
import { download } from "~/ui/download";
import { noteFailure } from "~/ui/toast";

/** Works the journal's chain out anew, and gives it away with what proves it. */
export function Proof({ companyId }: { companyId: string }) {
  const query = { company_id: companyId };
  const verify = api.useQuery("get", "/api/audit/verify", { params: { query } }, { enabled: false, gcTime: 0 });
  const key = api.useQuery("get", "/api/audit/key", {}, { staleTime: Infinity });
  const [busy, setBusy] = useState(false);
  const take = async () => {
    setBusy(true);
    try {
      const response = await authorised(new Request(`/api/audit/export?company_id=${encodeURIComponent(companyId)}`));
      if (!response.ok) throw await response.json();
      download(await response.blob(), `${companyId}-journal.jsonl`);
    } catch (error) {
      noteFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const found = verify.data;
  return (
    <Panel
      title="Proof"
      actions={
        <>
          <Button busy={verify.isFetching} onClick={() => void verify.refetch()}>
            Verify
          </Button>
          <Button busy={busy} onClick={() => void take()}>
            Export
          </Button>
        </>
      }
    >
      <div role="status">
        {verify.error !== null && <p className="text-bad">{said(verify.error)}</p>}
        {found === undefined && verify.error === null && <p className="text-soft">Not verified since this page was opened.</p>}
        {found !== undefined && (
          <Facts
            of={[
              ["It is", found.whole ? <Badge tone="good">whole</Badge> : <Badge tone="bad">broken at {found.broken_at ?? "its end"}</Badge>],
              ...(found.why == null ? [] : ([["Why", <Text>{found.why}</Text>]] as [string, React.ReactNode][])),
              ["Entries", `${found.behind + 1} to ${found.entries}`],
              ["Hash", <Code>{found.hash}</Code>],
              ["Compared with", found.checkpoints == null ? "no checkpoints: none are kept in a file" : `${found.checkpoints} signed checkpoints`],
            ]}
          />
        )}
      </div>
      {key.data !== undefined && (
        <p className="mt-2 text-soft">
          Signed with {key.data.algorithm}, public key <Code>{key.data.public_key}</Code>
        </p>
      )}
    </Panel>
  );
}
