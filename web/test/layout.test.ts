import { expect, test } from "vitest";
import { place } from "../src/charts/layout";

const nodes = Array.from({ length: 18 }, (_x, i) => ({ id: `n${i}`, width: 60 + (i % 5) * 20 }));
const star = nodes.slice(1).map((n): [string, string] => ["n0", n.id]);

test("labels do not lie on each other and all are in the box", () => {
  const placed = place(nodes, star, 900, 560);
  expect(placed.size).toBe(nodes.length);
  const all = nodes.map((n) => ({ ...n, ...(placed.get(n.id) ?? { x: -1, y: -1 }) }));
  for (const [i, a] of all.entries()) {
    expect(a.x >= 0 && a.x <= 900 && a.y >= 0 && a.y <= 560).toBe(true);
    for (const b of all.slice(i + 1)) expect(Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= 40, `${a.id} ${b.id}`).toBe(true);
  }
});

test("the same graph is the same picture, and joined places are nearer than others", () => {
  const two: [string, string][] = [["a", "b"], ["c", "d"]];
  const four = ["a", "c", "b", "d"].map((id) => ({ id, width: 40 }));
  const placed = place(four, two, 800, 500);
  expect(place(four, two, 800, 500)).toEqual(placed);
  const distance = (p: string, q: string) => Math.hypot(placed.get(p)!.x - placed.get(q)!.x, placed.get(p)!.y - placed.get(q)!.y);
  expect(distance("a", "b")).toBeLessThan(distance("a", "c"));
});

test("nothing, one node and edges to nowhere are fine", () => {
  expect(place([], [], 800, 500).size).toBe(0);
  expect(place([{ id: "a", width: 40 }], [["a", "x"], ["a", "a"]], 800, 500).get("a")).toMatchObject({ x: 400, y: 250 });
});
