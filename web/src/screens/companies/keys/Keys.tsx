import { useCompanyId } from "../kit/company";
import { ApiKeys } from "./ApiKeys";
import { Secrets } from "./Secrets";

/** With what a company's alerts are let in. */
export function Keys() {
  const companyId = useCompanyId();
  return (
    <div className="flex flex-col gap-3">
      <ApiKeys companyId={companyId} />
      <Secrets companyId={companyId} />
    </div>
  );
}
