import { useParams } from "@tanstack/react-router";

/** The company that the page is of. */
export function useCompanyId(): string {
  const { companyId } = useParams({ strict: false });
  if (companyId === undefined) throw new Error("the page is of no company");
  return companyId;
}

/** Where a company's things are asked for. */
export const of = (company_id: string) => ({ path: { company_id } });
