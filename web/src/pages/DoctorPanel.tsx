// What is wrong with what is stored: the findings of weir doctor, the worst first.

import { useMemo } from "react";
import { usePage } from "../app/page";
import { useSettings, type Settings } from "../app/settings";
import { exact } from "../format/numbers";
import { stamp } from "../format/times";
import { Failure, open } from "../panel/Panel";
import { DataTable, type TableColumn } from "../table/DataTable";
import { counted, ordered, useReport, type Detail, type Finding } from "./doctor";

export function DoctorPanel() {
  const page = usePage();
  const { report, error, running, retry } = useReport(page.database, page.version);
  const title = "What doctor finds";
  return (
    <section className="panel span-12" aria-label={title} aria-busy={running} data-panel="doctor">
      <header className="panel-head">
        <h2 title="The same as weir doctor, over everything that is stored">{title}</h2>
        {report && <span className={`badge ${BADGES[report.verdict]}`}>{counted(report)}</span>}
        {running && <div className="progress" />}
      </header>
      <div className={report && running ? "panel-body stale" : "panel-body"}>
        {error ? <Failure message={error} onRetry={retry} /> : report ? (
          <ul className="findings">
            {ordered(report.checks).map((finding) => <FindingItem key={finding.check} finding={finding} />)}
          </ul>
        ) : (
          <div className="message waiting"><div className="skeleton" /><div className="skeleton" /><div className="skeleton" /></div>
        )}
      </div>
    </section>
  );
}

const BADGES = { problem: "bad", warning: "warn", note: "", ok: "" } as const;

function FindingItem({ finding }: { finding: Finding }) {
  const { title, verdict, summary, examples, advice, query, found, rows } = finding;
  return (
    <li data-check={finding.check} data-verdict={verdict}>
      <details>
        <summary>
          <span className={`badge ${BADGES[verdict]}`}>{verdict}</span> <strong>{title}</strong> <span>{summary}</span>
          {verdict !== "ok" && advice !== "" && <span className="advice">{advice}</span>}
        </summary>
        {examples.length > 0 && <ul className="plain-list">{examples.map((example) => <li key={example}>{example}</li>)}</ul>}
        {rows.length > 0 && <Details rows={rows} label={title} file={finding.check} />}
        <div className="row">
          {query !== "" && <button type="button" className="button small" onClick={() => open(query)}>Open its query</button>}
          {found > rows.length && <span className="muted">The first {exact(rows.length)} of {exact(found)}.</span>}
        </div>
      </details>
    </li>
  );
}

/** Whatever columns a finding has. */
function Details({ rows, label, file }: { rows: Detail[]; label: string; file: string }) {
  const { zone } = useSettings();
  const columns = useMemo(() => columnsOf(rows, zone), [rows, zone]);
  return <DataTable columns={columns} rows={rows} label={label} height={260} file={`doctor-${file}`} />;
}

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

function columnsOf(rows: Detail[], zone: Settings["zone"]): TableColumn<Detail>[] {
  return Object.keys(rows[0] ?? {}).map((key): TableColumn<Detail> => {
    const sample = rows.find((row) => row[key] !== null && row[key] !== "")?.[key];
    const base = { key, title: key.replace(/(?<=[a-z])(?=[A-Z])/g, " "), optional: true, value: (row: Detail) => row[key] };
    if (typeof sample === "number") return { ...base, width: 96, align: "right", show: (row) => (typeof row[key] === "number" ? exact(row[key]) : "") };
    if (typeof sample === "string" && TIME.test(sample)) return { ...base, width: 168, show: (row) => (typeof row[key] === "string" ? stamp(Date.parse(row[key]), zone) : "") };
    return { ...base, width: key === "Verdict" ? 76 : 150, grow: key === "Verdict" ? 0 : 1, hover: (row) => String(row[key] ?? "") };
  });
}
