import { useCompanies } from "~/app/scope";
import type { Role } from "~/api/types";
import { usePerson } from "~/session/useSession";
import { worded } from "~/ui/Badge";
import { Choice } from "~/ui/Field";

export interface Post {
  role: Role;
  company_ids: string[];
}

/** As what somebody comes in, and for which companies. */
export function RoleAndCompanies({ value, onChange, error }: { value: Post; onChange: (value: Post) => void; error?: string | undefined }) {
  const { role } = usePerson();
  const companies = useCompanies();
  const roles: Role[] = role === "msp_admin" ? ["technician", "company_admin", "msp_admin"] : ["technician"];
  const turn = (id: string) => {
    const has = value.company_ids.includes(id);
    const company_ids = has ? value.company_ids.filter((other) => other !== id) : [...value.company_ids, id];
    onChange({ ...value, company_ids });
  };
  return (
    <>
      <Choice label="Role" value={value.role} onChange={({ target }) => onChange({ ...value, role: target.value as Role })}>
        {[...new Set([...roles, value.role])].map((role) => (
          <option key={role} value={role}>
            {worded(role)}
          </option>
        ))}
      </Choice>
      {value.role !== "msp_admin" && (
        <fieldset>
          <legend className="font-medium">Companies</legend>
          <div className="flex max-h-48 flex-col overflow-y-auto">
            {companies.map(({ company_id, name }) => (
              <label key={company_id} className="flex min-h-7 shrink-0 items-center gap-2">
                <input type="checkbox" className="size-4 accent-(--accent)" checked={value.company_ids.includes(company_id)} onChange={() => turn(company_id)} />
                {name}
              </label>
            ))}
          </div>
          {error !== undefined && (
            <p role="alert" className="text-xs text-bad">
              {error}
            </p>
          )}
        </fieldset>
      )}
    </>
  );
}

/** What is sent: who runs the platform has no companies of his own. */
export function sent({ role, company_ids }: Post): Post {
  return { role, company_ids: role === "msp_admin" ? [] : company_ids };
}
