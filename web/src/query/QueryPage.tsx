// Free questions: the editor, its answer as rows and as a chart, and what was asked before.

import { useCallback, useEffect, useRef, useState } from "react";
import { copy } from "../app/clipboard";
import { Icon } from "../app/icons";
import { Popover } from "../app/Popover";
import { navigate, usePlace } from "../app/router";
import { useDark, useSettings } from "../app/settings";
import type { Answer } from "../kusto/answer";
import { text as textOf } from "../kusto/answer";
import { download, manage, query, QueryError } from "../kusto/client";
import { CopyButton } from "../panel/Panel";
import { command } from "../kusto/compose";
import { save } from "../table/DataTable";
import { duration } from "../format/numbers";
import { monaco, setSchema } from "./editor";
import { Results } from "./Results";
import { Sidebar } from "./Sidebar";
import { fromHash, toHash } from "./share";
import { around } from "./statement";
import { draft, keep, ran, useStore } from "./store";

const FIRST = `// Shift+Enter runs the query that the cursor is in. Queries are apart by blank lines.
NTANetAnalytics
| where FlowIntervalStartTime > ago(1d)
| summarize Bytes = sum(BytesSrcToDest + BytesDestToSrc) by bin(FlowIntervalStartTime, 1h), FlowType
| render timechart
`;

const ROWS_MAX = 100_000;

type Outcome = { state: "none" } | { state: "running"; since: number } | { state: "answered"; answer: Answer; text: string } | { state: "failed"; error: QueryError; text: string } | { state: "cancelled" };

export default function QueryPage() {
  const { hash } = usePlace();
  const dark = useDark();
  const { database } = useSettings();
  const store = useStore();
  const box = useRef<HTMLDivElement>(null);
  const editor = useRef<monaco.editor.IStandaloneCodeEditor | null>(null);
  const abort = useRef<AbortController | null>(null);
  const [outcome, setOutcome] = useState<Outcome>({ state: "none" });
  const [side, setSide] = useState(true);
  const [message, setMessage] = useState("");

  const run = useCallback(async () => {
    const model = editor.current?.getModel();
    if (!editor.current || !model) return;
    const selection = editor.current.getSelection();
    const selected = selection && !selection.isEmpty() ? model.getValueInRange(selection) : "";
    const line = (editor.current.getPosition()?.lineNumber ?? 1) - 1;
    const text = selected.trim() ? selected : (around(model.getValue(), line)?.text ?? "");
    if (!text.trim()) return;
    abort.current?.abort();
    const own = new AbortController();
    abort.current = own;
    setOutcome({ state: "running", since: performance.now() });
    const started = performance.now();
    try {
      const answer = /^\s*(\/\/[^\n]*\n\s*)*\./.test(text)
        ? await manage(text, { database, signal: own.signal })
        : await query(text, { database, signal: own.signal, timeoutSeconds: 600, rowsMax: ROWS_MAX });
      if (own.signal.aborted) return;
      setOutcome({ state: "answered", answer, text });
      ran({ text, at: Date.now(), seconds: answer.seconds, rows: answer.rows.length, failed: false });
    } catch (error) {
      if (own.signal.aborted) return;
      setOutcome({ state: "failed", error: error instanceof QueryError ? error : new QueryError(String(error), "Error", 0), text });
      ran({ text, at: Date.now(), seconds: (performance.now() - started) / 1000, rows: 0, failed: true });
    }
  }, [database]);
  const running = useRef(run);
  running.current = run;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = monaco.editor.create(element, {
      value: store.draft || FIRST,
      language: "kusto",
      theme: "kusto-light",
      minimap: { enabled: false },
      automaticLayout: true,
      fontSize: 14,
      lineNumbersMinChars: 3,
      scrollBeyondLastLine: false,
      padding: { top: 10, bottom: 10 },
      fixedOverflowWidgets: true,
      wordWrap: "on",
      ariaLabel: "KQL",
      renderLineHighlight: "line",
      suggest: { showWords: false },
      unicodeHighlight: { ambiguousCharacters: false },
    });
    editor.current = made;
    made.addAction({ id: "weir.run", label: "Run the query", keybindings: [monaco.KeyMod.Shift | monaco.KeyCode.Enter, monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter], run: () => void running.current() });
    let timer = 0;
    made.onDidChangeModelContent(() => {
      clearTimeout(timer);
      timer = window.setTimeout(() => draft(made.getValue()), 400);
    });
    // Another page's query came in by the address: it is run, since it was looked at there.
    void fromHash(location.hash).then((text) => {
      if (text === null) return;
      made.setValue(text);
      void running.current();
    });
    return () => {
      clearTimeout(timer);
      draft(made.getValue());
      abort.current?.abort();
      const model = made.getModel();
      made.dispose();
      model?.dispose();
      editor.current = null;
    };
    // The editor is made once; what it begins with is read then.
  }, []);

  // A share link that is opened while the page is shown.
  const shown = useRef(hash);
  useEffect(() => {
    if (hash === shown.current) return;
    shown.current = hash;
    void fromHash(hash).then((text) => {
      if (text !== null && editor.current && editor.current.getValue() !== text) {
        editor.current.setValue(text);
        void running.current();
      }
    });
  }, [hash]);

  useEffect(() => {
    monaco.editor.setTheme(dark ? "kusto-dark" : "kusto-light");
  }, [dark]);

  useEffect(() => {
    const own = new AbortController();
    void (async () => {
      try {
        const answer = await manage(".show schema as json", { database, signal: own.signal });
        const schema = JSON.parse(textOf(answer.rows[0]?.[0])) as { Databases?: Record<string, unknown> };
        const model = editor.current?.getModel();
        const names = Object.keys(schema.Databases ?? {});
        const name = names.includes(database) ? database : names[0];
        if (model && name !== undefined && !own.signal.aborted) await setSchema(schema, name, model);
      } catch {
        // Without a schema the editor completes keywords and functions alone; queries run all the same.
      }
    })();
    return () => own.abort();
  }, [database]);

  const put = (text: string, now: boolean) => {
    const e = editor.current;
    if (!e) return;
    e.pushUndoStop();
    e.executeEdits("library", [{ range: e.getModel()?.getFullModelRange() ?? new monaco.Range(1, 1, 1, 1), text }]);
    e.pushUndoStop();
    e.setPosition({ lineNumber: Math.max(1, text.trimEnd().split("\n").length), column: 1 });
    e.revealLine(1);
    e.focus();
    if (now) void run();
  };
  const say = (text: string) => {
    setMessage(text);
    setTimeout(() => setMessage(""), 2500);
  };
  const share = async () => {
    const place = location.pathname + (await toHash(editor.current?.getValue() ?? ""));
    shown.current = place.slice(place.indexOf("#"));
    navigate(place, "replace");
    say((await copy(location.origin + place)) ? "The link is copied" : "The link is in the address bar");
  };
  const cancel = () => {
    abort.current?.abort();
    setOutcome({ state: "cancelled" });
  };
  const fetchAs = async (accept: string, ending: string) => {
    if (outcome.state !== "answered") return;
    try {
      save(await download(outcome.text, accept, { database }), `result.${ending}`);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <div className={side ? "query-page" : "query-page no-side"}>
      {side && <Sidebar onPut={put} />}
      <div className="query-main">
        <div className="query-tools">
          <button type="button" className="button" aria-pressed={side} aria-label="Library" title="Library, saved queries and history" onClick={() => setSide(!side)}><Icon name="book" size={16} /></button>
          {outcome.state === "running" ? (
            <button type="button" className="button primary" onClick={cancel}><Icon name="stop" size={15} /> Cancel</button>
          ) : (
            <button type="button" className="button primary" title="Shift+Enter" onClick={() => void run()}><Icon name="play" size={15} /> Run</button>
          )}
          <button type="button" className="button" title="Put the query in order" onClick={() => void editor.current?.getAction("editor.action.formatDocument")?.run()}><Icon name="format" size={16} /> Format</button>
          <SaveButton onSave={(name) => { keep({ name, text: editor.current?.getValue() ?? "" }); say(`Saved as ${name}`); }} />
          <button type="button" className="button" title="A link that holds the query" onClick={() => void share()}><Icon name="link" size={16} /> Share</button>
          <span className="muted query-message" role="status">{message}</span>
          <div className="row end">
            {outcome.state === "answered" && (
              <Popover title="Save the result" align="end" label={<><Icon name="download" size={16} /> Export</>}>
                {(close) => (
                  <div className="menu">
                    {FORMS.map((form) => (
                      <button key={form.ending} type="button" className="menu-item" onClick={() => { close(); void fetchAs(form.accept, form.ending); }}>{form.title}</button>
                    ))}
                    <button type="button" className="menu-item" onClick={() => { close(); void copy(command(outcome.text)).then(() => say("The command is copied")); }}>Copy as a command</button>
                  </div>
                )}
              </Popover>
            )}
          </div>
        </div>
        <div className="editor" ref={box} />
        <div className="results" aria-live="polite" aria-busy={outcome.state === "running"}>
          {outcome.state === "none" && <div className="message empty"><p>Run a query with Shift+Enter, or take one from the library.</p></div>}
          {outcome.state === "cancelled" && <div className="message empty"><p>Cancelled.</p></div>}
          {outcome.state === "running" && <Running since={outcome.since} />}
          {outcome.state === "failed" && (
            <div className="message failure" role="alert">
              <p>{outcome.error.status === 0 ? "No answer" : "The query cannot be run"} <span className="badge bad">{outcome.error.code}</span></p>
              <pre tabIndex={0}>{outcome.error.message}</pre>
              <CopyButton text={outcome.error.message} label="Copy" />
            </div>
          )}
          {outcome.state === "answered" && <Results answer={outcome.answer} query={outcome.text} rowsMax={ROWS_MAX} />}
        </div>
      </div>
    </div>
  );
}

const FORMS = [
  { title: "CSV", accept: "text/csv", ending: "csv" },
  { title: "JSON", accept: "application/json", ending: "json" },
  { title: "Parquet", accept: "application/vnd.apache.parquet", ending: "parquet" },
];

function SaveButton({ onSave }: { onSave: (name: string) => void }) {
  const [name, setName] = useState("");
  return (
    <Popover title="Keep this query in this browser" label={<><Icon name="star" size={16} /> Save</>}>
      {(close) => (
        <form className="save-form" onSubmit={(e) => { e.preventDefault(); if (name.trim()) { onSave(name.trim()); setName(""); close(); } }}>
          <label>Name<input autoFocus value={name} maxLength={120} onChange={(e) => setName(e.target.value)} /></label>
          <button type="submit" className="button primary" disabled={!name.trim()}>Save</button>
        </form>
      )}
    </Popover>
  );
}

function Running({ since }: { since: number }) {
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 100);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className="message waiting">
      <p>Running… {duration((now - since) / 1000)}</p>
      <div className="skeleton" /><div className="skeleton" /><div className="skeleton" />
    </div>
  );
}
