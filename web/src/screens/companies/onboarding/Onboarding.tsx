import { useCompanyId } from "../kit/company";
import { Recipes } from "./Recipes";
import { Shown } from "./Shown";
import { Waiting } from "./Waiting";
import { useFresh } from "./fresh";

/** From a new company to its first alert. */
export function Onboarding() {
  const companyId = useCompanyId();
  const fresh = useFresh(companyId);
  return (
    <div className="flex flex-col gap-3">
      {Object.keys(fresh).length > 0 && <Shown companyId={companyId} fresh={fresh} />}
      <Waiting companyId={companyId} />
      <Recipes companyId={companyId} fresh={fresh} />
    </div>
  );
}
