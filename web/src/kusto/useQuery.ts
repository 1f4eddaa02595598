// A query as React state: running, answered, failed, cancelled.

import { useCallback, useEffect, useRef, useState } from "react";
import type { Answer } from "./answer";
import { answerTo, kept, keyOf } from "./answers";
import { QueryError } from "./client";
import type { Rank } from "./turns";

export interface QueryState {
  /** The last answer; stays while the next one is on its way. */
  answer: Answer | null;
  error: QueryError | null;
  running: boolean;
  /** When the running query began, by performance.now(). */
  startedAt: number;
  cancelled: boolean;
  cancel: () => void;
  retry: () => void;
}

/**
 * Runs a query whenever its text, the workspace or `version` changes; null runs nothing. A changed query cancels the
 * one before it.
 */
export function useQuery(text: string | null, database: string, version: number, rank: Rank = "later"): QueryState {
  const key = text === null ? null : keyOf(text, database, version);
  const [again, setAgain] = useState(0);
  const [state, setState] = useState<{ key: string | null; answer: Answer | null; error: QueryError | null; running: boolean; startedAt: number; cancelled: boolean }>(
    () => ({ key: null, answer: key === null ? null : (kept(key) ?? null), error: null, running: key !== null, startedAt: 0, cancelled: false }),
  );
  const controller = useRef<AbortController | null>(null);

  useEffect(() => {
    if (key === null || text === null) {
      setState({ key, answer: null, error: null, running: false, startedAt: 0, cancelled: false });
      return;
    }
    const known = again === 0 ? kept(key) : undefined;
    if (known) {
      setState({ key, answer: known, error: null, running: false, startedAt: 0, cancelled: false });
      return;
    }
    const abort = new AbortController();
    controller.current = abort;
    setState((old) => ({ key, answer: old.answer, error: null, running: true, startedAt: performance.now(), cancelled: false }));
    answerTo(text, database, version, rank, abort.signal)
      .then((answer) => {
        if (!abort.signal.aborted) setState({ key, answer, error: null, running: false, startedAt: 0, cancelled: false });
      })
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        const failed = error instanceof QueryError ? error : new QueryError(String(error), "Error", 0);
        setState({ key, answer: null, error: failed, running: false, startedAt: 0, cancelled: false });
      });
    return () => abort.abort();
  }, [key, text, database, version, again, rank]);

  const cancel = useCallback(() => {
    controller.current?.abort();
    setState((old) => ({ ...old, running: false, cancelled: true }));
  }, []);
  const retry = useCallback(() => setAgain((n) => n + 1), []);
  return { ...state, cancel, retry };
}
