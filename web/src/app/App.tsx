// The frame: navigation, head, filter bar, the page, and the keys.

import { lazy, Suspense, useEffect, useMemo, useState, type ReactNode } from "react";
import { Dialog } from "./Dialog";
import { Icon } from "./icons";
import { PAGES } from "./nav";
import { PageProvider, usePage } from "./page";
import { Popover } from "./Popover";
import { navigate, usePlace, withSearch } from "./router";
import { change, useDark, useSettings, type Theme } from "./settings";
import { SignIn } from "./SignIn";
import { Welcome } from "./Welcome";
import { FlowsDialog } from "../flows/FlowsDialog";
import { FilterBar } from "../filter/FilterBar";
import { fixed } from "../filter/time";
import { records, text } from "../kusto/answer";
import { manage } from "../kusto/client";
import { useTokenWanted } from "../kusto/token";
import { AddressPage } from "../pages/AddressPage";
import { DistributionPage } from "../pages/DistributionPage";
import { HealthPage } from "../pages/HealthPage";
import { InternetPage } from "../pages/InternetPage";
import { OverviewPage } from "../pages/OverviewPage";
import { PortsPage } from "../pages/PortsPage";
import { RulesPage } from "../pages/RulesPage";
import { SecurityPage } from "../pages/SecurityPage";

// The editor is a hundred times the size of the rest; pictures of networks and maps are large as well.
const QueryPage = lazy(() => import("../query/QueryPage"));
const TopologyPage = lazy(() => import("../pages/TopologyPage"));

export function App() {
  const dark = useDark();
  useEffect(() => {
    document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  }, [dark]);
  return (
    <PageProvider>
      <Frame />
    </PageProvider>
  );
}

function Frame() {
  const { path, search } = usePlace();
  const settings = useSettings();
  const page = usePage();
  const [help, setHelp] = useState(false);
  const current = PAGES.find((p) => p.path === path);
  const title = current?.title ?? (path.startsWith("/address/") ? decode(path.slice(9)) : "Not found");
  useEffect(() => {
    document.title = `${title.slice(0, 80)} · weir`;
  }, [title]);
  useKeys(() => setHelp(true));

  let content: ReactNode;
  let filtered = true;
  switch (path) {
    case "/": content = <OverviewPage />; break;
    case "/distribution": content = <DistributionPage />; break;
    case "/topology": content = <Suspense fallback={<div className="message muted">Loading…</div>}><TopologyPage /></Suspense>; break;
    case "/ports": content = <PortsPage />; break;
    case "/internet": content = <InternetPage />; break;
    case "/rules": content = <RulesPage />; break;
    case "/security": content = <SecurityPage />; break;
    case "/health": content = <HealthPage />; filtered = false; break;
    case "/query":
      filtered = false;
      content = <Suspense fallback={<div className="message muted">Loading the editor…</div>}><QueryPage /></Suspense>;
      break;
    default:
      if (path.startsWith("/address/")) content = <AddressPage address={decode(path.slice(9))} />;
      else {
        filtered = false;
        content = <div className="message"><p>There is no page at this address.</p><a href="/" onClick={(e) => go(e, "/")}>To the overview</a></div>;
      }
  }
  const empty = !page.starting && page.extent === null && path !== "/query";
  if (empty) content = <Welcome />;
  const guarded = useTokenWanted();
  if (guarded) {
    filtered = false;
    content = <SignIn onDone={page.refresh} />;
  }
  return (
    <div className={settings.narrow ? "frame narrow" : "frame"}>
      <a className="skip" href="#main">Skip to the content</a>
      <nav className="nav" aria-label="Pages">
        <a className="brand" href={withSearch("/", search)} onClick={(e) => go(e, withSearch("/", search))} aria-label="weir: overview">
          <img src="/icon.svg" alt="" width={26} height={26} /><span>weir</span>
        </a>
        <ul>
          {PAGES.map((p) => (
            <li key={p.path}>
              <a href={withSearch(p.path, search)} aria-current={p.path === path ? "page" : undefined} title={`${p.title} (g ${p.key})`} onClick={(e) => go(e, withSearch(p.path, search))}>
                <Icon name={p.icon} /><span>{p.short ?? p.title}</span>
              </a>
            </li>
          ))}
        </ul>
        <div className="nav-foot">
          <button type="button" className="button quiet" aria-label="Keys" title="Keys (?)" onClick={() => setHelp(true)}><Icon name="keyboard" /></button>
          <button type="button" className="button quiet" aria-label={settings.narrow ? "Wide navigation" : "Narrow navigation"} title="Fold the navigation" onClick={() => change({ narrow: !settings.narrow })}><Icon name={settings.narrow ? "right" : "left"} /></button>
        </div>
      </nav>
      <div className="column">
        <header className="head">
          <h1><bdi>{title}</bdi></h1>
          <div className="head-tools">
            <Workspace />
            <button
              type="button" className="button" title="Times are shown in this zone"
              onClick={() => change({ zone: settings.zone === "utc" ? "local" : "utc" })}
            >
              {settings.zone === "utc" ? "UTC" : "Local time"}
            </button>
            <ThemeButton />
          </div>
        </header>
        {filtered && !empty && <FilterBar />}
        {filtered && !empty && <OutOfRange />}
        <main id="main" tabIndex={-1}>{content}</main>
      </div>
      {page.flows && <FlowsDialog key={JSON.stringify(page.flows)} flows={page.flows} onClose={() => page.showFlows(null)} />}
      {help && <Keys onClose={() => setHelp(false)} />}
    </div>
  );
}

/** Says where the data is when the chosen time has none. */
function OutOfRange() {
  const page = usePage();
  const { extent, range, filter } = page;
  if (!extent || (range.end > extent.start && range.start < extent.end)) return null;
  const length = Math.min(range.end - range.start, extent.end - extent.start);
  return (
    <div className="notice" role="status">
      The tables hold nothing of the chosen time.
      <button type="button" className="button small" onClick={() => page.setFilter({ ...filter, time: fixed(extent.end - length, extent.end) })}>Show the newest there is</button>
    </div>
  );
}

function Workspace() {
  const { database } = useSettings();
  const [names, setNames] = useState<string[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    manage(".show databases", { database: "", signal: abort.signal })
      .then((answer) => setNames(records(answer).map((r) => text(r["DatabaseName"]))))
      .catch(() => undefined);
    return () => abort.abort();
  }, []);
  useEffect(() => {
    const first = names[0];
    // None chosen means the first: it need not be named, and queries that run need not be asked again.
    if (first !== undefined && database !== "" && !names.includes(database)) change({ database: "" });
  }, [names, database]);
  if (names.length < 2) return null;
  return (
    <label className="select">
      <span className="visually-hidden">Workspace</span>
      <select value={database || names[0]} onChange={(e) => change({ database: e.target.value })}>
        {names.map((n) => <option key={n}>{n}</option>)}
      </select>
    </label>
  );
}

const THEMES: { value: Theme; title: string }[] = [
  { value: "auto", title: "As the system" },
  { value: "light", title: "Light" },
  { value: "dark", title: "Dark" },
];

function ThemeButton() {
  const { theme } = useSettings();
  const dark = useDark();
  return (
    <Popover title="Colours" picture align="end" label={<Icon name={dark ? "moon" : "sun"} />}>
      {(close) => (
        <div className="menu">
          {THEMES.map((t) => (
            <button key={t.value} type="button" className="menu-item" aria-pressed={t.value === theme} onClick={() => { change({ theme: t.value }); close(); }}>{t.title}</button>
          ))}
        </div>
      )}
    </Popover>
  );
}

const KEYS: [string, string][] = [
  ["g, then a letter", "go to a page: " + PAGES.map((p) => `${p.key} ${p.title.toLowerCase()}`).join(", ")],
  ["/", "write a condition"],
  ["[ and ]", "the time before and after"],
  ["r", "refresh"],
  ["u", "next unit: bytes, packets, flows"],
  ["t", "dark or light"],
  ["↑ ↓ Page Home End", "walk through a table that has the focus"],
  ["← →", "move the window of the histogram that has the focus; with Shift its end"],
  ["Shift+Enter", "run the query, on the query page"],
  ["?", "this list"],
];

function Keys({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="keys">
        {KEYS.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}
      </dl>
    </Dialog>
  );
}

function useKeys(onHelp: () => void) {
  const page = usePage();
  const dark = useDark();
  const state = useMemo(() => ({ chord: false }), []);
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      const element = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || /^(input|textarea|select)$/i.test(element.tagName) || element.isContentEditable || document.querySelector("dialog[open]")) return;
      if (state.chord) {
        state.chord = false;
        const target = PAGES.find((p) => p.key === event.key);
        if (target) navigate(withSearch(target.path, location.search));
        return;
      }
      const { filter, range } = page;
      const length = range.end - range.start;
      const units = ["bytes", "packets", "flows"] as const;
      switch (event.key) {
        case "g": state.chord = true; break;
        case "?": onHelp(); break;
        case "r": page.refresh(); break;
        case "[": page.setFilter({ ...filter, time: fixed(range.start - length, range.start) }); break;
        case "]": if (!range.moving) page.setFilter({ ...filter, time: fixed(range.end, range.end + length) }); break;
        case "u": page.setFilter({ ...filter, unit: units[(units.indexOf(filter.unit) + 1) % 3] ?? "bytes" }); break;
        case "t": change({ theme: dark ? "light" : "dark" }); break;
      }
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, [page, dark, state, onHelp]);
}

function go(event: React.MouseEvent, to: string): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  navigate(to);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
