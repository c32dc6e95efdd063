import { expect, test } from "vitest";
import { refusalWords } from "./refusalWords";

test.each([
  [{ detail: "is too long", field: "rules[0].name" }, "rules 1, name: is too long"],
  [{ detail: "is gone" }, "is gone"],
  [{ detail: "is missing", field: "X-CSRF" }, "is missing"],
  [{ detail: "this is another by now", field: "If-Match", code: "stale" }, expect.stringMatching(/^It has changed meanwhile/)],
])("%j", (error, words) => expect(refusalWords(error)).toEqual(words));
