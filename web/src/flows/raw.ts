// The tuples that rows were folded from, read again from the blobs that the server still reaches.

import { own, ownRows } from "../kusto/client";
import { text, type Row } from "../kusto/answer";
import { datetime, string } from "../kusto/literal";

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

/** The tuples behind the rows that meet a condition in KQL. */
export async function rawTuples(workspace: string, where: string, limit: number, signal?: AbortSignal): Promise<RawAnswer> {
  const path = `/workspaces/${encodeURIComponent(workspace || "default")}/raw`;
  const { rows, headers } = await ownRows(path, { where, limit }, signal);
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

/** A condition that is true for one row of queries/flows/rows.kql, or for its like of the same minute. */
export function conditionOf(row: Row): string {
  const same = ["SrcIp", "DestIp", "SrcPublicIps", "DestPublicIps", "L4Protocol", "FlowDirection", "FlowStatus", "AclRule", "MacAddress", "FlowLogResourceId"].map((column) => `${column} == ${string(text(row[column]))}`);
  const start = datetime(Date.parse(text(row["FlowIntervalStartTime"])));
  return [`FlowIntervalStartTime == ${start}`, `DestPort == ${Number(text(row["DestPort"])) || 0}`, ...same].join(" and ");
}
