// Tables that several pages show.

import { useMemo } from "react";
import { text, type Answer, type Row } from "../kusto/answer";
import { DataTable, type TableColumn } from "../table/DataTable";
import { addressColumn, countColumn, unitColumns } from "./columns";
import { pair } from "./flowsOf";
import { useTable } from "./useTable";

export function Pairs({ answer, height }: { answer: Answer; height: number }) {
  const { page, colours, unit, rows } = useTable(answer);
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
  return <DataTable columns={columns} rows={rows} label="Top talking pairs" height={height} file="pairs" onRow={(r) => page.showFlows(pair(text(r["A"]), text(r["B"])))} />;
}
