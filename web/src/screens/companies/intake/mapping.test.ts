import { expect, test } from "vitest";
import { mapped, typed } from "./mapping";

test("a mapping is the same after it was shown and typed", () => {
  const mapping = { asset_name: "alert.host", signature: "alert.what", labels: "{'a': body.b}" };
  expect(mapped(typed(mapping))).toEqual(mapping);
});

test("nothing typed is no mapping, and what has to be there is sent though it is empty", () => {
  expect(mapped(typed(null))).toBeNull();
  expect(mapped({ ...typed(null), severity: "alert.grade" })).toEqual({ asset_name: "", signature: "", severity: "alert.grade" });
});
