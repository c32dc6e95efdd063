import { api } from "~/api/client";
import { Answer } from "~/ui/States";
import { of, useCompanyId } from "../kit/company";
import { Channels } from "./Channels";
import { Deliveries } from "./Deliveries";
import { Routing } from "./Routing";

/** Who hears of a company's incidents, by which way, and what has become of it. */
export function Notifications() {
  const companyId = useCompanyId();
  const params = of(companyId);
  const channels = api.useQuery("get", "/api/companies/{company_id}/channels", { params });
  const settings = api.useQuery("get", "/api/companies/{company_id}/notifications", { params });
  return (
    <Answer of={channels}>
      {({ items }) => (
        <div className="flex flex-col gap-3">
          <Channels companyId={companyId} channels={items} />
          <Answer of={settings}>{(saved) => <Routing companyId={companyId} saved={saved} channels={items.map(({ name }) => name)} />}</Answer>
          <Deliveries companyId={companyId} channels={items.map(({ name }) => name)} />
        </div>
      )}
    </Answer>
  );
}
