/** What a decision calls for: a runbook, and what it would say to it. Pure. */
import type { Decision } from "~/api/types";

/** The tool that runs a runbook's commands on machines (AWS Systems Manager). */
const EXECUTE = "ssm.execute";

export interface Called {
  /** A runbook's id or short name. */
  runbook: string;
  /** Instance ids; none where the asset's own machine is meant. */
  machines: string[];
  /** Values of its parameters, as they would be typed. */
  values: Record<string, string>;
}

/** Nothing where the decision calls for no runbook. */
export function calledFor(decision: Decision | null | undefined): Called | null {
  const call = decision?.tool_calls.find(({ tool_name }) => tool_name === EXECUTE);
  const { runbook, runbook_id, instance_ids, parameters } = (call?.parameters ?? {}) as Record<string, unknown>;
  const named = runbook ?? runbook_id;
  if (typeof named !== "string" || named === "") return null;
  const given = typeof parameters === "object" && parameters !== null ? Object.entries(parameters) : [];
  return {
    runbook: named,
    machines: Array.isArray(instance_ids) ? instance_ids.filter((id) => typeof id === "string") : [],
    values: Object.fromEntries(given.filter(([, value]) => typeof value === "string" || typeof value === "number").map(([name, value]) => [name, String(value)])),
  };
}
