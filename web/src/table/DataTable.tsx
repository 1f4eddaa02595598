// A table that holds any number of rows: only those in sight are drawn. Sorted by its heads, searched by its box,
// walked with the keys, copied as text.

import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";
import { copy } from "../app/clipboard";
import { Icon } from "../app/icons";

export type Cell = string | number | bigint | boolean | null | undefined;

export interface TableColumn<R> {
  key: string;
  title: string;
  /** What the numbers mean, when the head is pointed at. */
  about?: string;
  /** The value that is sorted, searched and copied. */
  value: (row: R) => Cell;
  /** What is shown; the value as text without it. */
  show?: (row: R) => ReactNode;
  /** Exact value when pointed at. */
  hover?: (row: R) => string;
  align?: "left" | "right";
  /** Least width in pixels; what is left over goes to columns by `grow`. */
  width: number;
  grow?: number;
  /** Left out while every row is blank or 0: what only some data has. */
  optional?: boolean;
  /** A bar behind the number, as long as its share of the largest. */
  bar?: string;
}

export interface DataTableProps<R> {
  columns: TableColumn<R>[];
  rows: R[];
  label: string;
  /** Most pixels that the body takes before it scrolls. */
  height?: number;
  /** Column and direction to begin with; the order of the rows without it. */
  sort?: { key: string; descending: boolean };
  searchable?: boolean;
  onRow?: (row: R) => void;
  /** Name of the file that is saved. */
  file?: string;
  /** Row height in pixels. */
  rowHeight?: number;
}

export function DataTable<R>(props: DataTableProps<R>) {
  const { rows, label, height = 420, searchable = true, onRow, file = "weir", rowHeight = 30 } = props;
  const columns = useMemo(
    () => props.columns.filter((c) => !c.optional || rows.some((r) => !blank(c.value(r)))),
    [props.columns, rows],
  );
  const [sort, setSort] = useState(props.sort ?? null);
  const [search, setSearch] = useState("");
  const [active, setActive] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);

  const found = useMemo(() => {
    const words = search.trim().toLowerCase();
    return words === "" ? rows : rows.filter((row) => columns.some((c) => plain(c.value(row)).toLowerCase().includes(words)));
  }, [rows, columns, search]);
  const sorted = useMemo(() => {
    const column = sort && columns.find((c) => c.key === sort.key);
    if (!column) return found;
    const sign = sort.descending ? -1 : 1;
    return [...found].sort((a, b) => sign * compare(column.value(a), column.value(b)));
  }, [found, sort, columns]);
  const largest = useMemo(
    () => new Map(columns.filter((c) => c.bar).map((c) => [c.key, rows.reduce((m, r) => Math.max(m, Number(c.value(r)) || 0), 0)])),
    [rows, columns],
  );

  const virtual = useVirtualizer({ count: sorted.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12 });
  useEffect(() => setActive((at) => Math.min(at, Math.max(sorted.length - 1, 0))), [sorted.length]);

  const template = columns.map((c) => `minmax(${leastWidth(c)}px, ${c.grow ?? 0.001}fr)`).join(" ");
  const least = columns.reduce((sum, c) => sum + leastWidth(c), 0) + 2;

  const [beyond, look] = useBeyond(scroller, least);

  const onKey = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const step: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const move = step[event.key];
    if (event.target !== scroller.current) return;
    if (move !== undefined) {
      event.preventDefault();
      const to = Math.max(0, Math.min(sorted.length - 1, active + move));
      setActive(to);
      virtual.scrollToIndex(to);
    } else if (event.key === "Enter" && onRow) {
      // What the row opens takes the focus, and must not take the key as well.
      event.preventDefault();
      const row = sorted[active];
      if (row !== undefined) onRow(row);
    } else if (event.key === "c" && (event.ctrlKey || event.metaKey) && getSelection()?.isCollapsed !== false) {
      const row = sorted[active];
      if (row !== undefined) void copy(columns.map((c) => plain(c.value(row))).join("\t"));
    }
  };

  return (
    <div className="data-table">
      {(searchable && rows.length > 8) && (
        <div className="table-tools">
          <label className="table-search">
            <Icon name="search" size={15} />
            <input type="search" value={search} placeholder="Search in this table" aria-label={`Search in ${label}`} onChange={(e) => setSearch(e.target.value)} />
          </label>
          <span className="muted" aria-live="polite">
            {sorted.length === rows.length ? `${rows.length.toLocaleString("en-GB")} rows` : `${sorted.length.toLocaleString("en-GB")} of ${rows.length.toLocaleString("en-GB")} rows`}
          </span>
          <button type="button" className="button quiet small" title="Copy the rows, columns apart by tabs" aria-label={`Copy ${label}`} onClick={() => void copy(textOf(columns, sorted, "\t"))}>
            <Icon name="copy" size={15} />
          </button>
          <button type="button" className="button quiet small" title="Save the rows as CSV" aria-label={`Save ${label} as CSV`} onClick={() => save(textOf(columns, sorted, ","), `${file}.csv`)}>
            <Icon name="download" size={15} />
          </button>
        </div>
      )}
      <div className={beyond ? "table-frame beyond" : "table-frame"}>
        <div
          ref={scroller} className="table-scroll" style={{ maxHeight: `calc(${height}px * var(--tall, 1))` }} tabIndex={0} role="grid" aria-label={label}
          aria-rowcount={sorted.length + 1} aria-colcount={columns.length} aria-activedescendant={undefined} onKeyDown={onKey} onScroll={look}
        >
          <div className="table-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template, minWidth: least }}>
            {columns.map((column) => (
              <div key={column.key} role="columnheader" className={column.align === "right" ? "th right" : "th"} aria-sort={sort?.key === column.key ? (sort.descending ? "descending" : "ascending") : "none"}>
                <button
                  type="button" title={column.about ?? column.title} tabIndex={-1}
                  onClick={() => setSort((old) => (old?.key === column.key ? (old.descending === (column.align === "right") ? { key: column.key, descending: !old.descending } : null) : { key: column.key, descending: column.align === "right" }))}
                >
                  <span>{column.title}</span>
                  {sort?.key === column.key && <span className="sort" aria-hidden="true">{sort.descending ? "▾" : "▴"}</span>}
                </button>
              </div>
            ))}
          </div>
          <div className="table-rows" role="rowgroup" style={{ height: virtual.getTotalSize(), minWidth: least }}>
            {virtual.getVirtualItems().map((item) => {
              const row = sorted[item.index];
              if (row === undefined) return null;
              return (
                <div
                  key={item.key} role="row" aria-rowindex={item.index + 2} aria-selected={item.index === active}
                  className={`tr${item.index === active ? " active" : ""}${onRow ? " link" : ""}`}
                  style={{ gridTemplateColumns: template, height: rowHeight, transform: `translateY(${item.start}px)` }}
                  onClick={() => {
                    setActive(item.index);
                    onRow?.(row);
                  }}
                >
                  {columns.map((column) => {
                    const value = column.value(row);
                    const shown = column.show ? column.show(row) : plain(value);
                    const share = column.bar && (largest.get(column.key) ?? 0) > 0 ? (100 * Number(value)) / (largest.get(column.key) ?? 1) : 0;
                    return (
                      <div key={column.key} role="gridcell" className={column.align === "right" ? "td right" : "td"} title={column.hover ? column.hover(row) : plain(value)}>
                        {share > 0 && <span className="td-bar" style={{ width: `${share}%`, background: column.bar }} />}
                        {column.align === "right" ? <span className="td-text">{shown}</span> : <bdi className="td-text">{shown}</bdi>}
                      </div>
                    );
                  })}
                </div>
              );
            })}
          </div>
        </div>
      </div>
      {sorted.length === 0 && rows.length > 0 && <p className="message muted">No row has “{search.slice(0, 60)}”.</p>}
    </div>
  );
}

/** Whether there are columns beyond the right edge, and what looks again. */
function useBeyond(scroller: RefObject<HTMLDivElement | null>, width: number): [boolean, () => void] {
  const [beyond, setBeyond] = useState(false);
  const look = useCallback(() => {
    const element = scroller.current;
    if (element) setBeyond(element.scrollWidth - element.clientWidth - element.scrollLeft > 4);
  }, [scroller]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller, look, width]);
  return [beyond, look];
}

/** The column's own width, or what its head takes with the arrow of the sort. */
function leastWidth(column: { width: number; title: string }): number {
  return Math.max(column.width, Math.ceil(column.title.length * 7.4) + 30);
}

function blank(value: Cell): boolean {
  return value === null || value === undefined || value === "" || value === 0;
}

export function plain(value: Cell): string {
  return value === null || value === undefined ? "" : String(value);
}

// Nulls and blanks last in either direction would surprise less, but then a reversed table is not the reverse.
function compare(a: Cell, b: Cell): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  if ((typeof a === "number" || typeof a === "bigint") && (typeof b === "number" || typeof b === "bigint")) return a < b ? -1 : 1;
  return plain(a).localeCompare(plain(b), "en", { numeric: true });
}

function textOf<R>(columns: TableColumn<R>[], rows: R[], separator: "," | "\t"): string {
  const field = (text: string) =>
    separator === "\t" ? text.replace(/[\t\r\n]+/g, " ") : /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  // A spreadsheet runs what begins like a formula: such text gets a quote in front.
  const safe = (value: Cell) => (typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? "'" + value : plain(value));
  return [columns.map((c) => field(c.title)), ...rows.map((r) => columns.map((c) => field(safe(c.value(r)))))].map((l) => l.join(separator)).join("\r\n");
}

export function save(content: string | Blob, name: string): void {
  const address = URL.createObjectURL(typeof content === "string" ? new Blob([content], { type: "text/csv;charset=utf-8" }) : content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
