// The tuples that rows were folded from, read again from the blobs that the server still reaches.

import { own, ownPost, QueryError } from "../kusto/client";
import type { Row } from "../kusto/answer";

export interface RawRequest {
  /** Condition in KQL on the rows of the flow table. */
  where?: string;
  /** One row, by its _ItemId. */
  item?: string;
  /** Most tuples that are wanted. */
  limit: number;
}

export interface RawAnswer {
  rows: Row[];
  /** What the server says of tuples that are not here. */
  notes: string[];
}

function path(workspace: string): string {
  return `/workspaces/${encodeURIComponent(workspace || "default")}/raw`;
}

const known = new Map<string, Promise<boolean>>();

/** Whether the server can read tuples again: an older one cannot, nor one that was told of no sources. */
export function rawAvailable(workspace: string): Promise<boolean> {
  let found = known.get(workspace);
  if (!found) known.set(workspace, (found = look(workspace).catch(() => false)));
  return found;
}

async function look(workspace: string): Promise<boolean> {
  const description = await own<{ paths?: Record<string, unknown> }>("/openapi.json");
  if (!Object.keys(description.paths ?? {}).some((p) => p.endsWith("/raw"))) return false;
  try {
    await rawTuples(workspace, { where: "false", limit: 1 });
    return true;
  } catch (error) {
    if (error instanceof QueryError) return false;
    throw error;
  }
}

export async function rawTuples(workspace: string, request: RawRequest, signal?: AbortSignal): Promise<RawAnswer> {
  return readRaw(await ownPost<unknown>(path(workspace), request, signal));
}

/** Reads an answer: rows alone, or rows and notes. */
export function readRaw(answer: unknown): RawAnswer {
  if (Array.isArray(answer)) return { rows: answer as Row[], notes: [] };
  const { rows, notes } = (answer ?? {}) as { rows?: unknown; notes?: unknown };
  return {
    rows: Array.isArray(rows) ? (rows as Row[]) : [],
    notes: Array.isArray(notes) ? notes.map(String) : typeof notes === "string" && notes !== "" ? [notes] : [],
  };
}
