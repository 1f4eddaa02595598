// An answer as rows or as a chart: what `render` says, and what a person switches to.

import { useEffect, useMemo, useRef, useState } from "react";
import { useSettings } from "../app/settings";
import { Chart } from "../charts/Chart";
import { KINDS, picture, type Kind } from "../charts/fromAnswer";
import { fit } from "../flows/raw";
import { RawTuples } from "../flows/RawTuples";
import { Segments } from "../filter/FilterBar";
import { duration } from "../format/numbers";
import { text, type Answer } from "../kusto/answer";
import { ResultGrid } from "./ResultGrid";

/** Kinds that Kusto names otherwise or that are drawn as their nearest. */
const ALSO: Record<string, Kind> = { stackedareachart: "stackedareachart", anomalychart: "timechart", ladderchart: "barchart", treemap: "piechart", pivotchart: "columnchart" };

function asked(answer: Answer): Kind | null {
  const name = answer.visualization?.Visualization ?? "";
  return KINDS.find((k) => k === name) ?? ALSO[name] ?? null;
}

export function Results({ answer, query, rowsMax }: { answer: Answer; query: string; rowsMax: number }) {
  const { zone } = useSettings();
  const [view, setView] = useState<"rows" | "chart" | "raw">("rows");
  const [kind, setKind] = useState<Kind>("timechart");
  const box = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(360);
  useEffect(() => {
    const wanted = asked(answer);
    setView(wanted ? "chart" : "rows");
    setKind(wanted ?? (answer.columns.some((c) => c.type === "datetime") ? "timechart" : "columnchart"));
  }, [answer]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => entry && setHeight(Math.max(180, Math.floor(entry.contentRect.height))));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const drawn = useMemo(() => (view === "chart" ? picture(answer, kind, answer.visualization, zone) : null), [answer, kind, view, zone]);
  const found = useMemo(() => fit(answer.columns), [answer]);
  const card = answer.visualization?.Visualization === "card" && answer.rows[0];
  return (
    <div className="answer">
      <div className="answer-head">
        <Segments label="View" value={view} onChange={setView} options={[{ value: "rows", title: "Rows" }, { value: "chart", title: "Chart" }, ...(found.missing.length === 0 ? [{ value: "raw" as const, title: "Raw tuples" }] : [])]} />
        {view === "chart" && (
          <label className="select">
            <span className="visually-hidden">Kind of chart</span>
            <select value={kind} onChange={(e) => setKind(e.target.value as Kind)}>
              {KINDS.map((k) => <option key={k} value={k}>{k}</option>)}
            </select>
          </label>
        )}
        <span className="muted end" data-rows={answer.rows.length}>
          {answer.rows.length.toLocaleString("en-GB")} {answer.rows.length === 1 ? "row" : "rows"} · {answer.columns.length} {answer.columns.length === 1 ? "column" : "columns"} · {duration(answer.serverSeconds ?? answer.seconds)}
        </span>
      </div>
      {answer.warning && <p className="notice-line">{answer.warning}</p>}
      {answer.rows.length >= rowsMax && <p className="notice-line">Only the first {rowsMax.toLocaleString("en-GB")} rows are shown; export has them all.</p>}
      <div className="answer-body" ref={box}>
        {card && view !== "raw" ? (
          <div className="card-value">{answer.columns.map((c, i) => <div key={i}><span>{text(card[i])}</span><small>{c.name}</small></div>)}</div>
        ) : view === "raw" ? (
          <RawTuples query={query} loose={found.loose} height={Math.max(140, height - 64)} />
        ) : view === "rows" || drawn === null ? (
          answer.rows.length === 0 ? <div className="message empty"><p>No rows.</p></div> : <ResultGrid answer={answer} height={Math.max(140, height - 36)} />
        ) : typeof drawn === "string" ? (
          <div className="message empty"><p>{drawn}</p></div>
        ) : (
          <div className="answer-chart">
            {answer.visualization?.Title && <h3>{answer.visualization.Title}</h3>}
            <Chart option={drawn.option} label={answer.visualization?.Title ?? "Chart of the answer"} height={Math.max(drawn.height ?? 0, height - 44, 220)} />
            {drawn.note && <p className="muted hint">{drawn.note}</p>}
          </div>
        )}
      </div>
    </div>
  );
}
