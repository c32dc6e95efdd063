import { expect, test } from "vitest";
import { problemOf } from "./problem";

const answer = (status: number, body: string, type: string) => new Response(body, { status, headers: { "Content-Type": type } });

test("what the server says is taken as it is", async () => {
  const told = { status: 403, code: "forbidden", detail: "no", field: "email" };
  expect(await problemOf(answer(403, JSON.stringify(told), "application/problem+json"))).toEqual(told);
});

test("a proxy's page is told in words, whatever it says", async () => {
  for (const [body, type] of [
    ["<html>Bad Gateway</html>", "text/html"],
    ["<html>", "application/json"],
    ["null", "application/json"],
    ['"down"', "application/json"],
  ] as const) {
    const problem = await problemOf(answer(502, body, type));
    expect([problem.status, problem.detail]).toEqual([502, expect.stringMatching(/502.*restarted/)]);
  }
});
