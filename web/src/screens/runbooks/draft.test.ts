import { expect, test } from "vitest";
import { draftOf, written } from "./draft";

const DRAFT = { ...draftOf(undefined), title: " Clean ", slug: "clean", description: "Cleans.", script: "set -eu\nrm -f /tmp/x\n" };

test("what was left empty is not sent, and numbers are numbers", () => {
  const { body } = written({ ...DRAFT, signatures: "disk, ,inode" });
  expect(body).toMatchObject({ title: "Clean", signatures: ["disk", "inode"], parameters: [], blast_radius: 1, timeout_seconds: 300 });
  expect(Object.keys(body ?? {})).not.toContain("health_check");
});

test("parameters that are no JSON are told before anything is sent", () => {
  const { body, wrong } = written({ ...DRAFT, parameters: "[{" });
  expect(body).toBeUndefined();
  expect(wrong).toMatch(/^This is no JSON/);
});
