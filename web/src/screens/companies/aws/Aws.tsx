import { api } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Answer } from "~/ui/States";
import { of, useCompanyId } from "../kit/company";
import { CheckPanel } from "./CheckPanel";
import { Connection } from "./Connection";
import { RolePanel } from "./RolePanel";

/** A company's AWS account: the role that it makes for us, how we reach it, and whether we do. */
export function Aws() {
  const companyId = useCompanyId();
  const params = of(companyId);
  const role = api.useQuery("get", "/api/companies/{company_id}/aws-role", { params });
  const company = api.useQuery("get", "/api/companies/{company_id}", { params });
  return (
    <Answer of={role}>
      {(role) => (
        <Answer of={company}>
          {({ aws }) => (
            <div className="grid items-start gap-3 lg:grid-cols-2">
              <RolePanel role={role} />
              <div className="flex min-w-0 flex-col gap-3">
                <Connection companyId={companyId} saved={aws ?? fresh(role)} connected={aws != null} />
                <CheckPanel companyId={companyId} connected={aws != null} />
              </div>
            </div>
          )}
        </Answer>
      )}
    </Answer>
  );
}

/** What is filled in before there is anything. */
function fresh({ external_id }: Schemas["AwsRole"]): Schemas["AwsSettings"] {
  return { role_arn: "", external_id, region: "" };
}
