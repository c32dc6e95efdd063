import { useNavigate } from "@tanstack/react-router";
import { Suspense, lazy, useState } from "react";
import { OneCompany } from "~/app/OneCompany";
import { api } from "~/api/client";
import { board } from "~/board/board";
import { useCan } from "~/session/useSession";
import { Button } from "~/ui/Button";
import { Page, Panel } from "~/ui/Page";
import { Answer, Empty, Loading } from "~/ui/States";
import { AssetDialog } from "./AssetDialog";
import { AssetTable } from "./AssetTable";
import type { Asset } from "./graph";
import { useTrouble } from "./trouble";

const Topology = lazy(() => import("./Topology"));

/** A company's assets, what depends on what, and where there is trouble. */
export function Assets() {
  return (
    <Page title="Assets">
      <OneCompany>{(companyId) => <Whole companyId={companyId} />}</OneCompany>
    </Page>
  );
}

function Whole({ companyId }: { companyId: string }) {
  const can = useCan();
  const navigate = useNavigate();
  const trouble = useTrouble(companyId);
  const [editing, setEditing] = useState<Asset | "new" | null>(null);
  const assets = api.useQuery("get", "/api/companies/{company_id}/assets", { params: { path: { company_id: companyId } } });
  const mayEdit = can("administer_company");
  /** To what is open on it: the incident, or the list of several. */
  const open = (name: string) => {
    const lines = [...board.get().lines.values()].filter((line) => !line.over && line.company_id === companyId && line.asset_name === name);
    const only = lines.length === 1 ? lines[0] : undefined;
    if (only !== undefined) void navigate({ to: "/incidents/$companyId/$incidentId", params: { companyId, incidentId: only.incident_id } });
    else if (lines.length > 1) void navigate({ to: "/", search: { company: companyId, text: name } as object });
  };
  const add = mayEdit && (
    <Button kind="primary" onClick={() => setEditing("new")}>
      Add an asset
    </Button>
  );
  return (
    <>
      <Answer of={assets}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel>
              <Empty title="No asset is known yet">
                <p>With assets that say what they depend on, the trouble of one is not told once for each of its dependents.</p>
                <div className="mt-3">{add}</div>
              </Empty>
            </Panel>
          ) : (
            <>
              <Panel title="What depends on what" actions={add}>
                {items.some(({ depends_on }) => (depends_on ?? []).length > 0) ? (
                  <Suspense fallback={<Loading />}>
                    <Topology assets={items} trouble={trouble} onOpen={open} />
                  </Suspense>
                ) : (
                  <Empty title="No asset depends on another yet">Change one, and name what it depends on.</Empty>
                )}
              </Panel>
              <AssetTable items={items} trouble={trouble} onOpen={open} onEdit={mayEdit ? setEditing : undefined} />
            </>
          )
        }
      </Answer>
      {editing !== null && (
        <AssetDialog companyId={companyId} asset={editing === "new" ? undefined : editing} known={assets.data?.items ?? []} onClose={() => setEditing(null)} />
      )}
    </>
  );
}
