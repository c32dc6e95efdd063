import { expect, test } from "vitest";
import { type Line, lineOf } from "~/board/line";
import { grave, sentence } from "./grave";

const NOW = Date.parse("2026-01-31T08:00:00Z");

function line(incident_id: string, more: Partial<Line> = {}): Line {
  const told = { company_id: "comp-acme", severity: "critical", signature: "disk", asset_name: "web-1", created_at: "2026-01-31T07:59:00Z", suppressed: false, snoozed_until: null, priority_score: 90 };
  return { ...lineOf({ incident_id, ...told } as unknown as Line, NOW), ...more };
}

test("what is critical and open is heard of, of the company that is looked at, and not what is put off", () => {
  const lines = [
    line("inc-1"),
    line("inc-2", { severity: "high" }),
    line("inc-3", { over: true }),
    line("inc-4", { suppressed: true }),
    line("inc-5", { snoozed_until: "2026-01-31T09:00:00Z" }),
    line("inc-6", { company_id: "comp-globex" }),
  ];
  expect([...grave(lines, null, NOW).keys()]).toEqual(["inc-1", "inc-6"]);
  expect([...grave(lines, "comp-acme", NOW).keys()]).toEqual(["inc-1"]);
});

test("many are one sentence, which names the newest", () => {
  const nameOf = (id: string) => id.toUpperCase();
  expect(sentence([], nameOf)).toBeNull();
  expect(sentence([line("inc-1")], nameOf)).toBe("Critical: disk on web-1, COMP-ACME");
  const newer = line("inc-2", { created_at: "2026-01-31T07:59:30Z", asset_name: "web-2" });
  expect(sentence([line("inc-1"), newer, line("inc-3")], nameOf)).toBe("Critical: disk on web-2, COMP-ACME, and 2 more");
});
