import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useScope } from "~/app/scope";

/** When another company is chosen at the top, the same part of that one is shown. */
export function useFollowScope(companyId: string): void {
  const scope = useScope();
  const navigate = useNavigate();
  const before = useRef(scope);
  useEffect(() => {
    const isChosen = scope !== before.current;
    before.current = scope;
    if (isChosen && scope !== null && scope !== companyId) {
      void navigate({ to: ".", params: (params) => ({ ...params, companyId: scope }) });
    }
  }, [scope, companyId, navigate]);
}
