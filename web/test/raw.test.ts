import { expect, test } from "vitest";
import { conditionOf, notesOf } from "../src/flows/raw";

test("what the headers of an answer tell is said in words", () => {
  expect(notesOf(null, null)).toEqual([]);
  expect(notesOf("there are more than 3 tuples", null)).toEqual(["there are more than 3 tuples"]);
  expect(notesOf(null, '{"count":3,"blobs":[{"blob":"a/PT1H.json","why":"it is gone"}]}')).toEqual(["a/PT1H.json: it is gone", "and 2 more blobs"]);
  expect(notesOf(null, "{")).toEqual(["{"]);
});

test("a row is found again by what it says, whatever is in its names", () => {
  const where = conditionOf({ SrcIp: "10.1.1.8", DestPort: 443, AclRule: 'a" or true or "', FlowIntervalStartTime: "2026-06-01T00:00:00.0000000Z" });
  expect(where).toContain('SrcIp == "10.1.1.8"');
  expect(where).toContain("DestPort == 443");
  expect(where).toContain("FlowIntervalStartTime == datetime(2026-06-01T00:00:00Z)");
  expect(where).toContain('AclRule == "a\\" or true or \\""');
});
