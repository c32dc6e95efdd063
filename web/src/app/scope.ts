/** Which company is looked at: one, or all that the person may read. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api } from "~/api/client";
import type { CompanyLine } from "~/api/types";

export function useCompanies(): CompanyLine[] {
  const { data } = api.useQuery("get", "/api/companies", {}, { staleTime: 60_000 });
  return data?.items.filter((company) => company.archived_at == null) ?? [];
}

/** The company that is chosen, or the only one there is; nothing where all are meant. */
export function useScope(): string | null {
  const { company } = useSearch({ strict: false });
  const companies = useCompanies();
  if (company !== undefined) return company;
  return companies.length === 1 ? (companies[0]?.company_id ?? null) : null;
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
