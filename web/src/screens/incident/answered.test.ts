import { expect, test } from "vitest";
import type { Schemas } from "~/api/types";
import { answered } from "./answered";

test("what has come of asking for a run is told plainly", () => {
  const pending = { approval_request_id: "apr-1", required_role: "company_admin", approvals: 1 } as Schemas["Pending"];
  const sent = { status: "sent", instance_ids: ["i-1", "i-2"] } as Schemas["Executing"];
  expect(answered(pending)).toBe("Asked for consent: nothing runs without that of a company administrator");
  expect(answered(sent)).toBe("It runs on i-1, i-2 now");
  expect(answered({ ...sent, status: "unknown_outcome" })).toMatch(/^Nobody knows/);
});
