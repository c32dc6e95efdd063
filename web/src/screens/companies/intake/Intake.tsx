import { api } from "~/api/client";
import { Panel } from "~/ui/Page";
import { Answer } from "~/ui/States";
import { Sources } from "../Sources";
import { Unheard } from "../Unheard";
import { of, useCompanyId } from "../kit/company";
import { CloudWatch } from "./CloudWatch";
import { MappingPanel } from "./MappingPanel";

/** What a company takes from monitoring tools, beside what they send as they are. */
export function Intake() {
  const companyId = useCompanyId();
  const params = of(companyId);
  const intake = api.useQuery("get", "/api/companies/{company_id}/intake", { params });
  const sources = api.useQuery("get", "/api/companies/{company_id}/sources", { params });
  return (
    <Answer of={intake}>
      {(intake) => (
        <div className="flex flex-col gap-3">
          <div className="grid items-start gap-3 lg:grid-cols-2">
            <CloudWatch companyId={companyId} saved={intake} />
            <Panel title="Tools that have been heard from">
              <Answer of={sources}>
                {({ items }) =>
                  items.length === 0 ? <Unheard companyId={companyId} /> : <Sources items={items} companyId={companyId} />
                }
              </Answer>
            </Panel>
          </div>
          <MappingPanel companyId={companyId} saved={intake.custom ?? null} />
        </div>
      )}
    </Answer>
  );
}
