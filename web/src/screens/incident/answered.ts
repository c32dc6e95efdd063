/** What has come of asking for a run, in words. Pure. */
import type { Run, Schemas } from "~/api/types";
import { whoAgrees } from "~/screens/approvals/consent";

const ENDS: Record<Run["status"], (machines: string) => string> = {
  intended: (machines) => `Begun; whether ${machines} has it is not known yet`,
  sent: (machines) => `It runs on ${machines} now`,
  succeeded: (machines) => `It has run on ${machines}`,
  failed: (machines) => `It has run on ${machines}, and something did not go well`,
  unknown_outcome: (machines) => `Nobody knows whether it has run: look at ${machines} before you try again`,
};

export function answered(answer: Schemas["Executing"] | Schemas["RunAccepted"]): string {
  if ("approval_request_id" in answer) {
    const { required_role: approver, approvals } = answer;
    return `Asked for consent: nothing runs without that of ${whoAgrees({ approver, approvals })}`;
  }
  return ENDS[answer.status](answer.instance_ids.join(", "));
}
