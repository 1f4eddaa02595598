// What weir doctor says, as the server tells it.

import { useEffect, useState } from "react";
import { own } from "../kusto/client";

export type Verdict = "ok" | "note" | "warning" | "problem";

export interface Finding {
  check: string;
  title: string;
  verdict: Verdict;
  /** What, and how much. */
  summary: string;
  examples: string[];
  /** What to do about it. */
  advice: string;
  /** The query that found it; blank where tables do not tell. */
  query: string;
  /** How many rows there are; `rows` has the first of them. */
  found: number;
  rows: Detail[];
}

export type Detail = Record<string, string | number | boolean | null>;

export interface Report {
  verdict: Verdict;
  problems: number;
  warnings: number;
  notes: number;
  checks: Finding[];
}

const BAD: Record<Verdict, number> = { problem: 3, warning: 2, note: 1, ok: 0 };

/** The worst first; of one verdict in the order of the checks. */
export function ordered(checks: readonly Finding[]): Finding[] {
  return [...checks].sort((a, b) => BAD[b.verdict] - BAD[a.verdict]);
}

/** "1 problem, 2 warnings and 3 notes"; what there is none of is left out. */
export function counted(report: Report): string {
  const parts = (["problem", "warning", "note"] as const)
    .map((word): [string, number] => [word, report[`${word}s`]])
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word}${count === 1 ? "" : "s"}`);
  return parts.length === 0 ? "nothing is wrong" : parts.length === 1 ? parts[0]! : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

export interface ReportState {
  report: Report | null;
  error: string | null;
  running: boolean;
  retry: () => void;
}

/** Rows of details that are shown of each finding. */
const ROWS = 200;

/** What doctor says of a workspace; asked again when `version` changes. */
export function useReport(database: string, version: number): ReportState {
  const [again, setAgain] = useState(0);
  const [state, setState] = useState<Omit<ReportState, "retry">>({ report: null, error: null, running: true });
  useEffect(() => {
    const abort = new AbortController();
    setState((old) => ({ ...old, error: null, running: true }));
    own<Report>(`/workspaces/${encodeURIComponent(database || "default")}/doctor?rows=${ROWS}`, abort.signal)
      .then((report) => setState({ report, error: null, running: false }))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) setState({ report: null, error: error instanceof Error ? error.message : String(error), running: false });
      });
    return () => abort.abort();
  }, [database, version, again]);
  return { ...state, retry: () => setAgain((n) => n + 1) };
}
