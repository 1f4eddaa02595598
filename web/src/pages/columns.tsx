// Columns that several tables have.

import { bytes, exact, short } from "../format/numbers";
import { stamp } from "../format/times";
import { milliseconds, number, text, type Row } from "../kusto/answer";
import { AddressCell, FilterCell, lastPart } from "../table/cells";
import type { TableColumn } from "../table/DataTable";

/** A column of counts: short to read, exact when pointed at. */
export function countColumn(key: string, title: string, about: string, options: { width?: number; bar?: string; unit?: "bytes" | "flows" | "packets"; alarm?: boolean; optional?: boolean } = {}): TableColumn<Row> {
  const { width = 84, bar, unit, alarm = false, optional = false } = options;
  return {
    key, title, about, align: "right", width,
    value: (r) => number(r[key]),
    show: (r) => {
      const value = number(r[key]);
      const shown = unit === "bytes" ? bytes(value) : short(value);
      return value === 0 ? <span className="muted">0</span> : alarm ? <b className="alarm">{shown}</b> : shown;
    },
    hover: (r) => exact(number(r[key]), unit),
    ...(bar ? { bar } : {}),
    optional,
  };
}

export function addressColumn(key: string, title: string, field = "ip"): TableColumn<Row> {
  return { key, title, width: 128, grow: 1, value: (r) => text(r[key]), show: (r) => <AddressCell value={text(r[key])} field={field} /> };
}

export function fieldColumn(key: string, title: string, field: string, width = 130, grow = 1, short = true): TableColumn<Row> {
  // Without an inventory nothing has these names.
  const optional = ["vm", "subnet", "nic", "vnet"].includes(field);
  return { key, title, width, grow, optional, value: (r) => text(r[key]), show: (r) => <FilterCell field={field} value={text(r[key])} {...(short ? { shown: lastPart(text(r[key])) } : {})} /> };
}

/** The column of the page's unit first, with a bar. */
export function unitColumns(unit: "bytes" | "packets" | "flows", colour: string): TableColumn<Row>[] {
  const all = {
    bytes: countColumn("Bytes", "Bytes", "both directions", { unit: "bytes", width: 96, ...(unit === "bytes" ? { bar: colour } : {}) }),
    packets: countColumn("Packets", "Packets", "both directions", { width: 90, ...(unit === "packets" ? { bar: colour } : {}) }),
    flows: countColumn("Flows", "Flows", "begun and denied", { width: 84, ...(unit === "flows" ? { bar: colour } : {}) }),
  };
  return [all[unit], ...(["bytes", "packets", "flows"] as const).filter((u) => u !== unit).map((u) => all[u])];
}

export function timeColumn(key: string, title: string, zone: "utc" | "local"): TableColumn<Row> {
  return {
    key, title, width: 136,
    value: (r) => text(r[key]), show: (r) => stamp(milliseconds(r[key]), zone, false), hover: (r) => text(r[key]),
  };
}

export function countryColumn(key: string): TableColumn<Row> {
  return { key, title: "Country", width: 112, grow: 0.2, optional: true, value: (r) => countryName(text(r[key])) };
}

export function listColumn(key: string, title: string, about: string, width = 150): TableColumn<Row> {
  return { key, title, about, width, grow: 0.6, optional: true, value: (r) => list(r[key]) };
}

/** The values of a list, apart by commas. */
export function list(value: Row[string] | undefined): string {
  return Array.isArray(value) ? value.map(text).join(", ") : text(value);
}

const COUNTRY = new Intl.DisplayNames("en", { type: "region", fallback: "code" });

export function countryName(code: string): string {
  try {
    return /^[a-z]{2}$/i.test(code) ? (COUNTRY.of(code.toUpperCase()) ?? code) : code;
  } catch {
    return code;
  }
}
