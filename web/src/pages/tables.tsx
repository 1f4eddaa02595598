// Tables that several pages show.

import { useMemo } from "react";
import { usePage } from "../app/page";
import { useDark } from "../app/settings";
import { palette } from "../charts/palette";
import { bytes, exact, short } from "../format/numbers";
import { number, records, text, type Answer, type Row } from "../kusto/answer";
import { AddressCell, FilterCell, lastPart } from "../table/cells";
import { DataTable, type TableColumn } from "../table/DataTable";

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

export function Pairs({ answer, height }: { answer: Answer; height: number }) {
  const page = usePage();
  const colours = palette(useDark());
  const unit = page.filter.unit;
  const rows = useMemo(() => records(answer), [answer]);
  const columns = useMemo(
    (): TableColumn<Row>[] => [
      addressColumn("A", "Address"),
      addressColumn("B", "Address"),
      ...unitColumns(unit, colours.allowed + "40").slice(0, unit === "bytes" ? 1 : 2),
      countColumn("AToB", "→", "bytes from the first to the second", { unit: "bytes" }),
      countColumn("BToA", "←", "bytes from the second to the first", { unit: "bytes" }),
      countColumn("Denied", "Denied", "flows that were denied"),
      countColumn("Malicious", "Malicious", "flows with an address of a threat feed", { alarm: true, optional: true }),
    ],
    [unit, colours],
  );
  return <DataTable columns={columns} rows={rows} label="Top talking pairs" height={height} file="pairs" />;
}

export function DeniedRules({ answer, height }: { answer: Answer; height: number }) {
  const colours = palette(useDark());
  const rows = useMemo(() => records(answer), [answer]);
  const columns = useMemo(
    (): TableColumn<Row>[] => [
      fieldColumn("AclRule", "Rule", "rule", 104, 1.5),
      fieldColumn("AclGroup", "Group", "group", 76, 1),
      countColumn("Flows", "Denied", "flows that were denied", { bar: colours.denied + "50" }),
      countColumn("Sources", "Sources", "different source addresses", { width: 76 }),
    ],
    [colours],
  );
  return <DataTable columns={columns} rows={rows} label="Top denying rules" height={height} sort={{ key: "Flows", descending: true }} file="denied-rules" />;
}
