import { api } from "~/api/client";
import { Answer } from "~/ui/States";
import { of, useCompanyId } from "../kit/company";
import { Editor } from "./Editor";

/** A company's whole configuration, as one document. */
export function Document() {
  const companyId = useCompanyId();
  const config = api.useQuery("get", "/api/companies/{company_id}/config", { params: of(companyId) });
  return <Answer of={config}>{(saved) => <Editor companyId={companyId} saved={saved} />}</Answer>;
}
