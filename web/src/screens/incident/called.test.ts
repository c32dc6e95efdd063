import { expect, test } from "vitest";
import type { Decision } from "~/api/types";
import { calledFor } from "./called";

const decided = (tool_name: string, parameters: object) => ({ tool_calls: [{ tool_name, parameters }] }) as unknown as Decision;

test("a decision calls for a runbook, with what is known of its machines and parameters", () => {
  const parameters = { runbook_id: "service-restart", instance_ids: ["i-1"], parameters: { service: "nginx", tries: 2, odd: [1] } };
  expect(calledFor(decided("ssm.execute", parameters))).toEqual({
    runbook: "service-restart",
    machines: ["i-1"],
    values: { service: "nginx", tries: "2" },
  });
  expect(calledFor(decided("ssm.execute", { runbook: "disk-cleanup" }))).toEqual({ runbook: "disk-cleanup", machines: [], values: {} });
});

test("it calls for none where it names none, or there is no decision", () => {
  expect([calledFor(decided("ssm.execute", {})), calledFor(decided("kpi.snapshot", { runbook: "x" })), calledFor(null)]).toEqual([null, null, null]);
});
