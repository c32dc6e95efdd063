import { expect, test } from "vitest";
import { origin } from "./words";

const who = (actor: string) => (actor === "usr-1" ? "Ann" : actor);

test("a memory tells where it comes from", () => {
  expect(origin({ kind: "run" }, who)).toBe("a run");
  expect(origin({ kind: "person", author: "usr-1", role: "msp_admin" }, who)).toBe("a post-mortem by Ann");
  expect(origin(undefined, who)).toBe("the end of an incident");
});
