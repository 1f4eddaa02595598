// Queries to begin with: those that weir ships, those that were saved, those that were run.

import { useEffect, useState } from "react";
import { Icon } from "../app/icons";
import { useSettings } from "../app/settings";
import { duration } from "../format/numbers";
import { stamp } from "../format/times";
import { own } from "../kusto/client";
import { describe } from "../kusto/compose";
import { library } from "../library";
import { forget, forgetHistory, useStore } from "./store";

type Tab = "library" | "saved" | "history";

// Folders of the library by what people look for; the rest are the queries of the pages.
const FOLDERS: [string, string][] = [
  ["", "Everyday questions"],
  ["recipes", "Recipes"],
  ["hunting", "Hunting"],
  ["overview", "Overview"],
  ["distribution", "Distribution"],
  ["topology", "Topology"],
  ["ports", "Ports and applications"],
  ["internet", "Internet exposure"],
  ["rules", "Rules"],
  ["security", "Security"],
  ["flows", "Flows one by one"],
  ["address", "One address"],
  ["health", "Health"],
];

// Pieces of the page that are no questions.
const HIDDEN = new Set(["filter/scope", "filter/values", "flows/tuples", "health/extent"]);

export function Sidebar({ onPut }: { onPut: (text: string, run: boolean) => void }) {
  const [tab, setTab] = useState<Tab>("library");
  const [search, setSearch] = useState("");
  const kept = useServerQueries();
  const store = useStore();
  const { zone } = useSettings();
  const words = search.trim().toLowerCase();
  const fits = (text: string) => text.toLowerCase().includes(words);
  return (
    <aside className="query-side" aria-label="Queries">
      <div className="tabs small" role="tablist" aria-label="Queries">
        {(["library", "saved", "history"] as const).map((t) => (
          <button key={t} type="button" role="tab" aria-selected={t === tab} onClick={() => setTab(t)}>{{ library: "Library", saved: "Saved", history: "History" }[t]}</button>
        ))}
      </div>
      <input type="search" value={search} placeholder="Find" aria-label="Find a query" onChange={(e) => setSearch(e.target.value)} />
      <div className="query-list" tabIndex={-1}>
        {tab === "library" &&
          FOLDERS.map(([folder, title]) => {
            const entries = [...library].filter(([name, text]) => !HIDDEN.has(name) && (name.includes("/") ? name.slice(0, name.indexOf("/")) : "") === folder && (words === "" || fits(name) || fits(text)));
            if (entries.length === 0) return null;
            return (
              <section key={folder}>
                <h3>{title}</h3>
                <ul>
                  {entries.map(([name, text]) => (
                    <li key={name}>
                      <button type="button" title={`${describe(text)}\nqueries/${name}.kql`} onClick={() => onPut(text, true)}>
                        <span>{readable(name)}</span><small>{describe(text)}</small>
                      </button>
                    </li>
                  ))}
                </ul>
              </section>
            );
          })}
        {tab === "saved" && (
          <>
          {kept.length > 0 && <h3>Of this server</h3>}
          <ul>
            {kept.filter((k) => words === "" || fits(k.name) || fits(k.description)).map((k) => (
              <li key={k.name}>
                <button
                  type="button" title={k.description}
                  onClick={() => void own<{ query: string }>(`/queries/${encodeURIComponent(k.name)}`).then((found) => onPut(found.query, false)).catch(() => undefined)}
                >
                  <span><bdi>{k.name}</bdi></span><small>{k.description}</small>
                </button>
              </li>
            ))}
          </ul>
          {kept.length > 0 && <h3>Of this browser</h3>}
          <ul>
            {store.saved.filter((s) => words === "" || fits(s.name) || fits(s.text)).map((s) => (
              <li key={s.name} className="with-tool">
                <button type="button" title={s.text.slice(0, 1000)} onClick={() => onPut(s.text, false)}><span><bdi>{s.name}</bdi></span></button>
                <button type="button" className="button quiet small" aria-label={`Forget ${s.name}`} onClick={() => forget(s.name)}><Icon name="close" size={13} /></button>
              </li>
            ))}
            {store.saved.length === 0 && <li className="message muted">Nothing saved yet. Save keeps a query in this browser.</li>}
          </ul>
          </>
        )}
        {tab === "history" && (
          <>
            <ul>
              {store.history.filter((h) => words === "" || fits(h.text)).map((h) => (
                <li key={h.at}>
                  <button type="button" title={h.text.slice(0, 1000)} onClick={() => onPut(h.text, false)}>
                    <span className="mono">{firstLine(h.text)}</span>
                    <small>{stamp(h.at, zone, false)} · {h.failed ? "failed" : `${h.rows.toLocaleString("en-GB")} rows in ${duration(h.seconds)}`}</small>
                  </button>
                </li>
              ))}
              {store.history.length === 0 && <li className="message muted">Nothing was run yet.</li>}
            </ul>
            {store.history.length > 0 && <button type="button" className="button quiet small" onClick={forgetHistory}>Forget the history</button>}
          </>
        )}
      </div>
    </aside>
  );
}

interface Kept {
  name: string;
  description: string;
}

/** The saved queries of the server's folder; none where it has no folder. */
function useServerQueries(): Kept[] {
  const [found, setFound] = useState<Kept[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    own<{ queries?: Kept[] }>("/queries", abort.signal)
      .then((answer) => setFound(answer.queries ?? []))
      .catch(() => undefined);
    return () => abort.abort();
  }, []);
  return found;
}

function readable(name: string): string {
  const words = name.slice(name.lastIndexOf("/") + 1).replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function firstLine(text: string): string {
  return (text.split("\n").find((l) => l.trim() !== "" && !l.trim().startsWith("//")) ?? text).trim().slice(0, 120);
}
