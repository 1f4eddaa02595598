// The tuples that rows were folded from, read again from the blobs that the server still reaches.

import { own, ownRows } from "../kusto/client";
import { number, text, type Column, type Row } from "../kusto/answer";
import { string } from "../kusto/literal";

export interface RawAnswer {
  rows: Row[];
  /** What the server says of tuples that are not here. */
  notes: string[];
}

let available: Promise<boolean> | null = null;

/** Whether the server reads tuples again: it was told where the flow logs are. */
export function rawAvailable(): Promise<boolean> {
  available ??= own<{ rawTuples?: boolean }>("/status").then((status) => status.rawTuples === true).catch(() => false);
  return available;
}

/** The tuples behind the rows that a query answers. */
export async function rawTuples(workspace: string, query: string, limit: number, signal?: AbortSignal): Promise<RawAnswer> {
  const path = `/workspaces/${encodeURIComponent(workspace || "default")}/raw`;
  const { rows, headers } = await ownRows(path, { query, limit }, signal);
  return { rows: rows as Row[], notes: notesOf(headers.get("weir-cut"), headers.get("weir-missing")) };
}

/** What the headers of an answer tell, in words. */
export function notesOf(cut: string | null, missing: string | null): string[] {
  const notes = cut ? [cut] : [];
  if (!missing) return notes;
  try {
    const { count = 0, blobs = [] } = JSON.parse(missing) as { count?: number; blobs?: { blob?: string; why?: string }[] };
    return [...notes, ...blobs.map((b) => `${b.blob ?? "a blob"}: ${b.why ?? "not read"}`), ...(count > blobs.length ? [`and ${count - blobs.length} more blobs`] : [])];
  } catch {
    return [...notes, missing];
  }
}

/** What tuples add up to, by the names that the counters of a row have. */
export function sums(tuples: Row[]): Record<"BytesSrcToDest" | "BytesDestToSrc" | "PacketsSrcToDest" | "PacketsDestToSrc" | "Begun" | "Ended" | "Denied", number> {
  const sum = (column: string) => tuples.reduce((all, tuple) => all + number(tuple[column]), 0);
  const count = (meant: (tuple: Row) => boolean) => tuples.filter(meant).length;
  return {
    BytesSrcToDest: sum("BytesSrcToDest"),
    BytesDestToSrc: sum("BytesDestToSrc"),
    PacketsSrcToDest: sum("PacketsSrcToDest"),
    PacketsDestToSrc: sum("PacketsDestToSrc"),
    // Version 1 of NSG logs has no states: each of its tuples is a flow that began, or was denied.
    Begun: count((t) => t["FlowStatus"] !== "Denied" && /^(Begin)?$/.test(text(t["FlowState"]))),
    Ended: count((t) => t["FlowState"] === "End"),
    Denied: count((t) => t["FlowStatus"] === "Denied"),
  };
}

// The columns of the flow table that the server finds tuples by.
const KEYS: Record<string, "datetime" | "long" | "string"> = {
  FlowIntervalStartTime: "datetime", LogResourceId: "string", FlowLogResourceId: "string", TargetResourceId: "string", MacAddress: "string",
  SrcIp: "string", SrcPublicIps: "string", DestIp: "string", DestPublicIps: "string", DestPort: "long", L4Protocol: "string",
  AclGroup: "string", AclRule: "string", NsgRuleType: "string", FlowDirection: "string", FlowStatus: "string", FlowEncryption: "string",
};

/** Without these a row is no flow. */
const NEEDED = ["FlowIntervalStartTime", "SrcIp", "DestIp"];

/** Without these, tuples of other rows are like those of this one. */
const TELLING = ["FlowLogResourceId", "MacAddress", "DestPort", "L4Protocol", "AclGroup", "AclRule", "FlowDirection", "FlowStatus", "FlowEncryption"];

/** How well tuples can be found by the columns of an answer. */
export interface Fit {
  /** It has something of a flow. */
  some: boolean;
  /** Columns without which they cannot be found at all. */
  missing: string[];
  /** Columns without which those of other rows are among them. */
  loose: string[];
}

export function fit(columns: readonly Column[]): Fit {
  const has = (name: string) => columns.some((c) => c.name === name && (KEYS[name] === "long" ? /^(int|long)$/.test(c.type) : c.type === KEYS[name]));
  return {
    some: NEEDED.some(has),
    missing: NEEDED.filter((name) => !has(name)),
    loose: TELLING.filter((name) => !has(name) && !(name === "FlowLogResourceId" && has("LogResourceId"))),
  };
}

/** The column that has a row's addresses where they are many, if the row needs it and has none of that name. */
export function addressesMissing(row: Row): string | null {
  for (const end of ["Src", "Dest"]) if (text(row[`${end}Ip`]) === "" && !(`${end}PublicIps` in row)) return `${end}PublicIps`;
  return null;
}

/** A query that answers one row: what its tuples are found by, as the row has it. */
export function queryOf(row: Row): string {
  const literal = (name: string, value: string) => {
    switch (KEYS[name]) {
      case "datetime": return `datetime(${/^[\dTZ:.+-]+$/.test(value) ? value : "null"})`;
      case "long": return `long(${/^\d+$/.test(value) ? value : "null"})`;
      default: return string(value);
    }
  };
  const columns = Object.keys(KEYS).filter((name) => name in row);
  return `print ${columns.map((name) => `${name} = ${literal(name, text(row[name]))}`).join(",\n    ")}`;
}
