// Applications: which ports carry traffic, who receives it, what of it is denied or malicious.

import { useMemo, useState } from "react";
import { usePage } from "../app/page";
import { text, type Answer, type Row } from "../kusto/answer";
import { Panel } from "../panel/Panel";
import { FilterCell } from "../table/cells";
import { DataTable, type TableColumn } from "../table/DataTable";
import { Trend } from "./Trend";
import { addressColumn, countColumn, fieldColumn, unitColumns } from "./columns";
import { byColumns } from "./flowsOf";
import { useTable } from "./useTable";

export function PortsPage() {
  const page = usePage();
  return (
    <div className="grid">
      <Panel title="The five ports that carry most" name="ports/trend" first className="span-12">
        {(answer) => (
          <Trend
            answer={answer} label="Trend of the top five ports"
            onName={(name) => page.narrow("port", name.slice(name.lastIndexOf("/") + 1))}
          />
        )}
      </Panel>
      <Panel title="Applications and ports" name="ports/ports" className="span-12" actions={<PortRanges />} note="A flow counts once, however many NICs logged it">
        {(answer) => <PortTable answer={answer} />}
      </Panel>
    </div>
  );
}

/** Narrows the page to ranges of ports. */
function PortRanges() {
  const page = usePage();
  const [typed, setTyped] = useState("");
  const parts = typed.split(/[,\s]+/).filter((p) => p !== "");
  const valid = parts.length > 0 && parts.every((p) => /^\d{1,5}(-\d{1,5})?$/.test(p));
  return (
    <form
      className="port-ranges"
      onSubmit={(e) => {
        e.preventDefault();
        if (!valid) return;
        const rest = page.filter.conditions.filter((c) => "kql" in c || c.field !== "port" || c.not);
        page.setFilter({ ...page.filter, conditions: [...rest, { field: "port", values: parts, not: false }] });
        setTyped("");
      }}
    >
      <input value={typed} aria-label="Port ranges" placeholder="Ports: 22, 8000-8999" aria-invalid={parts.length > 0 && !valid} onChange={(e) => setTyped(e.target.value)} />
      <button type="submit" className="button small" disabled={!valid}>Narrow</button>
    </form>
  );
}

function PortTable({ answer }: { answer: Answer }) {
  const { page, colours, unit, rows } = useTable(answer);
  const columns = useMemo((): TableColumn<Row>[] => [
    fieldColumn("L7Protocol", "Application", "app", 130, 1, false),
    { key: "DestPort", title: "Port", width: 74, align: "right", value: (r) => Number(text(r["DestPort"])), show: (r) => <FilterCell field="port" value={text(r["DestPort"])} /> },
    { key: "L4Protocol", title: "Protocol", width: 80, value: (r) => text(r["L4Protocol"]), show: (r) => <FilterCell field="protocol" value={text(r["L4Protocol"])} /> },
    ...unitColumns(unit, colours.allowed + "40"),
    countColumn("Allowed", "Allowed", "allowed flows"),
    countColumn("Denied", "Denied", "denied flows", { bar: colours.denied + "50" }),
    countColumn("Malicious", "Malicious", "malicious flows", { alarm: true, optional: true }),
    countColumn("Receivers", "Receivers", "addresses that were called", { width: 82 }),
    addressColumn("TopReceiver", "Top receiver", "destination"),
  ], [unit, colours]);
  return <DataTable columns={columns} rows={rows} label="Applications and ports" height={680} file="ports" onRow={(r) => page.showFlows(byColumns(r, `Flows to port ${text(r["DestPort"])}`, { port: "DestPort", protocol: "L4Protocol" }))} />;
}
