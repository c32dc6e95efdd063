import { expect, test } from "vitest";
import { recipes } from "./recipes";
import { suggested } from "./suggested";

const ADDRESS = { origin: "https://aw.example.com", companyId: "comp-acme", key: "awk_signs", secret: "whsec_x/y=", unsignedKey: "awk_plain" };

test("each recipe has the address, and the key that its tool needs", () => {
  for (const { id, signs, steps } of recipes(ADDRESS)) {
    const pasted = steps.map(({ copy }) => copy ?? "").join("\n");
    expect(pasted, id).toContain("aw.example.com");
    expect(pasted, id).toContain(signs ? "awk_signs" : "awk_plain");
    expect(pasted, id).not.toContain(signs ? "awk_plain" : "awk_signs");
    expect(pasted, id).not.toContain("KEY@");
  }
});

test("a key within the address stands where the browser's own would", () => {
  const azure = recipes(ADDRESS).find(({ id }) => id === "azure-monitor");
  expect(azure?.steps[0]?.copy).toBe("https://any:awk_plain@aw.example.com/api/webhooks/azure-monitor");
});

test("an id is suggested by the name", () => {
  expect(["Acme", "Müller & Söhne", " ", "東京"].map(suggested)).toEqual(["comp-acme", "comp-muller-sohne", "", ""]);
});
