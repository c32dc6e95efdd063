import { expect, test } from "vitest";
import { asDocument, asText, valued } from "./text";

test("a document is the same after it was shown and typed", () => {
  const document = { name: "Acme", rules: [{ name: "a" }] };
  expect(asDocument(asText(document))).toEqual({ document });
});

test("what is none is told as such", () => {
  expect(asDocument("[]")).toEqual({ said: "A document begins with { and ends with }." });
  expect(asDocument("{")).toHaveProperty("said");
});

test("values are shown as they are written", () => {
  expect([valued(null), valued("a"), valued(3), valued([1])]).toEqual(["–", "a", "3", "[\n  1\n]"]);
});
