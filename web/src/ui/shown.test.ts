import { expect, test } from "vitest";
import { shown } from "./shown";

test("what turns text is shown instead of done", () => {
  expect(shown("\u202egnp.exe")).toBe("[U+202E]gnp.exe");
  expect(shown("a\u2066b\u2069c")).toBe("a[U+2066]b[U+2069]c");
});

test("other text, of whatever language, is left as it is", () => {
  for (const text of ["disk 97 %", "مرحبا", "שלום", "磁盘已满", ""]) expect(shown(text)).toBe(text);
});
