/** Which company is looked at: one, or all that the person may read. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api } from "~/api/client";
import type { CompanyLine } from "~/api/types";

const useAll = () => api.useQuery("get", "/api/companies", {}, { staleTime: 60_000 }).data?.items;

export function useCompanies(): CompanyLine[] {
  return useAll()?.filter((company) => company.archived_at == null) ?? [];
}

/** The company that is chosen, or the only one there is; nothing where all are meant. */
export function useScope(): string | null {
  const { company } = useSearch({ strict: false });
  const companies = useCompanies();
  if (company !== undefined) return company;
  return companies.length === 1 ? (companies[0]?.company_id ?? null) : null;
}

/** The company that is chosen and that the person does not know; nothing where he does. */
export function useUnknownScope(): string | null {
  const { company } = useSearch({ strict: false });
  const all = useAll();
  if (company === undefined || all === undefined) return null;
  return all.some(({ company_id }) => company_id === company) ? null : company;
}

export function useChooseScope(): (company: string | null) => void {
  const navigate = useNavigate();
  return (company) => void navigate({ to: ".", search: (before) => ({ ...before, company: company ?? undefined }) });
}

/** A company's name; its id until that is known. */
export function useCompanyName(): (id: string) => string {
  const companies = useCompanies();
  return (id) => companies.find((company) => company.company_id === id)?.name ?? id;
}
