import { expect, test } from "vitest";
import { short } from "~/ui/time";
import { readable } from "./readable";

test("times within text are of the viewer's zone, and people have names", () => {
  const text = "Note by usr-01a2: not on i-1 before 2026-01-31T09:00:00.000Z";
  expect(readable(text, (id) => (id === "usr-01a2" ? "Ann" : id))).toBe(`Note by Ann: not on i-1 before ${short("2026-01-31T09:00:00Z")}`);
});
