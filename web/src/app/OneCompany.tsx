import type { ReactNode } from "react";
import { Button } from "~/ui/Button";
import { Empty } from "~/ui/States";
import { useChooseScope, useCompanies, useScope } from "./scope";

/** For screens that are of one company: asks which, where none is chosen. */
export function OneCompany({ children }: { children: (companyId: string) => ReactNode }) {
  const scope = useScope();
  const companies = useCompanies();
  const choose = useChooseScope();
  if (scope !== null) return children(scope);
  return (
    <Empty title="Of which company?">
      <ul className="mt-3 flex flex-wrap justify-center gap-2">
        {companies.slice(0, 50).map(({ company_id, name }) => (
          <li key={company_id}>
            <Button onClick={() => choose(company_id)}>{name}</Button>
          </li>
        ))}
      </ul>
      {companies.length > 50 && <p className="mt-2">Others are in the list at the top.</p>}
    </Empty>
  );
}
