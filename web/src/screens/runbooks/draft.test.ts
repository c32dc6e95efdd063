import { expect, test } from "vitest";
import { type Draft, NEW_PARAMETER, draftOf, fieldsOf, placeOf, written } from "./draft";

const DRAFT: Draft = { ...draftOf(undefined), title: " Clean ", slug: "clean", description: "Cleans.", script: "set -eu\nrm -f /tmp/x\n" };

test("what was left empty is not sent, and numbers are numbers", () => {
  const body = written({ ...DRAFT, signatures: "disk, ,inode" });
  expect(body).toMatchObject({ title: "Clean", signatures: ["disk", "inode"], parameters: [], blast_radius: 1, timeout_seconds: 300 });
  expect(Object.keys(body)).not.toContain("health_check");
  expect(Object.keys(body)).not.toContain("automation");
});

test("parameters are sent as what they take", () => {
  const days = { ...NEW_PARAMETER, name: " days", description: "How old.", kind: "integer", min: "1", max: "30", usual: "7" } as const;
  const mode = { ...NEW_PARAMETER, name: "mode", kind: "choice", of: "soft, hard" } as const;
  expect(written({ ...DRAFT, parameters: [days, mode] }).parameters).toEqual([
    { name: "days", description: "How old.", type: { integer: { min: 1, max: 30 } }, default: 7 },
    { name: "mode", description: "", type: { choice: { of: ["soft", "hard"] } } },
  ]);
});

test("a document takes the place of the script", () => {
  const body = written({ ...DRAFT, runs: "automation", document: "AWS-RestartEC2Instance", document_version: "3", document_parameters: "Role = role\n\nExpr=a=b" });
  expect(body.automation).toEqual({ document: "AWS-RestartEC2Instance", version: "3", parameters: { Role: "role", Expr: "a=b" } });
  expect(body.script).toBeUndefined();
});

test("what is read is written again", () => {
  const parameters = [
    { name: "unit", description: "Which.", type: { text: { pattern: "^[a-z]+$", max_length: 32 } } },
    { name: "days", description: "How long.", type: { integer: { min: 0, max: 9 } }, default: 0 },
  ];
  const shown = { ...written(DRAFT), parameters, script: "set -eu\n", dry_run: "", runbook_id: "x", version: 2, own: true } as unknown as Parameters<typeof draftOf>[0];
  expect(written(draftOf(shown)).parameters).toEqual(parameters);
});

test("what is wrong stands at its field, or at the one it is a part of", () => {
  const fields = fieldsOf({ ...DRAFT, parameters: [NEW_PARAMETER, { ...NEW_PARAMETER, kind: "choice" }] });
  expect(placeOf("slug", fields)).toBe("slug");
  expect(placeOf("signatures[2]", fields)).toBe("signatures");
  expect(placeOf("parameters[0].type.text.pattern", fields)).toBe("parameters[0].type.text.pattern");
  expect(placeOf("parameters[1].type.choice.of[1]", fields)).toBe("parameters[1].type.choice.of");
  expect(placeOf("automation.document", fields)).toBeUndefined();
  expect(placeOf(undefined, fields)).toBeUndefined();
});
