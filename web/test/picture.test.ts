import { expect, test } from "vitest";
import { picture } from "../src/charts/fromAnswer";
import { palette } from "../src/charts/palette";
import type { Answer } from "../src/kusto/answer";
import { shortest } from "../src/format/names";

const answer = (columns: [string, string][], rows: Answer["rows"]): Answer => ({
  columns: columns.map(([name, type]) => ({ name, type })), rows, visualization: null, seconds: 0, serverSeconds: null, warning: null,
});
type Drawn = { series: { name: string; data: unknown[] }[] };
const draw = (made: ReturnType<typeof picture>) => {
  if (typeof made === "string") throw new Error(made);
  return made.option(palette(false)) as unknown as Drawn;
};

test("text columns part a chart over time into series", () => {
  const a = answer([["Time", "datetime"], ["App", "string"], ["Bytes", "long"]], [
    ["2026-11-20T01:00:00.0000000Z", "b", 5], ["2026-11-20T00:00:00.0000000Z", "a", 1], ["2026-11-20T01:00:00.0000000Z", "a", 2],
  ]);
  const { series } = draw(picture(a, "timechart", null, "utc"));
  expect(series.map((s) => s.name)).toEqual(["b", "a"]);
  expect(series[1]?.data).toEqual([[Date.UTC(2026, 10, 20), 1], [Date.UTC(2026, 10, 20, 1), 2]]);
});

test("lists of make-series are drawn value by value", () => {
  const times = ["2026-11-20T00:00:00.0000000Z", "2026-11-20T01:00:00.0000000Z"];
  const columns: [string, string][] = [["App", "string"], ["Bytes", "dynamic"], ["Time", "dynamic"]];
  const { series } = draw(picture(answer(columns, [["a", [1, 0], times], ["b", [2.5, null], times]]), "timechart", null, "utc"));
  expect(series.map((s) => s.name).sort()).toEqual(["a", "b"]);
  expect(series.find((s) => s.name === "a")?.data).toEqual([[Date.UTC(2026, 10, 20), 1], [Date.UTC(2026, 10, 20, 1), 0]]);
  // Lists of anything else are no numbers to draw.
  expect(typeof picture(answer(columns, [["a", ["x"], times]]), "timechart", null, "utc")).toBe("string");
});

test("of many series the largest are drawn", () => {
  const rows: Answer["rows"] = Array.from({ length: 60 }, (_v, i) => ["2026-11-20T00:00:00Z", `n${i}`, i]);
  const { series } = draw(picture(answer([["Time", "datetime"], ["Name", "string"], ["N", "long"]], rows), "timechart", null, "utc"));
  expect(series).toHaveLength(30);
  expect(series.map((s) => s.name)).toContain("n59");
  expect(series.map((s) => s.name)).not.toContain("n29");
});

test("slices beyond the twelfth are added up", () => {
  const a = answer([["Name", "string"], ["N", "long"]], Array.from({ length: 20 }, (_v, i) => [`n${i}`, 20 - i]));
  const slices = draw(picture(a, "piechart", null, "utc")).series[0]?.data as { name: string; value: number }[];
  expect(slices).toHaveLength(12);
  expect(slices.at(-1)).toEqual({ name: "9 others", value: 45 });
});

test("what cannot be drawn says why, and what is left out is counted", () => {
  expect(picture(answer([["a", "string"]], [["x"]]), "columnchart", null, "utc")).toMatch(/column of numbers/);
  expect(picture(answer([["a", "long"]], []), "columnchart", null, "utc")).toMatch(/no row/i);
  const many = answer([["Time", "datetime"], ["Name", "string"], ["N", "long"]], Array.from({ length: 50 }, (_v, i) => ["2026-11-20T00:00:00Z", `n${i}`, 1]));
  const made = picture(many, "timechart", null, "utc");
  expect(typeof made === "string" ? made : made.note).toMatch(/20 values are not drawn/);
});

test("resource ids are told by their ends, as short as they differ", () => {
  expect([...shortest(["g/net/a", "g/net/b"]).values()]).toEqual(["a", "b"]);
  expect([...shortest(["g/one/a", "g/two/a"]).values()]).toEqual(["one/a", "two/a"]);
  expect([...shortest(["10.0.0.1 ↔ 10.0.0.2", "<b>/x"]).values()]).toEqual(["10.0.0.1 ↔ 10.0.0.2", "<b>/x"]);
});
