// The rows of any answer: columns by their types, each row in full when it is opened.

import { useMemo, useState } from "react";
import { Dialog } from "../app/Dialog";
import { useSettings } from "../app/settings";
import { listed } from "../format/names";
import { stamp } from "../format/times";
import { addressesMissing, fit, queryOf } from "../flows/raw";
import { RawTuples } from "../flows/RawTuples";
import { milliseconds, text, type Answer, type Column, type Value } from "../kusto/answer";
import { DataTable, type Cell, type TableColumn } from "../table/DataTable";

const NUMBERS = new Set(["int", "long", "real", "decimal"]);

interface Numbered {
  at: number;
  row: Value[];
}

export function ResultGrid({ answer, height }: { answer: Answer; height: number }) {
  const { zone } = useSettings();
  const [open, setOpen] = useState<Value[] | null>(null);
  const rows = useMemo(() => answer.rows.map((row, at): Numbered => ({ at, row })), [answer]);
  const columns = useMemo(
    (): TableColumn<Numbered>[] => [
      { key: "#", title: "#", width: 52, align: "right", value: (r) => r.at + 1, show: (r) => <span className="muted">{r.at + 1}</span> },
      ...answer.columns.map((column, i): TableColumn<Numbered> => ({
        key: `${i}`, title: column.name, about: `${column.name}: ${column.type}`, width: widthOf(column, answer.rows, i), grow: 1,
        align: NUMBERS.has(column.type) ? "right" : "left",
        value: (r) => cellValue(column, r.row[i] ?? null),
        show: (r) => shown(column, r.row[i] ?? null, zone),
        hover: (r) => (column.type === "datetime" ? `${text(r.row[i])}\n${stamp(milliseconds(r.row[i]), "local")} local time` : text(r.row[i]).slice(0, 2000)),
      })),
    ],
    [answer, zone],
  );
  return (
    <>
      <DataTable columns={columns} rows={rows} label="Result" height={height} file="result" rowHeight={27} onRow={(r) => setOpen(r.row)} />
      {open && <RowDialog columns={answer.columns} row={open} onClose={() => setOpen(null)} />}
    </>
  );
}

/** One row in full, and where it is one of flows, the tuples behind it. */
function RowDialog({ columns, row, onClose }: { columns: Column[]; row: Value[]; onClose: () => void }) {
  const [tuples, setTuples] = useState(false);
  const { some, missing, loose } = useMemo(() => fit(columns), [columns]);
  const record = useMemo(() => Object.fromEntries(columns.map((column, i) => [column.name, row[i] ?? null])), [columns, row]);
  const addresses = missing.length === 0 ? addressesMissing(record) : null;
  const wanted = addresses ? [addresses] : missing;
  return (
    <Dialog title="Row" onClose={onClose} size={tuples ? "huge" : "wide"}>
      {some && (
        <div className="row">
          <button type="button" className="button small" aria-pressed={tuples} disabled={wanted.length > 0} onClick={() => setTuples(!tuples)}>Raw tuples</button>
          {wanted.length > 0 && (
            <span className="muted hint">
              {addresses
                ? `This row stands for many addresses: its raw tuples are found by the column ${addresses} of NTANetAnalytics, which the query leaves out.`
                : `Raw tuples are found for rows of NTANetAnalytics. This answer has no ${listed(wanted)}.`}
            </span>
          )}
        </div>
      )}
      {tuples && <RawTuples query={queryOf(record)} loose={loose} height={260} />}
      <dl className="row-fields">
        {columns.map((column, i) => (
          <div key={i}>
            <dt>{column.name}<small> {column.type}</small></dt>
            <dd><bdi>{column.type === "dynamic" && typeof row[i] === "object" && row[i] !== null ? <pre>{pretty(row[i])}</pre> : text(row[i]) || <span className="muted">{row[i] === null ? "null" : "blank"}</span>}</bdi></dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

function pretty(value: Value | undefined): string {
  return JSON.stringify(value, (_k, v: unknown) => (typeof v === "bigint" ? v.toString() : v), 2);
}

function cellValue(column: Column, value: Value): Cell {
  if (column.type === "decimal" && typeof value === "string") return Number(value);
  return value !== null && typeof value === "object" ? text(value) : value;
}

function shown(column: Column, value: Value, zone: "utc" | "local") {
  if (value === null) return <span className="muted">null</span>;
  if (column.type === "datetime") return stamp(milliseconds(value), zone);
  // Beyond what is seen in a cell nothing is gained by more text.
  return text(value).slice(0, 400);
}

function widthOf(column: Column, rows: Value[][], i: number): number {
  if (column.type === "datetime") return Math.max(165, 20 + column.name.length * 8);
  const longest = rows.slice(0, 200).reduce((most, row) => Math.max(most, Math.min(text(row[i]).length, 60)), 3);
  return Math.min(Math.max(longest * 7.6 + 24, column.name.length * 7.8 + 30), 420);
}
