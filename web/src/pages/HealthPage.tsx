// Whether the logs come in: what was read, how old the newest is, what is missing, what could not be used.

import { useCallback, useMemo } from "react";
import { useSettings } from "../app/settings";
import { Chart } from "../charts/Chart";
import { type Palette } from "../charts/palette";
import { timeOption } from "../charts/time";
import { bytes, duration, exact, short } from "../format/numbers";
import { ago, moment, stamp } from "../format/times";
import { milliseconds, number, records, text, type Answer, type Row } from "../kusto/answer";
import { Panel } from "../panel/Panel";
import { lastPart } from "../table/cells";
import { DataTable, type TableColumn } from "../table/DataTable";
import { countColumn, timeColumn } from "./columns";
import { DoctorPanel } from "./DoctorPanel";
import { useTable } from "./useTable";

export function HealthPage() {
  return (
    <div className="grid">
      <Panel title="Read so far" name="health/totals" bare className="span-12 tiles-panel">
        {(answer) => <Totals answer={answer} />}
      </Panel>
      <DoctorPanel />
      <Panel title="Flow logs" name="health/flow-logs" className="span-12" note="The oldest newest record first: a flow log that stopped is at the top">
        {(answer) => <FlowLogs answer={answer} />}
      </Panel>
      <Panel title="Tuples by the day they were logged" name="health/volume" className="span-6">
        {(answer) => <Volume answer={answer} />}
      </Panel>
      <Panel title="Gaps" name="health/gaps" className="span-6" empty={<p>Every flow log has records in each hour between its first and its last.</p>} note="Hours without any record of a flow log that has records before and after">
        {(answer) => <Gaps answer={answer} />}
      </Panel>
      <Panel title="Not read in full, or not used" name="health/problems" className="span-12" empty={<p>Everything that was found could be read and used.</p>}>
        {(answer) => <Problems answer={answer} />}
      </Panel>
      <Panel title="Batches" name="health/batches" className="span-12">
        {(answer) => <Batches answer={answer} />}
      </Panel>
    </div>
  );
}

function Totals({ answer }: { answer: Answer }) {
  const { zone } = useSettings();
  const row: Row = records(answer)[0] ?? {};
  const value = (key: string) => number(row[key]);
  const tuples = value("Tuples") + value("TuplesDiscarded");
  const last = milliseconds(row["Last"]);
  const tiles: [string, string, string, string, number][] = [
    ["Blobs", short(value("Blobs")), exact(value("Blobs")), `${bytes(value("BytesRead"))} read`, value("Blobs")],
    ["Records", short(value("Records")), exact(value("Records")), value("RecordsDiscarded") === 0 ? "none discarded" : `${exact(value("RecordsDiscarded"))} discarded`, value("Records")],
    ["Flow tuples", short(value("Tuples")), exact(value("Tuples")), value("TuplesDiscarded") === 0 ? "none discarded" : `${exact(value("TuplesDiscarded"))} of ${short(tuples)} discarded`, value("Tuples")],
    ["Rows", short(value("Rows")), exact(value("Rows")), value("Rows") > 0 ? `${(value("Tuples") / value("Rows")).toFixed(1)} tuples a row` : "", value("Rows")],
    ["Last batch", ago(last, Date.now()), stamp(last, zone), moment(last, zone), last],
  ];
  return (
    <div className="tiles">
      {tiles.map(([title, shown, all, detail, raw]) => (
        <div key={title} className="tile flat">
          <span className="tile-title">{title}</span>
          <span className="tile-value" title={all} data-value={raw}>{shown}</span>
          <span className="tile-change"><small>{detail}</small></span>
        </div>
      ))}
    </div>
  );
}

function FlowLogs({ answer }: { answer: Answer }) {
  const { zone } = useSettings();
  const rows = useMemo(() => records(answer), [answer]);
  const columns = useMemo((): TableColumn<Row>[] => [
    { key: "FlowLogResourceId", title: "Flow log", width: 220, grow: 2, value: (r) => text(r["FlowLogResourceId"]), show: (r) => lastPart(text(r["FlowLogResourceId"])) },
    { ...timeColumn("Last", "Newest record", zone), width: 150 },
    { key: "Age", title: "Age", about: "how long ago its newest record was written", width: 100, value: (r) => -milliseconds(r["Last"]), show: (r) => ago(milliseconds(r["Last"]), Date.now()), hover: (r) => text(r["Last"]) },
    countColumn("Blobs", "Blobs", "blobs read"),
    countColumn("Nics", "NICs", "interfaces that log", { width: 64 }),
    countColumn("Bytes", "Bytes", "bytes read", { unit: "bytes" }),
    countColumn("Records", "Records", "records used"),
    countColumn("Tuples", "Tuples", "tuples used"),
    countColumn("Discarded", "Discarded", "tuples not used", { alarm: true, width: 88 }),
    countColumn("Partial", "Partial", "readings that ended early", { alarm: true, width: 70, optional: true }),
    countColumn("Copies", "Copies", "blobs that were copies of others", { width: 70, optional: true }),
    countColumn("MissingHours", "Missing hours", "hours without a record between the first and the newest", { alarm: true, width: 110 }),
  ], [zone]);
  return <DataTable columns={columns} rows={rows} label="Flow logs" height={340} file="flow-logs" />;
}

function Volume({ answer }: { answer: Answer }) {
  const { zone } = useSettings();
  const option = useCallback((c: Palette) => {
    const rows = records(answer);
    return timeOption({
      times: rows.map((r) => milliseconds(r["Time"])), step: 86_400_000, zone: "utc", kind: "bars", format: short, exact: (v) => `${exact(v)} tuples`,
      series: [
        { name: "Used", values: rows.map((r) => number(r["Tuples"])), colour: c.allowed },
        { name: "Discarded", values: rows.map((r) => number(r["Discarded"])), colour: c.malicious },
      ],
    }, c);
  }, [answer, zone]);
  return <Chart option={option} label="Tuples read, by the day they were logged" height={220} />;
}

function Gaps({ answer }: { answer: Answer }) {
  const { zone } = useSettings();
  const rows = useMemo(() => records(answer), [answer]);
  const columns = useMemo((): TableColumn<Row>[] => [
    { key: "FlowLogResourceId", title: "Flow log", width: 150, grow: 1, value: (r) => text(r["FlowLogResourceId"]), show: (r) => lastPart(text(r["FlowLogResourceId"])) },
    countColumn("Hours", "Hours", "length", { width: 64 }),
    timeColumn("From", "From", zone),
    timeColumn("To", "To", zone),
  ], [zone]);
  return <DataTable columns={columns} rows={rows} label="Gaps" height={200} file="gaps" />;
}

function Problems({ answer }: { answer: Answer }) {
  const { zone } = useSettings();
  const rows = useMemo(() => records(answer), [answer]);
  const columns = useMemo((): TableColumn<Row>[] => [
    { key: "State", title: "State", width: 76, value: (r) => text(r["State"]) },
    { key: "Detail", title: "Why", width: 220, grow: 2, value: (r) => text(r["Detail"]) || text(r["Discarded"]) },
    countColumn("TuplesDiscarded", "Tuples", "tuples not used", { alarm: true }),
    countColumn("RecordsDiscarded", "Records", "records not used", { alarm: true }),
    { key: "Blob", title: "Blob", width: 260, grow: 2, value: (r) => text(r["Blob"]), show: (r) => text(r["Blob"]).split("/").slice(-8).join("/") },
    timeColumn("TimeProcessed", "Read", zone),
  ], [zone]);
  return <DataTable columns={columns} rows={rows} label="Not read in full, or not used" height={320} file="problems" />;
}

function Batches({ answer }: { answer: Answer }) {
  const { colours, zone, rows } = useTable(answer);
  const columns = useMemo((): TableColumn<Row>[] => [
    { key: "Batch", title: "Batch", width: 70, align: "right", value: (r) => number(r["Batch"]) },
    { ...timeColumn("TimeProcessed", "Written", zone), grow: 1 },
    { key: "Seconds", title: "Took", width: 80, align: "right", value: (r) => number(r["Seconds"]), show: (r) => duration(number(r["Seconds"])) },
    countColumn("Blobs", "Blobs", "blobs, copies included"),
    countColumn("BytesRead", "Bytes", "bytes read", { unit: "bytes" }),
    countColumn("Records", "Records", "records used"),
    countColumn("Tuples", "Tuples", "tuples used", { bar: colours.allowed + "40" }),
    countColumn("TuplesDiscarded", "Discarded", "tuples not used", { alarm: true, width: 90 }),
    countColumn("Rows", "Rows", "rows written"),
    { key: "WrittenBy", title: "Written by", width: 110, grow: 0.5, value: (r) => text(r["WrittenBy"]) },
  ], [colours, zone]);
  return <DataTable columns={columns} rows={rows} label="Batches" height={300} file="batches" />;
}
