import { expect, test } from "vitest";
import { asText, difference } from "./compared";

test("lines that went, came and stayed are told apart", () => {
  expect(difference("a\nb\nc\n", "a\nx\nc\n")).toEqual([
    { sign: " ", text: "a" },
    { sign: "-", text: "b" },
    { sign: "+", text: "x" },
    { sign: " ", text: "c" },
  ]);
});

test("what is the same has no change in it", () => {
  expect(difference("a\n\nb\n", "a\n\nb\n").every(({ sign }) => sign === " ")).toBe(true);
});

test("parts that there are stand under their names", () => {
  const text = asText({ script: "set -eu\n", dry_run: "", health_check: null, rollback: "true\n", risk: "low", parameters: [] } as never);
  expect(text.match(/^# .*/gm)).toEqual(["# runbook", "# script", "# rollback"]);
});
