// A box with the answer to one query: its title, its states, and the query itself.

import { useEffect, useState, type ReactNode } from "react";
import { copy } from "../app/clipboard";
import { Dialog } from "../app/Dialog";
import { Icon } from "../app/icons";
import { navigate } from "../app/router";
import { usePage } from "../app/page";
import { duration } from "../format/numbers";
import type { Answer } from "../kusto/answer";
import { command, describe } from "../kusto/compose";
import { useQuery, type QueryState } from "../kusto/useQuery";
import { shipped } from "../library";
import { toHash } from "../query/share";

export interface PanelProps {
  title: string;
  /** The shipped query, by its path below queries/. */
  name: string;
  parameters?: Record<string, string>;
  /** What the reader ought to know of the numbers. */
  note?: string;
  /** What to do when there is no row. */
  empty?: ReactNode;
  className?: string;
  /** Beside the title: links, switches. */
  actions?: ReactNode;
  /** The query runs elsewhere, for several panels at once. */
  shared?: QueryState;
  /** What the page is opened for: its query goes before those of other panels. */
  first?: boolean;
  /** Without a frame: tiles. */
  bare?: boolean;
  children: (answer: Answer) => ReactNode;
}

export function Panel({ title, name, parameters, note, empty, className = "", actions, shared, first = false, bare = false, children }: PanelProps) {
  const page = usePage();
  const text = page.compose(name, parameters);
  const own = useQuery(shared ? null : text, page.database, page.version, first ? "first" : "later");
  const state = shared ?? own;
  const [shown, setShown] = useState(false);
  const { answer, error, running } = state;
  return (
    <section className={`panel ${bare ? "bare" : ""} ${className}`} aria-label={title} aria-busy={running} data-panel={name}>
      <header className="panel-head">
        <h2 title={note}>{title}</h2>
        {answer?.warning && <span className="badge warn" title={answer.warning}>not all rows</span>}
        <div className="panel-actions">
          {running && answer && <Slow since={state.startedAt} onCancel={state.cancel} />}
          {actions}
          <button type="button" className="button quiet small" title="Show the query behind this" aria-label={`Query of ${title}`} onClick={() => setShown(true)}>
            <Icon name="code" size={16} />
          </button>
        </div>
        {running && <div className="progress" />}
      </header>
      <div className={answer && running ? "panel-body stale" : "panel-body"}>
        {error ? (
          <Failure message={error.message} onRetry={state.retry} onOpen={() => open(text)} />
        ) : answer ? (
          answer.rows.length === 0 ? <Empty>{empty}</Empty> : children(answer)
        ) : running ? (
          <Waiting since={state.startedAt} onCancel={state.cancel} />
        ) : state.cancelled ? (
          <div className="message">
            <p>Cancelled.</p>
            <button type="button" className="button" onClick={state.retry}>Run again</button>
          </div>
        ) : null}
      </div>
      {shown && (
        <Dialog title={title} onClose={() => setShown(false)} size="wide">
          <p className="muted">{describe(shipped(name))}</p>
          <pre className="code" tabIndex={0}>{text}</pre>
          <div className="row">
            <button type="button" className="button primary" onClick={() => open(text)}><Icon name="query" size={16} /> Open in the query page</button>
            <CopyButton text={text} label="Copy the query" />
            <CopyButton text={command(text)} label="Copy as a command" />
            <span className="muted end">
              queries/{name}.kql{answer && ` · ${answer.rows.length.toLocaleString("en-GB")} rows in ${duration(answer.seconds)}`}
            </span>
          </div>
        </Dialog>
      )}
    </section>
  );
}

/** Opens a text in the query page. */
export function open(text: string): void {
  void toHash(text).then((hash) => navigate(`/query${location.search}${hash}`));
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <button type="button" className="button" onClick={() => void copy(text).then(setDone)}>
      <Icon name="copy" size={16} /> {done ? "Copied" : label}
    </button>
  );
}

export function Empty({ children }: { children?: ReactNode }) {
  const page = usePage();
  const { extent, range, filter } = page;
  const outside = extent !== null && (range.end <= extent.start || range.start >= extent.end);
  const filtered = filter.conditions.length > 0 || filter.types.length > 0 || filter.direction || filter.status;
  return (
    <div className="message empty">
      {outside ? <p>The tables hold nothing of this time.</p> : (children ?? <p>{filtered ? "No flow matches the filter." : "Nothing in this time."}</p>)}
    </div>
  );
}

export function Failure({ message, onRetry, onOpen }: { message: string; onRetry: () => void; onOpen?: () => void }) {
  return (
    <div className="message failure" role="alert">
      <p>This query failed.</p>
      <pre tabIndex={0}>{message}</pre>
      <div className="row">
        <button type="button" className="button" onClick={onRetry}>Try again</button>
        {onOpen && <button type="button" className="button" onClick={onOpen}>Open the query</button>}
      </div>
    </div>
  );
}

/** Seconds since a query began, counted while they pass. */
function useSeconds(since: number): number {
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, (now - since) / 1000);
}

/** Beside the title while a new answer takes long and the old one is still shown. */
function Slow({ since, onCancel }: { since: number; onCancel: () => void }) {
  const seconds = useSeconds(since);
  if (seconds < 3) return null;
  return <button type="button" className="button small" title="The answer that is shown is an older one" onClick={onCancel}>{Math.round(seconds)} s · Cancel</button>;
}

function Waiting({ since, onCancel }: { since: number; onCancel: () => void }) {
  const seconds = useSeconds(since);
  return (
    <div className="message waiting">
      <div className="skeleton" />
      <div className="skeleton" />
      <div className="skeleton" />
      {seconds > 2 && (
        <p>
          Running for {Math.round(seconds)} s… <button type="button" className="button small" onClick={onCancel}>Cancel</button>
        </p>
      )}
    </div>
  );
}
