import { expect, test } from "vitest";
import { readRaw } from "../src/flows/raw";

test("an answer is rows, or rows and notes; anything else is none", () => {
  expect(readRaw([{ Blob: "a" }])).toEqual({ rows: [{ Blob: "a" }], notes: [] });
  expect(readRaw({ rows: [{ Blob: "a" }], notes: ["one blob is gone"] })).toEqual({ rows: [{ Blob: "a" }], notes: ["one blob is gone"] });
  expect(readRaw({ notes: "gone" })).toEqual({ rows: [], notes: ["gone"] });
  expect(readRaw(null)).toEqual({ rows: [], notes: [] });
  expect(readRaw({ rows: "x", notes: 3 })).toEqual({ rows: [], notes: [] });
});
