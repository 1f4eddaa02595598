// Saved queries and the history, in this browser.

import { useSyncExternalStore } from "react";

export interface Saved {
  name: string;
  text: string;
}

export interface Run {
  text: string;
  /** Milliseconds since 1970. */
  at: number;
  seconds: number;
  rows: number;
  failed: boolean;
}

interface Store {
  saved: Saved[];
  history: Run[];
  draft: string;
}

const KEY = "weir.queries";
const HISTORY_MAX = 100;
const TEXT_MAX = 100_000;

let store: Store = load();
const listeners = new Set<() => void>();

function load(): Store {
  const nothing: Store = { saved: [], history: [], draft: "" };
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Store>;
    return {
      saved: Array.isArray(found.saved) ? found.saved : [],
      history: Array.isArray(found.history) ? found.history : [],
      draft: typeof found.draft === "string" ? found.draft : "",
    };
  } catch {
    return nothing;
  }
}

function set(next: Store): void {
  store = next;
  try {
    localStorage.setItem(KEY, JSON.stringify(store));
  } catch {
    // Full or forbidden: it then lasts until the page is left.
  }
  for (const listener of listeners) listener();
}

export function useStore(): Store {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => store,
  );
}

export function draft(text: string): void {
  if (text.length <= TEXT_MAX) set({ ...store, draft: text });
}

export function ran(run: Run): void {
  if (run.text.length > TEXT_MAX) return;
  set({ ...store, history: [run, ...store.history.filter((r) => r.text !== run.text)].slice(0, HISTORY_MAX) });
}

export function keep(query: Saved): void {
  set({ ...store, saved: [...store.saved.filter((s) => s.name !== query.name), query].sort((a, b) => a.name.localeCompare(b.name)) });
}

export function forget(name: string): void {
  set({ ...store, saved: store.saved.filter((s) => s.name !== name) });
}

export function forgetHistory(): void {
  set({ ...store, history: [] });
}
