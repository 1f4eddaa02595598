import { expect, test } from "vitest";
import { bytes, change, exact, percent, short } from "../src/format/numbers";

test("numbers are short and their units right", () => {
  expect([0, 7, 999, 1000, 1234, 99_949, 999_499, 999_500, 1e6].map(short)).toEqual(["0", "7", "999", "1 k", "1.23 k", "99.9 k", "999 k", "1 M", "1 M"]);
  expect(bytes(20_578_465_023)).toBe("20.6 GB");
  expect(short(-1500)).toBe("−1.5 k");
  expect(exact(20_578_465_023, "bytes")).toBe("20,578,465,023 bytes");
  expect(exact(9223372036854775807n)).toBe("9,223,372,036,854,775,807");
});

test("changes and shares are told in words where a number would mislead", () => {
  expect(change(0, 5)).toBe("new");
  expect(change(5, 0)).toBe("gone");
  expect(change(100, 112)).toBe("+12 %");
  expect(change(100, 95.5)).toBe("−4.5 %");
  expect(change(1, 169)).toBe("×169");
  expect(percent(1, 3000)).toBe("< 0.1 %");
  expect(percent(1, 0)).toBe("–");
});
