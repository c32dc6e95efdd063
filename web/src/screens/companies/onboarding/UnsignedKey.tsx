import { api } from "~/api/client";
import { Button } from "~/ui/Button";
import { noteFailure } from "~/ui/toast";
import { of } from "../kit/company";
import { useSettled } from "../kit/useSettled";
import { keep } from "./fresh";

/** Says that a tool cannot sign, and makes the key that it needs. */
export function UnsignedKey({ companyId, tool, has }: { companyId: string; tool: string; has: boolean }) {
  const make = api.useMutation("post", "/api/companies/{company_id}/api-keys");
  const settled = useSettled();
  if (has) return <p className="text-soft">This tool cannot sign: the key below may send unsigned.</p>;
  const act = () =>
    make.mutate(
      { params: of(companyId), body: { name: tool, scopes: ["ingest"], unsigned: true } },
      {
        onSuccess: async ({ api_key }) => {
          keep(companyId, { unsignedKey: api_key });
          await settled("A key that may send unsigned is made").onSuccess();
        },
        onError: noteFailure,
      },
    );
  return (
    <div className="flex flex-wrap items-center gap-2 rounded-md bg-warn-wash px-2 py-1.5">
      <p className="min-w-0 flex-1">This tool cannot sign. It needs a key that may send unsigned, which can do nothing but send.</p>
      <Button busy={make.isPending} onClick={act}>
        Make one
      </Button>
    </div>
  );
}
