// The token by which a guarded server knows its caller: kept until the tab is closed.

import { useSyncExternalStore } from "react";

const KEY = "weir.token";
let wanted = false;
const listeners = new Set<() => void>();

export function token(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** The server asked for a token, or for another one. */
export function refused(): void {
  wanted = true;
  for (const listener of listeners) listener();
}

export function setToken(text: string): void {
  try {
    sessionStorage.setItem(KEY, text.trim());
  } catch {
    // Without storage it cannot be kept; the next request is refused again.
  }
  wanted = false;
  for (const listener of listeners) listener();
}

/** Whether a token has to be asked for. */
export function useTokenWanted(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => wanted,
  );
}
