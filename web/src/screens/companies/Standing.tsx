import { useState } from "react";
import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Button } from "~/ui/Button";
import { Panel } from "~/ui/Page";
import { Sure } from "~/ui/Sure";
import { of } from "./kit/company";
import { useSettled } from "./kit/useSettled";

type Asking = "archive" | "erase" | null;

/** Archive, restore, erase. */
export function Standing({ company }: { company: Schemas["Company"] }) {
  const { company_id, name, archived_at, erase_requested_at } = company;
  const [asking, setAsking] = useState<Asking>(null);
  const archive = api.useMutation("delete", "/api/companies/{company_id}");
  const restore = api.useMutation("post", "/api/companies/{company_id}/restore");
  const erase = api.useMutation("post", "/api/companies/{company_id}/erase");
  const settled = useSettled();
  const params = of(company_id);
  const close = () => {
    setAsking(null);
    archive.reset();
    erase.reset();
  };
  return (
    <Panel title="Its end">
      {archived_at == null ? (
        <>
          <p className="mb-2 text-soft">Nothing is accepted for an archived company any more; what there is of it stays readable. It can be opened again.</p>
          <Button kind="danger" onClick={() => setAsking("archive")}>
            Archive
          </Button>
        </>
      ) : erase_requested_at != null ? (
        <p>It is being erased: everything goes to signed archives and from the store.</p>
      ) : (
        <>
          <p className="mb-2 text-soft">It is archived. It can be opened again, or be erased for good.</p>
          <div className="flex flex-wrap gap-2">
            <Button busy={restore.isPending} onClick={() => restore.mutate({ params }, settled(`${name} is open again`))}>
              Open it again
            </Button>
            <Button kind="danger" onClick={() => setAsking("erase")}>
              Erase
            </Button>
          </div>
        </>
      )}
      {asking === "archive" && (
        <Sure
          title={`Archive ${name}?`}
          act="Archive"
          confirm={company_id}
          busy={archive.isPending}
          error={archive.error}
          onClose={close}
          onSure={() => archive.mutate({ params }, settled(`${name} is archived`, close))}
        >
          Its alerts are refused from now on. What there is of it stays readable, and it can be opened again.
        </Sure>
      )}
      {asking === "erase" && (
        <Sure
          title={`Erase ${name} for good?`}
          act="Erase for good"
          confirm={company_id}
          busy={erase.isPending}
          error={erase.error}
          onClose={close}
          onSure={() => erase.mutate({ params, body: { confirm: company_id } }, settled(`${name} is being erased`, close))}
        >
          All of it goes to signed archives and from the store, an open incident once it has ended. Its id stays taken. This is not taken back.
        </Sure>
      )}
    </Panel>
  );
}
