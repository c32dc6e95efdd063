import { api } from "~/api/client";
import { Answer } from "~/ui/States";
import { of, useCompanyId } from "../kit/company";
import { Inhibitions } from "./Inhibitions";
import { Silences } from "./Silences";
import { Windows } from "./Windows";

/** What keeps a company's incidents quiet: planned work, silences, and trouble that explains other trouble. */
export function Maintenance() {
  const companyId = useCompanyId();
  const windows = api.useQuery("get", "/api/companies/{company_id}/maintenance-windows", { params: of(companyId) });
  return (
    <div className="flex flex-col gap-3">
      <Answer of={windows}>{({ maintenance_windows }) => <Windows companyId={companyId} windows={maintenance_windows} />}</Answer>
      <Silences companyId={companyId} />
      <Inhibitions companyId={companyId} />
    </div>
  );
}
