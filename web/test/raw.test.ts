import { expect, test } from "vitest";
import { addressesMissing, fit, notesOf, queryOf, sums } from "../src/flows/raw";

test("what the headers of an answer tell is said in words", () => {
  expect(notesOf(null, null)).toEqual([]);
  expect(notesOf("there are more than 3 tuples", null)).toEqual(["there are more than 3 tuples"]);
  expect(notesOf(null, '{"count":3,"blobs":[{"blob":"a/PT1H.json","why":"it is gone"}]}')).toEqual(["a/PT1H.json: it is gone", "and 2 more blobs"]);
  expect(notesOf(null, "{")).toEqual(["{"]);
});

test("a row is asked for by what it says, whatever is in its names", () => {
  const query = queryOf({ SrcIp: "10.1.1.8", DestPort: 443, AclRule: 'a" or true or "', FlowIntervalStartTime: "2026-06-01T00:00:00.0000000Z", FlowType: "IntraVNet" });
  expect(query.split(",\n    ")).toEqual(["print FlowIntervalStartTime = datetime(2026-06-01T00:00:00.0000000Z)", 'SrcIp = "10.1.1.8"', "DestPort = long(443)", 'AclRule = "a\\" or true or \\""']);
  expect(queryOf({ DestPort: null, FlowIntervalStartTime: "now()" })).toBe("print FlowIntervalStartTime = datetime(null),\n    DestPort = long(null)");
});

test("an answer has the columns that tuples are found by, or says which it lacks", () => {
  const columns = (names: Record<string, string>) => Object.entries(names).map(([name, type]) => ({ name, type }));
  const flow = { FlowIntervalStartTime: "datetime", SrcIp: "string", DestIp: "string" };
  expect(fit(columns({ Count: "long" }))).toMatchObject({ some: false });
  expect(fit(columns({ SrcIp: "string", Bytes: "long" }))).toMatchObject({ some: true, missing: ["FlowIntervalStartTime", "DestIp"] });
  // A list of addresses under the name of one is none.
  expect(fit(columns({ ...flow, DestIp: "dynamic" })).missing).toEqual(["DestIp"]);
  const loose = fit(columns({ ...flow, DestPort: "int", LogResourceId: "string" }));
  expect(loose.missing).toEqual([]);
  expect(loose.loose).toContain("MacAddress");
  expect(loose.loose).not.toContain("DestPort");
  expect(loose.loose).not.toContain("FlowLogResourceId");
  expect(addressesMissing({ SrcIp: "10.1.1.8", DestIp: "" })).toBe("DestPublicIps");
  expect(addressesMissing({ SrcIp: "10.1.1.8", DestIp: "", DestPublicIps: "1.2.3.4|1" })).toBe(null);
});

test("tuples are added up as the counters of a row are", () => {
  const tuple = { FlowState: "Continuing", FlowStatus: "Allowed", BytesSrcToDest: 10, BytesDestToSrc: 3, PacketsSrcToDest: 2, PacketsDestToSrc: 1 };
  expect(sums([{ ...tuple, FlowState: "Begin" }, tuple, { ...tuple, FlowState: "End" }, { FlowState: "Deny", FlowStatus: "Denied" }])).toEqual({
    BytesSrcToDest: 30, BytesDestToSrc: 9, PacketsSrcToDest: 6, PacketsDestToSrc: 3, Begun: 1, Ended: 1, Denied: 1,
  });
});
