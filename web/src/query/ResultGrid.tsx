// The rows of any answer: columns by their types, each row in full when it is opened.

import { useMemo, useState } from "react";
import { Dialog } from "../app/Dialog";
import { useSettings } from "../app/settings";
import { stamp } from "../format/times";
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
      {open && (
        <Dialog title="Row" onClose={() => setOpen(null)} size="wide">
          <dl className="row-fields">
            {answer.columns.map((column, i) => (
              <div key={i}>
                <dt>{column.name}<small> {column.type}</small></dt>
                <dd><bdi>{column.type === "dynamic" && typeof open[i] === "object" && open[i] !== null ? <pre>{pretty(open[i])}</pre> : text(open[i]) || <span className="muted">{open[i] === null ? "null" : "blank"}</span>}</bdi></dd>
              </div>
            ))}
          </dl>
        </Dialog>
      )}
    </>
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
