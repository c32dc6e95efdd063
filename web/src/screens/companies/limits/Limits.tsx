import { useCompanyId } from "../kit/company";
import { PolicyPanel } from "./PolicyPanel";
import { RateLimit } from "./RateLimit";
import { Retention } from "./Retention";
import { RunSwitch } from "./RunSwitch";

/** How much a company may send, what may run for it, and how long what there is of it is kept. */
export function Limits() {
  const companyId = useCompanyId();
  return (
    <div className="grid items-start gap-3 lg:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-3">
        <RunSwitch companyId={companyId} />
        <PolicyPanel companyId={companyId} />
      </div>
      <div className="flex min-w-0 flex-col gap-3">
        <RateLimit companyId={companyId} />
        <Retention companyId={companyId} />
      </div>
    </div>
  );
}
