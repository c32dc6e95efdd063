import { expect, test } from "vitest";
import { csv } from "./csv";

test("rows are cells with commas between them; what was not measured is empty, a number stays one", () => {
  expect(csv(["name", "value"], [["Acme", -1.5], ["Globex", null]])).toBe("name,value\r\nAcme,-1.5\r\nGlobex,\r\n");
});

test("commas, quotes and line ends stay within their cell", () => {
  expect(csv(["a"], [['say "hi", then\ngo']])).toBe('a\r\n"say ""hi"", then\ngo"\r\n');
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =cmd|' /C calc'!A0"])("%j cannot be a formula", (text) => {
  expect(csv(["a"], [[text]])).toContain(`'${text}`);
});
