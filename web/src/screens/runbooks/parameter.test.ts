import { expect, test } from "vitest";
import { type Parameter, filled, listed, takes } from "./parameter";

const DAYS: Parameter = { name: "days", description: "", type: { integer: { min: 1, max: 30 } } };
const UNIT: Parameter = { name: "unit", description: "", type: { text: { max_length: 64, pattern: "^[a-z]+$" } } };
const MODE: Parameter = { name: "mode", description: "", type: { choice: { of: ["soft", "hard"] } } };

test("what a parameter takes is told in words", () => {
  expect([DAYS, UNIT, MODE].map(takes)).toEqual([
    "a whole number from 1 to 30",
    "text of at most 64 characters that matches ^[a-z]+$",
    "one of soft, hard",
  ]);
});

test("numbers are sent as numbers, what is none as it was typed, and what is empty not at all", () => {
  expect(filled([DAYS, UNIT, MODE], { days: "7", unit: "", mode: "soft" })).toEqual({ days: 7, mode: "soft" });
  expect(filled([DAYS], { days: "7.5" })).toEqual({ days: "7.5" });
});

test("ids are parted by commas and room, and none is empty", () => {
  expect(listed(" i-1, i-2\ni-3,, ")).toEqual(["i-1", "i-2", "i-3"]);
  expect(listed(" ")).toEqual([]);
});
