import { expect, test } from "vitest";
import { origin, whyNot } from "./words";

const who = (actor: string) => (actor === "usr-1" ? "Ann" : actor);

test("a memory tells where it comes from", () => {
  expect(origin({ kind: "run" }, who)).toBe("a run");
  expect(origin({ kind: "person", author: "usr-1", role: "msp_admin" }, who)).toBe("a post-mortem by Ann");
  expect(origin(undefined, who)).toBe("the end of an incident");
});

test("why one is not recalled is told by people's names", () => {
  const quarantine = { by: "usr-1", reason: "Wrong.", since: "2026-01-31T08:00:00Z" };
  expect(whyNot({ quarantine, withheld: "quarantined by usr-1: Wrong." }, who)).toBe("quarantined by Ann: Wrong.");
  expect(whyNot({ quarantine: null, withheld: "its runbook has failed since" }, who)).toBe("its runbook has failed since");
  expect(whyNot({ quarantine: null, withheld: null }, who)).toBeNull();
});
