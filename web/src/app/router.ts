// The address bar as state: path, query part and fragment.

import { useSyncExternalStore } from "react";

export interface Place {
  path: string;
  search: string;
  hash: string;
}

let place: Place = here();
const listeners = new Set<() => void>();

function here(): Place {
  return { path: location.pathname, search: location.search, hash: location.hash };
}

function changed(): void {
  place = here();
  for (const listener of listeners) listener();
}

addEventListener("popstate", changed);
addEventListener("hashchange", changed);

/** Goes to an address of this application. `replace` leaves no entry in the history. */
export function navigate(to: string, how: "push" | "replace" = "push"): void {
  if (to === location.pathname + location.search + location.hash) return;
  if (how === "push") history.pushState(null, "", to);
  else history.replaceState(null, "", to);
  changed();
}

export function usePlace(): Place {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => place,
  );
}

/** An address with the same query part, so that the filter goes along. */
export function withSearch(path: string, search: string | URLSearchParams): string {
  const text = search.toString().replace(/^\?/, "");
  return text ? `${path}?${text}` : path;
}
