import { expect, test } from "vitest";
import { fieldWords } from "./fieldWords";

test("a field is told in words, and counted from one", () => {
  expect(fieldWords("maintenance_windows[0].weekly.from")).toBe("maintenance windows 1, weekly, from");
  expect(fieldWords("burst_size")).toBe("burst size");
});
