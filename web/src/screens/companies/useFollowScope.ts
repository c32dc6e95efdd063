import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

/** When another company is chosen at the top, the same part of that one is shown. Until then the address says whose it is. */
export function useFollowScope(companyId: string): void {
  const { company: chosen } = useSearch({ strict: false });
  const navigate = useNavigate();
  const before = useRef(chosen);
  useEffect(() => {
    const isNew = chosen !== before.current;
    before.current = chosen;
    if (isNew && chosen !== undefined && chosen !== companyId) {
      void navigate({ to: ".", params: (params) => ({ ...params, companyId: chosen }) });
    }
  }, [chosen, companyId, navigate]);
}
