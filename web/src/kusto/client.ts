// Queries by the Kusto protocol, version 2: text in, typed rows out.
// Source: https://learn.microsoft.com/kusto/api/rest/response-v2

import { refused, token } from "./token";
import type { Answer, Column, Value, Visualization } from "./answer";

/** What the server said of a query that it refused or could not finish. */
export class QueryError extends Error {
  /** Kusto's code, for example SEM0100 or General_BadRequest. */
  readonly code: string;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;

  constructor(message: string, code: string, status: number) {
    super(message);
    this.name = "QueryError";
    this.code = code;
    this.status = status;
  }
}

export interface QueryOptions {
  database: string;
  signal?: AbortSignal;
  /** Seconds after which the server gives up. */
  timeoutSeconds?: number;
  /** Rows after which the server cuts the answer off. */
  rowsMax?: number;
}

/** Runs a query and returns its first table. */
export async function query(text: string, options: QueryOptions): Promise<Answer> {
  const started = performance.now();
  const response = await send("/v2/rest/query", text, options, "application/json");
  const body = await response.text();
  const answer = readFrames(parseJson(body, response.status));
  answer.seconds = (performance.now() - started) / 1000;
  return answer;
}

/** Runs a management command and returns its table. */
export async function manage(text: string, options: QueryOptions): Promise<Answer> {
  const started = performance.now();
  const response = await send("/v1/rest/mgmt", text, options, "application/json");
  const parsed = parseJson(await response.text(), response.status) as { Tables?: V1Table[] };
  const table = parsed.Tables?.[0];
  if (!table) throw new QueryError("the server's answer has no table", "BadAnswer", response.status);
  return {
    columns: table.Columns.map((c) => ({ name: c.ColumnName, type: c.ColumnType ?? "string" })),
    rows: table.Rows,
    visualization: null,
    seconds: (performance.now() - started) / 1000,
    serverSeconds: null,
    warning: null,
  };
}

/** Runs a query by weir's own address and returns the bytes of its answer in another form, such as text/csv. */
export async function download(text: string, accept: string, options: QueryOptions): Promise<Blob> {
  const path = `/api/v1/workspaces/${encodeURIComponent(options.database || "default")}/query`;
  return (await post(path, { query: text }, accept, options.signal)).blob();
}

async function send(path: string, text: string, options: QueryOptions, accept: string): Promise<Response> {
  const requestOptions: Record<string, unknown> = {};
  if (options.timeoutSeconds) requestOptions["servertimeout"] = timespan(options.timeoutSeconds);
  if (options.rowsMax) requestOptions["query_take_max_records"] = options.rowsMax;
  return post(path, { db: options.database, csl: text, properties: { Options: requestOptions } }, accept, options.signal);
}

/** What one of weir's own addresses answers. */
export async function own<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await ask("/api/v1" + path, {}, signal);
  return (await response.json()) as T;
}

/** The rows that one of weir's own addresses answers to a request with a body, and what the headers tell. */
export async function ownRows(path: string, body: object, signal?: AbortSignal): Promise<{ rows: unknown[]; headers: Headers }> {
  const response = await post("/api/v1" + path, body, "application/json", signal);
  const rows = parseJson(await response.text(), response.status);
  if (!Array.isArray(rows)) throw new QueryError("the server's answer is not a list of rows", "BadAnswer", response.status);
  return { rows, headers: response.headers };
}

function post(path: string, body: object, accept: string, signal?: AbortSignal): Promise<Response> {
  const headers = { "Content-Type": "application/json; charset=utf-8", Accept: accept, "x-ms-app": "weir-web" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) }, signal);
}

async function ask(path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  const known = token();
  if (known) init.headers = { ...init.headers, Authorization: `Bearer ${known}` };
  if (signal) init.signal = signal;
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new QueryError("the server cannot be reached: is weir serve still running?", "NoServer", 0);
  }
  if (response.ok) return response;
  if (response.status === 401) refused();
  throw failure(await response.text(), response.status);
}

/** Reads an error in Kusto's form, the innermost message first; falls back on the text itself. */
export function failure(body: string, status: number): QueryError {
  try {
    const error = (JSON.parse(body) as { error?: OneApiError }).error;
    if (error) return fromOneApi(error, status);
  } catch {
    // Not JSON: the text is all there is.
  }
  const text = body.trim().slice(0, 2000);
  return new QueryError(text || `the server answered ${status}`, "Http" + status, status);
}

function fromOneApi(error: OneApiError, status: number): QueryError {
  const inner = error.innererror;
  const message = inner?.["@errorMessage"] ?? inner?.message ?? error["@message"] ?? error.message ?? "unknown error";
  return new QueryError(message, inner?.code ?? error.code ?? "Error", status);
}

function parseJson(body: string, status: number): unknown {
  try {
    return parseExact(body);
  } catch {
    throw new QueryError("the server's answer is not JSON: " + body.slice(0, 200), "BadAnswer", status);
  }
}

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;

// Whole numbers beyond 2^53 become bigint, where the browser can tell how they were written. Looking at each number
// takes time, so answers without long digits are read the plain way.
export function parseExact(body: string): unknown {
  if (!/\d{16}/.test(body)) return JSON.parse(body);
  const reviver: Reviver = (_key, value, context) =>
    typeof value === "number" && !Number.isSafeInteger(value) && context?.source && /^-?\d+$/.test(context.source)
      ? BigInt(context.source)
      : value;
  return JSON.parse(body, reviver as (key: string, value: unknown) => unknown);
}

/** Reads the frames of an answer, whole or in fragments. */
export function readFrames(frames: unknown): Answer {
  if (!Array.isArray(frames)) throw new QueryError("the server's answer is not a list of frames", "BadAnswer", 200);
  let columns: Column[] | null = null;
  let rows: Value[][] = [];
  let primary: number | null = null;
  let visualization: Visualization | null = null;
  let serverSeconds: number | null = null;
  let warning: string | null = null;
  for (const frame of frames as Frame[]) {
    switch (frame.FrameType) {
      case "DataTable":
        if (frame.TableKind === "PrimaryResult" && primary === null) {
          primary = frame.TableId ?? 0;
          columns = readColumns(frame);
          rows = readRows(frame.Rows ?? [], (text) => (warning = text));
        } else if (frame.TableKind === "QueryProperties") {
          visualization = readVisualization(frame.Rows ?? []) ?? visualization;
        } else if (frame.TableKind === "QueryCompletionInformation") {
          serverSeconds = readSeconds(frame) ?? serverSeconds;
        }
        break;
      case "TableHeader":
        if (frame.TableKind === "PrimaryResult" && primary === null) {
          primary = frame.TableId ?? 0;
          columns = readColumns(frame);
        }
        break;
      case "TableFragment":
        if (frame.TableId === primary) {
          const more = readRows(frame.Rows ?? [], (text) => (warning = text));
          rows = frame.TableFragmentType === "DataReplace" ? more : rows.concat(more);
        }
        break;
      case "TableCompletion":
      case "DataSetCompletion":
        if (frame.OneApiErrors?.[0]?.error) {
          const error = fromOneApi(frame.OneApiErrors[0].error, 200);
          if (columns === null || rows.length === 0) throw error;
          warning = error.message;
        }
        break;
    }
  }
  if (columns === null) throw new QueryError("the server's answer has no table", "BadAnswer", 200);
  return { columns, rows, visualization, seconds: 0, serverSeconds, warning };
}

function readColumns(frame: Frame): Column[] {
  return (frame.Columns ?? []).map((c) => ({ name: c.ColumnName, type: c.ColumnType }));
}

// A partial failure is an object among the rows.
function readRows(rows: unknown[], warn: (text: string) => void): Value[][] {
  const good: Value[][] = [];
  for (const row of rows) {
    if (Array.isArray(row)) good.push(row as Value[]);
    else {
      const errors = (row as { OneApiErrors?: { error: OneApiError }[] }).OneApiErrors;
      if (errors?.[0]) warn(fromOneApi(errors[0].error, 200).message);
    }
  }
  return good;
}

function readVisualization(rows: unknown[]): Visualization | null {
  for (const row of rows as unknown[][]) {
    if (row[1] !== "Visualization") continue;
    const value = typeof row[2] === "string" ? (JSON.parse(row[2]) as Visualization) : (row[2] as Visualization);
    if (value?.Visualization) return value;
  }
  return null;
}

function readSeconds(frame: Frame): number | null {
  const payload = (frame.Columns ?? []).findIndex((c) => c.ColumnName === "Payload");
  for (const row of (frame.Rows ?? []) as unknown[][]) {
    const text = row[payload];
    if (typeof text !== "string" || !text.includes("ExecutionTime")) continue;
    const seconds = (JSON.parse(text) as { ExecutionTime?: number }).ExecutionTime;
    if (typeof seconds === "number") return seconds;
  }
  return null;
}

function timespan(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(Math.floor(seconds) % 60)}`;
}

interface Frame {
  FrameType: string;
  TableId?: number;
  TableKind?: string;
  TableFragmentType?: string;
  Columns?: { ColumnName: string; ColumnType: string }[];
  Rows?: unknown[];
  OneApiErrors?: { error: OneApiError }[];
}

interface V1Table {
  Columns: { ColumnName: string; ColumnType?: string }[];
  Rows: Value[][];
}

interface OneApiError {
  code?: string;
  message?: string;
  "@message"?: string;
  "@errorMessage"?: string;
  innererror?: { code?: string; message?: string; "@errorMessage"?: string };
}
