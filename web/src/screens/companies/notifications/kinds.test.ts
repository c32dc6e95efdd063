import { expect, test } from "vitest";
import { asked, linesOf } from "./kinds";

test("only what the kind has is sent, and nothing empty", () => {
  const typed = { kind: "webhook" as const, url: " https://x.example ", user: "left over", to: ["a@b.example"], new_secret: false };
  expect(asked(typed)).toEqual({ kind: "webhook", url: "https://x.example" });
  expect(asked({ ...typed, kind: "email" })).toEqual({ kind: "email", to: ["a@b.example"] });
  expect(asked({ kind: "jira", url: "https://j.example", user: "u", token: "t", project: "OPS", issue_type: "" })).not.toHaveProperty("issue_type");
});

test("ticket systems ask as whom tickets are made", () => {
  expect(linesOf("service_now").map(({ field }) => field)).toEqual(["url", "user", "token", "close_code"]);
});
