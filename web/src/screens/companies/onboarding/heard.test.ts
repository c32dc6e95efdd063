import { expect, test } from "vitest";
import type { Alert } from "~/api/types";
import { firstOf, heardWords } from "./heard";

const alert = (alert_id: string, labels: Record<string, string>, unsigned: boolean) => ({ alert_id, labels, unsigned }) as Alert;

test("the first that is no trial counts", () => {
  const newest = [alert("3", { test: "true" }, false), alert("2", {}, false), alert("1", {}, true), alert("0", { test: "true" }, false)];
  expect(firstOf(newest)?.alert_id).toBe("1");
  expect(firstOf(newest.slice(3))).toBeUndefined();
});

test("it is told whether it was signed", () => {
  expect(heardWords(alert("1", {}, false))).toContain("signed alert");
  expect(heardWords(alert("1", {}, true))).toContain("unsigned");
});
