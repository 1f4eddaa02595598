// The rows of the flow table behind a number: whatever a table shows in sum, here it is flow by flow.

import { useMemo, useState } from "react";
import { Dialog } from "../app/Dialog";
import { usePage, type Flows } from "../app/page";
import { useSettings } from "../app/settings";
import { exact } from "../format/numbers";
import { add, conditionKql, label } from "../filter/model";
import { records, text, type Row } from "../kusto/answer";
import { useQuery } from "../kusto/useQuery";
import { Empty, Failure, open as openQuery } from "../panel/Panel";
import { queryOf } from "./raw";
import { RawTuples } from "./RawTuples";
import { Segments } from "../filter/FilterBar";
import { DataTable, type TableColumn } from "../table/DataTable";
import { lastPart } from "../table/cells";
import { countColumn, timeColumn } from "../pages/columns";

const ROWS_MAX = 500;

export function FlowsDialog({ flows, onClose }: { flows: Flows; onClose: () => void }) {
  const page = usePage();
  const { zone } = useSettings();
  const [row, setRow] = useState<Row | null>(null);
  const [view, setView] = useState<"rows" | "raw">("rows");
  const conditions = flows.conditions.map(conditionKql);
  const text_ = page.compose("flows/rows", { rows: String(ROWS_MAX) }, conditions);
  const state = useQuery(text_, page.database, page.version);
  const rows = useMemo(() => (state.answer ? records(state.answer) : []), [state.answer]);
  const columns = useMemo((): TableColumn<Row>[] => [
    { ...timeColumn("FlowStartTime", "First", zone), width: 140 },
    { key: "SrcIp", title: "Source", width: 118, grow: 1, value: (r) => text(r["SrcIp"]) || text(r["SrcPublicIps"]).split("|")[0], hover: (r) => ends(r, "Src") },
    { key: "DestIp", title: "Destination", width: 118, grow: 1, value: (r) => text(r["DestIp"]) || text(r["DestPublicIps"]).split("|")[0], hover: (r) => ends(r, "Dest") },
    { key: "DestPort", title: "Port", width: 92, value: (r) => `${text(r["L4Protocol"])} ${text(r["DestPort"])}`, hover: (r) => text(r["L7Protocol"]) },
    { key: "FlowDirection", title: "Direction", width: 84, value: (r) => text(r["FlowDirection"]) },
    { key: "FlowStatus", title: "Status", width: 74, value: (r) => text(r["FlowStatus"]), show: (r) => (text(r["FlowStatus"]) === "Denied" ? <b className="denied">Denied</b> : text(r["FlowStatus"])) },
    countColumn("Flows", "Flows", "flows begun or denied", { width: 62 }),
    countColumn("BytesSrcToDest", "→", "bytes from source to destination", { unit: "bytes" }),
    countColumn("BytesDestToSrc", "←", "bytes from destination to source", { unit: "bytes" }),
    { key: "AclRule", title: "Rule", width: 110, grow: 1, value: (r) => text(r["AclRule"]), hover: (r) => `${text(r["AclRule"])} of ${text(r["AclGroup"])}` },
    { key: "FlowType", title: "Type", width: 120, value: (r) => text(r["FlowType"]) },
  ], [zone]);
  return (
    <Dialog title={flows.title} onClose={onClose} size="huge">
      <div className="row">
        <span className="muted">Narrow to</span>
        {flows.conditions.map((condition, i) => (
          <button
            key={i} type="button" className="button small" title={`Add to the filter: ${label(condition)}`}
            onClick={() => { page.setFilter(add(page.filter, condition)); onClose(); }}
          >
            <bdi className="ellipsis">{label(condition)}</bdi>
          </button>
        ))}
        {!row && <Segments label="What is shown" value={view} onChange={setView} options={[{ value: "rows", title: "Rows" }, { value: "raw", title: "Raw tuples" }]} />}
        <span className="muted end">{view === "rows" && state.answer && `${exact(rows.length)} ${rows.length === 1 ? "row" : "rows"}${rows.length >= ROWS_MAX ? ", the newest" : ""}`}</span>
        <button type="button" className="button small" onClick={() => { onClose(); openQuery(text_); }}>Open in the query page</button>
      </div>
      {row ? (
        <FlowRow row={row} onBack={() => setRow(null)} />
      ) : view === "raw" ? (
        <RawTuples query={page.compose("flows/tuples", {}, conditions)} />
      ) : state.error ? (
        <Failure message={state.error.message} onRetry={state.retry} />
      ) : rows.length > 0 ? (
        <DataTable columns={columns} rows={rows} label="Flows" height={440} file="flows" onRow={setRow} />
      ) : state.running ? (
        <div className="message waiting" aria-busy="true"><div className="skeleton" /><div className="skeleton" /><div className="skeleton" /></div>
      ) : (
        <Empty />
      )}
    </Dialog>
  );
}

function ends(row: Row, side: "Src" | "Dest"): string {
  return [row[`${side}Ip`], row[`${side}Vm`], row[`${side}Subnet`], row[`${side}PublicIps`]].map(text).filter((t) => t !== "").join("\n");
}

/** One row in full. */
function FlowRow({ row, onBack }: { row: Row; onBack: () => void }) {
  const [tuples, setTuples] = useState(false);
  return (
    <div className="stack">
      <div className="row">
        <button type="button" className="button small" onClick={onBack}>Back to the rows</button>
        <button type="button" className="button small" aria-pressed={tuples} onClick={() => setTuples(!tuples)}>Raw tuples</button>
      </div>
      {tuples && <RawTuples query={queryOf(row)} height={260} />}
      <dl className="row-fields">
        {Object.entries(row).filter(([, value]) => text(value) !== "").map(([name, value]) => (
          <div key={name}><dt>{name}</dt><dd title={text(value)}><bdi>{name === "AclGroup" ? lastPart(text(value)) : text(value)}</bdi></dd></div>
        ))}
      </dl>
    </div>
  );
}
