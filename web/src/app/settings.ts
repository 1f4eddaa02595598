// What a person chose once for this browser: colours, time zone, workspace.

import { useSyncExternalStore } from "react";
import type { Zone } from "../format/times";

export type Theme = "auto" | "light" | "dark";

export interface Settings {
  theme: Theme;
  zone: Zone;
  /** Workspace that queries run in; "" is the server's first. */
  database: string;
  /** Seconds between refreshes; 0 is never. */
  refreshSeconds: number;
  /** The navigation shows icons alone. */
  narrow: boolean;
}

const KEY = "weir.settings";
const DEFAULTS: Settings = { theme: "auto", zone: "local", database: "", refreshSeconds: 0, narrow: false };

let current: Settings = load();
const listeners = new Set<() => void>();

function load(): Settings {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Settings>;
    return { ...DEFAULTS, ...found };
  } catch {
    return DEFAULTS;
  }
}

export function change(part: Partial<Settings>): void {
  current = { ...current, ...part };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Storage may be full or forbidden; the choice then lasts until the page is left.
  }
  for (const listener of listeners) listener();
}

/** As they are now. */
export function settings(): Settings {
  return current;
}

export function useSettings(): Settings {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

const dark = matchMedia("(prefers-color-scheme: dark)");

/** The colours that are shown: what was chosen, or what the system prefers. */
export function useDark(): boolean {
  const { theme } = useSettings();
  const system = useSyncExternalStore(
    (listener) => {
      dark.addEventListener("change", listener);
      return () => dark.removeEventListener("change", listener);
    },
    () => dark.matches,
  );
  return theme === "auto" ? system : theme === "dark";
}
