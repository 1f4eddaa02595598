import { expect, test, vi } from "vitest";
import { turn, type Rank } from "../src/kusto/turns";

test("what a page is opened for runs alone for a while, then what waits in its order", async () => {
  vi.useFakeTimers();
  const began: string[] = [];
  const ends = new Map<string, () => void>();
  const ask = (name: string, rank: Rank, signal = new AbortController().signal) =>
    void turn(rank, signal).then((end) => { began.push(name); ends.set(name, end); }, () => undefined);
  const given = new AbortController();
  ask("panel", "later");
  ask("given up", "later", given.signal);
  ask("totals", "first");
  ask("trend", "soon");
  given.abort();
  await vi.advanceTimersByTimeAsync(10);
  expect(began).toEqual(["totals"]);
  ends.get("totals")?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(began).toEqual(["totals", "trend", "panel"]);
  // A slow one keeps the others for so long, and no longer.
  ask("slow", "first");
  ask("other", "later");
  await vi.advanceTimersByTimeAsync(950);
  expect(began.at(-1)).toBe("slow");
  await vi.advanceTimersByTimeAsync(100);
  expect(began.at(-1)).toBe("other");
  // Five at a time.
  ask("fifth", "later");
  ask("sixth", "later");
  await vi.advanceTimersByTimeAsync(1000);
  expect(began.at(-1)).toBe("fifth");
  ends.get("slow")?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(began.at(-1)).toBe("sixth");
  vi.useRealTimers();
});
