// A query as React state: running, answered, failed, cancelled.

import { useCallback, useEffect, useRef, useState } from "react";
import type { Answer } from "./answer";
import { query, QueryError } from "./client";

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

// Browsers open six connections to a server; one stays free for what a person does next.
const RUNNING_MAX = 5;
let running = 0;

interface Waiting {
  urgent: boolean;
  start: () => void;
}

let waiting: Waiting[] = [];

// A page asks for all its panels at once, and for what they have in common last: turns are given out when all have
// asked, to urgent ones first.
function turn(signal: AbortSignal, urgent: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = { urgent, start: resolve };
    waiting.push(entry);
    signal.addEventListener("abort", () => {
      if (!waiting.includes(entry)) return;
      waiting = waiting.filter((w) => w !== entry);
      reject(new DOMException("cancelled", "AbortError"));
    });
    setTimeout(next);
  });
}

function next(): void {
  while (running < RUNNING_MAX) {
    const entry = waiting.find((w) => w.urgent) ?? waiting[0];
    if (!entry) return;
    waiting = waiting.filter((w) => w !== entry);
    running += 1;
    entry.start();
  }
}

function done(): void {
  running -= 1;
  next();
}

// Answers of this visit: going back shows them at once.
const ANSWERS_MAX = 80;
const answers = new Map<string, Answer>();

function remember(key: string, answer: Answer): void {
  answers.delete(key);
  answers.set(key, answer);
  const oldest = answers.keys().next();
  if (answers.size > ANSWERS_MAX && !oldest.done) answers.delete(oldest.value);
}

/**
 * Runs a query whenever its text, the workspace or `version` changes; null runs nothing. A changed query cancels the
 * one before it. An urgent one goes before the others that wait.
 */
export function useQuery(text: string | null, database: string, version: number, urgent = false): QueryState {
  const key = text === null ? null : `${version}\n${database}\n${text}`;
  const [again, setAgain] = useState(0);
  const [state, setState] = useState<{ key: string | null; answer: Answer | null; error: QueryError | null; running: boolean; startedAt: number; cancelled: boolean }>(
    () => ({ key: null, answer: key === null ? null : (answers.get(key) ?? null), error: null, running: key !== null, startedAt: 0, cancelled: false }),
  );
  const controller = useRef<AbortController | null>(null);

  useEffect(() => {
    if (key === null || text === null) {
      setState({ key, answer: null, error: null, running: false, startedAt: 0, cancelled: false });
      return;
    }
    const kept = again === 0 ? answers.get(key) : undefined;
    if (kept) {
      setState({ key, answer: kept, error: null, running: false, startedAt: 0, cancelled: false });
      return;
    }
    const abort = new AbortController();
    controller.current = abort;
    setState((old) => ({ key, answer: old.answer, error: null, running: true, startedAt: performance.now(), cancelled: false }));
    void (async () => {
      let entered = false;
      try {
        await turn(abort.signal, urgent);
        entered = true;
        const answer = await query(text, { database, signal: abort.signal, timeoutSeconds: 120 });
        remember(key, answer);
        if (!abort.signal.aborted) setState({ key, answer, error: null, running: false, startedAt: 0, cancelled: false });
      } catch (error) {
        if (abort.signal.aborted) return;
        const failed = error instanceof QueryError ? error : new QueryError(String(error), "Error", 0);
        setState({ key, answer: null, error: failed, running: false, startedAt: 0, cancelled: false });
      } finally {
        if (entered) done();
      }
    })();
    return () => abort.abort();
  }, [key, text, database, again, urgent]);

  const cancel = useCallback(() => {
    controller.current?.abort();
    setState((old) => ({ ...old, running: false, cancelled: true }));
  }, []);
  const retry = useCallback(() => setAgain((n) => n + 1), []);
  return { ...state, cancel, retry };
}
