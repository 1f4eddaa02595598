import { expect, test } from "vitest";
import { bars, fixed, parseRange, step } from "../src/filter/time";

const NOW = Date.UTC(2026, 10, 26, 16, 30);
const at = (text: string) => Date.parse(text);

test("ranges are read in words", () => {
  const range = (text: string) => {
    const found = parseRange(text, NOW);
    return found && [new Date(found.start).toISOString(), new Date(found.end).toISOString(), found.moving];
  };
  expect(range("7d")).toEqual(["2026-11-19T16:30:00.000Z", "2026-11-26T16:30:00.000Z", true]);
  expect(range("last 3 hours")).toEqual(["2026-11-26T13:30:00.000Z", "2026-11-26T16:30:00.000Z", true]);
  expect(range("last hour")).toEqual(["2026-11-26T15:30:00.000Z", "2026-11-26T16:30:00.000Z", true]);
  expect(range("yesterday")).toEqual(["2026-11-25T00:00:00.000Z", "2026-11-26T00:00:00.000Z", false]);
  // 26 November 2026 is a Thursday.
  expect(range("this week")).toEqual(["2026-11-23T00:00:00.000Z", "2026-11-26T16:30:00.000Z", true]);
  expect(range("last week")).toEqual(["2026-11-16T00:00:00.000Z", "2026-11-23T00:00:00.000Z", false]);
  expect(range("2026-11-20")).toEqual(["2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z", false]);
  expect(range("2026-11-20 10:00 to now")).toEqual(["2026-11-20T10:00:00.000Z", "2026-11-26T16:30:00.000Z", false]);
  for (const wrong of ["", "soon", "0d", "5 parsecs", "2026-02-31", "2026-11-22..2026-11-20", "99999999d"]) expect(range(wrong), wrong).toBeNull();
});

test("a fixed range comes back as it was", () => {
  const text = fixed(at("2026-11-20T10:00:00Z"), at("2026-11-21T10:20:30Z"));
  expect(parseRange(text, NOW)).toEqual({ start: at("2026-11-20T10:00:00Z"), end: at("2026-11-21T10:20:30Z"), moving: false });
});

test("bars are no shorter than an interval and cover the range", () => {
  const day = { start: NOW - 86_400_000, end: NOW, moving: true };
  expect(step(day, 3_600_000)).toBe(3_600_000);
  expect(step(day, 600_000)).toBe(1_800_000);
  expect(step({ ...day, start: NOW - 7 * 86_400_000 }, 3_600_000)).toBe(3 * 3_600_000);
  const starts = bars(day, 3_600_000);
  expect(starts[0]).toBeLessThanOrEqual(day.start);
  expect(starts).toHaveLength(25);
});
