// What a security analyst looks at first: malicious traffic that was allowed, scans, transfers out, networks outside.

import { useMemo, useState } from "react";
import { navigate } from "../app/router";
import { useDark } from "../app/settings";
import { palette } from "../charts/palette";
import { records, text, type Answer, type Row } from "../kusto/answer";
import { Panel } from "../panel/Panel";
import { DataTable, type TableColumn } from "../table/DataTable";
import { addressColumn, countColumn, countryColumn, fieldColumn, listColumn, timeColumn } from "./columns";
import { byColumns, pair } from "./flowsOf";
import { useTable } from "./useTable";

export function SecurityPage() {
  return (
    <div className="grid">
      <Panel
        title="Traffic with malicious addresses" name="security/malicious" first className="span-12"
        empty={<p>No flow is known to be malicious in this time. Without a threat feed none can be.</p>} actions={<LookUp />}
      >
        {(answer) => <Malicious answer={answer} />}
      </Panel>
      <Panel title="Large transfers out" name="security/transfers" className="span-12" empty={<p>Nobody sent more to the outside than came back.</p>} note="Hosts that sent more to an address outside than it sent back">
        {(answer) => <Transfers answer={answer} />}
      </Panel>
      <Panel title="Sources that knock on many doors" name="security/scans" className="span-6 wide-12" empty={<p>No source was denied at five hosts or ports.</p>} note="Five hosts or ports at least, most of it denied">
        {(answer) => <Scans answer={answer} />}
      </Panel>
      <Panel title="Networks that hosts send to" name="security/networks" className="span-6 wide-12" empty={<p>Nothing was sent to the outside.</p>}>
        {(answer) => <Networks answer={answer} />}
      </Panel>
    </div>
  );
}

function LookUp() {
  const [typed, setTyped] = useState("");
  const address = typed.trim();
  return (
    <form className="port-ranges" onSubmit={(e) => { e.preventDefault(); if (address) navigate(`/address/${encodeURIComponent(address)}${location.search}`); }}>
      <input value={typed} aria-label="Look up an address" placeholder="Look up an address" onChange={(e) => setTyped(e.target.value)} />
      <button type="submit" className="button small" disabled={!address}>Look up</button>
    </form>
  );
}

function Malicious({ answer }: { answer: Answer }) {
  const { page, zone, rows } = useTable(answer);
  const columns = useMemo((): TableColumn<Row>[] => [
    addressColumn("Address", "Malicious address"),
    addressColumn("Host", "Host"),
    fieldColumn("Vm", "VM", "vm", 100, 0.6),
    { key: "FlowDirection", title: "Direction", width: 86, value: (r) => text(r["FlowDirection"]) },
    countColumn("Allowed", "Allowed", "allowed flows", { alarm: true }),
    countColumn("Denied", "Denied", "denied flows"),
    countColumn("Sent", "Sent", "bytes sent by the host", { unit: "bytes" }),
    countColumn("Received", "Received", "bytes received by the host", { unit: "bytes" }),
    { key: "ThreatType", optional: true, title: "Threat", width: 100, grow: 0.5, value: (r) => text(r["ThreatType"]) },
    { key: "ThreatDescription", optional: true, title: "Description", width: 140, grow: 1, value: (r) => text(r["ThreatDescription"]) },
    { key: "Owner", optional: true, title: "Owner", width: 120, grow: 0.7, value: (r) => text(r["Owner"]) },
    countryColumn("Country"),
    listColumn("Ports", "Ports", "some of the ports", 100),
    timeColumn("Last", "Last", zone),
  ], [zone]);
  return <DataTable columns={columns} rows={rows} label="Traffic with malicious addresses" height={380} file="malicious" onRow={(r) => page.showFlows(pair(text(r["Host"]), text(r["Address"])))} />;
}

function Transfers({ answer }: { answer: Answer }) {
  const { page, colours, zone, rows } = useTable(answer);
  const columns = useMemo((): TableColumn<Row>[] => [
    addressColumn("SrcIp", "Host", "source"),
    fieldColumn("SrcVm", "VM", "vm", 100, 0.6),
    addressColumn("Address", "Address outside"),
    countryColumn("Country"),
    { key: "App", title: "Application", width: 140, grow: 0.7, value: (r) => text(r["App"]) },
    countColumn("Sent", "Sent", "bytes sent", { unit: "bytes", bar: colours.outbound + "40" }),
    countColumn("Received", "Received", "bytes received", { unit: "bytes" }),
    countColumn("Days", "Days", "days with traffic", { width: 62 }),
    countColumn("MostInADay", "Most in a day", "bytes sent on the busiest day", { unit: "bytes", width: 110 }),
    timeColumn("BusiestDay", "Busiest day", zone),
  ], [colours, zone]);
  return <DataTable columns={columns} rows={rows} label="Large transfers out" height={380} file="transfers" onRow={(r) => page.showFlows(pair(text(r["SrcIp"]), text(r["Address"])))} />;
}

function Scans({ answer }: { answer: Answer }) {
  const { page, colours, zone, rows } = useTable(answer);
  const columns = useMemo((): TableColumn<Row>[] => [
    addressColumn("SrcIp", "Source", "source"),
    { key: "Kind", title: "Many", width: 66, value: (r) => text(r["Kind"]), show: (r) => text(r["Kind"]).replace(/^many /, "").replace("hosts and ports", "both"), hover: (r) => text(r["Kind"]) },
    countColumn("Hosts", "Hosts", "hosts it tried", { width: 64 }),
    countColumn("Ports", "Ports", "ports it tried", { width: 64 }),
    countColumn("Denied", "Denied", "denied flows", { bar: colours.denied + "50", width: 76 }),
    countColumn("Allowed", "Allowed", "allowed flows", { width: 76, optional: true }),
    timeColumn("Last", "Last", zone),
  ], [colours, zone]);
  return <DataTable columns={columns} rows={rows} label="Sources that knock on many doors" height={400} file="scans" onRow={(r) => page.showFlows(byColumns(r, `Flows from ${text(r["SrcIp"])}`, { source: "SrcIp" }))} />;
}

function Networks({ answer }: { answer: Answer }) {
  const colours = palette(useDark());
  const rows = useMemo(() => records(answer), [answer]);
  const columns = useMemo((): TableColumn<Row>[] => [
    { key: "Network", title: "Network", width: 130, grow: 1, value: (r) => text(r["Network"]) },
    countColumn("Sent", "Sent", "bytes sent to it", { unit: "bytes", bar: colours.outbound + "40" }),
    countColumn("Received", "Received", "bytes received from it", { unit: "bytes" }),
    countColumn("Hosts", "Hosts", "hosts that send to it", { width: 64 }),
    countColumn("Addresses", "IPs", "addresses of it", { width: 64 }),
    countColumn("Malicious", "Malicious", "malicious flows", { alarm: true, optional: true }),
  ], [colours]);
  return <DataTable columns={columns} rows={rows} label="Networks that hosts send to" height={400} file="networks" />;
}
