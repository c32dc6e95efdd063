import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { OneCompany } from "~/app/OneCompany";
import { useScope } from "~/app/scope";
import { useShortcuts } from "~/app/useShortcuts";
import { api } from "~/api/client";
import { board } from "~/board/board";
import { useCan } from "~/session/useSession";
import { Button } from "~/ui/Button";
import { Page, Panel } from "~/ui/Page";
import { Answer, Empty } from "~/ui/States";
import { note } from "~/ui/toast";
import { AssetDialog } from "./AssetDialog";
import { AssetTable } from "./AssetTable";
import { Picture } from "./Picture";
import type { Asset } from "./joined";
import { useTrouble } from "./trouble";

/** A company's assets, what depends on what, and where there is trouble. */
export function Assets() {
  const can = useCan();
  const [editing, setEditing] = useState<Asset | "new" | null>(null);
  const mayEdit = can("administer_company");
  const scope = useScope();
  return (
    <Page title="Assets" actions={mayEdit && scope !== null && <Button onClick={() => setEditing("new")}>Add an asset</Button>}>
      <OneCompany>
        {(companyId) => <Whole key={companyId} companyId={companyId} mayEdit={mayEdit} editing={editing} onEdit={setEditing} />}
      </OneCompany>
    </Page>
  );
}

interface Props {
  companyId: string;
  mayEdit: boolean;
  editing: Asset | "new" | null;
  onEdit: (asset: Asset | "new" | null) => void;
}

function Whole({ companyId, mayEdit, editing, onEdit }: Props) {
  const trouble = useTrouble(companyId);
  const open = useOpen(companyId);
  const [centre, setCentre] = useState("");
  const top = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  useShortcuts({ "/": () => search.current?.focus() });
  const assets = api.useQuery("get", "/api/companies/{company_id}/assets", { params: { path: { company_id: companyId } } });
  const show = (name: string) => {
    setCentre(name);
    top.current?.scrollIntoView({ block: "nearest" });
  };
  return (
    <>
      <Answer of={assets}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel>
              <Empty title="No asset is known yet">
                <p>With assets that say what they depend on, the trouble of one is not told once for each of its dependents.</p>
                <p>{mayEdit ? "Add those that others depend on first, then name them with those that do." : "Somebody who administers the company can add them."}</p>
              </Empty>
            </Panel>
          ) : (
            <>
              <div ref={top}>
                <Picture assets={items} trouble={trouble} centre={centre} onCentre={setCentre} onOpen={open} mayEdit={mayEdit} />
              </div>
              <AssetTable items={items} trouble={trouble} onOpen={open} onCentre={show} onEdit={mayEdit ? onEdit : undefined} search={search} />
            </>
          )
        }
      </Answer>
      {editing !== null && (
        <AssetDialog companyId={companyId} asset={editing === "new" ? undefined : editing} known={assets.data?.items ?? []} onClose={() => onEdit(null)} />
      )}
    </>
  );
}

/** The way to what is open on an asset: the incident, or the list of several. */
function useOpen(companyId: string): (name: string) => void {
  const navigate = useNavigate();
  return (name) => {
    const lines = [...board.get().lines.values()].filter((line) => !line.over && line.company_id === companyId && line.asset_name === name);
    const only = lines.length === 1 ? lines[0] : undefined;
    if (only !== undefined) void navigate({ to: "/incidents/$companyId/$incidentId", params: { companyId, incidentId: only.incident_id } });
    else if (lines.length > 1) void navigate({ to: "/", search: { company: companyId, asset: name } });
    else note(`Nothing is open on ${name}`);
  };
}
