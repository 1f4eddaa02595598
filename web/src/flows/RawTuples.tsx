// Tuples as they were logged, with the blob and the place in it that they were read from.

import { useEffect, useMemo, useState } from "react";
import { usePage } from "../app/page";
import { useSettings } from "../app/settings";
import { stamp } from "../format/times";
import { milliseconds, text, type Row } from "../kusto/answer";
import { Failure } from "../panel/Panel";
import { DataTable, type TableColumn } from "../table/DataTable";
import { rawAvailable, rawTuples, type RawAnswer } from "./raw";

/** Whether the button is to be shown. */
export function useRawAvailable(): boolean {
  const [available, setAvailable] = useState(false);
  useEffect(() => {
    let gone = false;
    void rawAvailable().then((found) => {
      if (!gone) setAvailable(found);
    });
    return () => {
      gone = true;
    };
  }, []);
  return available;
}

const LIMIT = 1000;

/** The tuples behind the rows that meet a condition in KQL. */
export function RawTuples({ where }: { where: string }) {
  const { database } = usePage();
  const { zone } = useSettings();
  const [answer, setAnswer] = useState<RawAnswer | null>(null);
  const [problem, setProblem] = useState("");
  const [again, setAgain] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setAnswer(null);
    setProblem("");
    rawTuples(database, where, LIMIT, abort.signal)
      .then(setAnswer)
      .catch((error: unknown) => {
        if (!abort.signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
      });
    return () => abort.abort();
  }, [database, where, again]);
  const columns = useMemo((): TableColumn<Row>[] => {
    const names = [...new Set((answer?.rows ?? []).slice(0, 50).flatMap((r) => Object.keys(r)))];
    return names.map((name) => ({
      key: name, title: name, width: name === "Blob" ? 220 : name === "Time" ? 160 : 90, grow: name === "Blob" ? 2 : 0.5, optional: true,
      align: typeof answer?.rows[0]?.[name] === "number" ? "right" : "left",
      value: (r) => { const value = r[name]; return typeof value === "number" || typeof value === "bigint" ? value : text(value); },
      show: (r) => (name === "Time" ? stamp(milliseconds(r[name]), zone) : name === "Blob" ? text(r[name]).split("/").slice(-6).join("/") : text(r[name])),
      hover: (r) => text(r[name]),
    }));
  }, [answer, zone]);
  if (problem) return <Failure message={problem} onRetry={() => setAgain((n) => n + 1)} />;
  if (!answer) return <div className="message waiting" aria-busy="true"><p>Reading blobs…</p><div className="skeleton" /><div className="skeleton" /></div>;
  return (
    <div className="stack">
      {answer.notes.map((note, i) => <p key={i} className="notice-line">{note}</p>)}
      {answer.rows.length === 0 ? (
        <div className="message empty"><p>No tuple of it can be read: its blobs are no longer where they were read from.</p></div>
      ) : (
        <DataTable columns={columns} rows={answer.rows} label="Raw tuples" height={420} file="tuples" rowHeight={27} />
      )}
    </div>
  );
}
