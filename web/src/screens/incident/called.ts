/** The runbook that a decision calls for. Pure. */
import type { Decision } from "~/api/types";

/** The tool that runs a runbook's commands on machines (AWS Systems Manager). */
const EXECUTE = "ssm.execute";

/** Its short name; nothing where the decision calls for none. */
export function calledFor(decision: Decision | null | undefined): string | null {
  const call = decision?.tool_calls.find(({ tool_name }) => tool_name === EXECUTE);
  const named = (call?.parameters as Record<string, unknown> | undefined)?.runbook;
  return typeof named === "string" && named !== "" ? named : null;
}
