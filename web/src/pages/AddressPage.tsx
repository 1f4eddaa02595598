// Everything that is known of one address.

import { useCallback, useMemo } from "react";
import { usePage } from "../app/page";
import { useSettings } from "../app/settings";
import { Chart } from "../charts/Chart";
import { type Palette } from "../charts/palette";
import { fill, timeOption } from "../charts/time";
import { bars } from "../filter/time";
import { amount, bytes, exact, short } from "../format/numbers";
import { stamp } from "../format/times";
import { milliseconds, number, records, text, type Answer, type Row } from "../kusto/answer";
import { string } from "../kusto/literal";
import { Panel } from "../panel/Panel";
import { FilterCell } from "../table/cells";
import { DataTable, type TableColumn } from "../table/DataTable";
import { addressColumn, countColumn, countryName, fieldColumn, list, listColumn, timeColumn, unitColumns } from "./columns";
import { is, pair } from "./flowsOf";
import { useTable } from "./useTable";

export function AddressPage({ address }: { address: string }) {
  const page = usePage();
  const parameters = { address: string(address) };
  return (
    <div className="grid">
      <Panel
        title="In the flows" name="address/facts" parameters={parameters} className="span-8" empty={<p>No flow of this time has this address.</p>}
        actions={<button type="button" className="button small" onClick={() => page.narrow("ip", address)}>Add to the filter</button>}
      >
        {(answer) => <Facts answer={answer} />}
      </Panel>
      <div className="span-4 stack">
        <Panel title="Owner and threats" name="address/details" parameters={parameters} empty={<p>The tables know neither an owner nor a threat for it.</p>}>
          {(answer) => <Details answer={answer} />}
        </Panel>
        <Panel title="In the inventory" name="address/resource" parameters={parameters} empty={<p>No resource of an inventory has it.</p>}>
          {(answer) => <Resource answer={answer} />}
        </Panel>
      </div>
      <Panel title="Sent and received over time" name="address/trend" parameters={parameters} className="span-12" empty={<p>No flow of this time has this address.</p>}>
        {(answer) => <Over answer={answer} />}
      </Panel>
      <Panel title="Peers" name="address/peers" parameters={parameters} className="span-7" empty={<p>None.</p>}>
        {(answer) => <Peers answer={answer} address={address} />}
      </Panel>
      <Panel title="Ports" name="address/ports" parameters={parameters} className="span-5" empty={<p>None.</p>}>
        {(answer) => <Ports answer={answer} address={address} />}
      </Panel>
    </div>
  );
}

interface Fact {
  title: string;
  value: string;
  hover?: string;
  alarm?: boolean;
}

function FactList({ facts }: { facts: Fact[] }) {
  return (
    <dl className="facts">
      {facts.filter((f) => f.value !== "").map((f) => (
        <div key={f.title}><dt>{f.title}</dt><dd className={f.alarm ? "alarm" : ""} title={f.hover ?? f.value}><bdi>{f.value}</bdi></dd></div>
      ))}
    </dl>
  );
}

function Facts({ answer }: { answer: Answer }) {
  const { zone } = useSettings();
  const row: Row = records(answer)[0] ?? {};
  const flows = number(row["Flows"]);
  const denied = number(row["Denied"]);
  return (
    <FactList
      facts={[
        { title: "Sent", value: bytes(number(row["Sent"])), hover: exact(number(row["Sent"]), "bytes") },
        { title: "Received", value: bytes(number(row["Received"])), hover: exact(number(row["Received"]), "bytes") },
        { title: "Flows", value: short(flows), hover: exact(flows, "flows") },
        { title: "Began", value: `${short(number(row["Began"]))} of them itself`, hover: exact(number(row["Began"]), "flows") },
        { title: "Denied", value: denied === 0 ? "none" : short(denied), hover: exact(denied, "flows") },
        { title: "Malicious", value: number(row["Malicious"]) > 0 ? short(number(row["Malicious"])) : "none", hover: exact(number(row["Malicious"]), "flows"), alarm: number(row["Malicious"]) > 0 },
        { title: "Peers", value: exact(number(row["Peers"])) },
        { title: "First and last seen", value: `${stamp(milliseconds(row["First"]), zone, false)} – ${stamp(milliseconds(row["Last"]), zone, false)}` },
        { title: "Serves ports", value: list(row["Serves"]) || "none" },
        { title: "Calls ports", value: list(row["Calls"]) || "none" },
        { title: "Flow types", value: list(row["Types"]) },
        { title: "VM", value: list(row["Vms"]) },
        { title: "NIC", value: list(row["Nics"]) },
        { title: "Subnet", value: list(row["Subnets"]) },
      ]}
    />
  );
}

function Details({ answer }: { answer: Answer }) {
  const row: Row = records(answer)[0] ?? {};
  return (
    <FactList
      facts={[
        { title: "Type", value: text(row["FlowType"]), alarm: text(row["FlowType"]) === "MaliciousFlow" },
        { title: "Owner", value: text(row["PublicIpDetails"]) },
        { title: "Where", value: countryName(text(row["Location"])) },
        { title: "Threat", value: text(row["ThreatType"]), alarm: true },
        { title: "Description", value: text(row["ThreatDescription"]) },
        { title: "Domain", value: text(row["DnsDomain"]) },
        { title: "Address of the threat", value: text(row["Url"]) },
      ]}
    />
  );
}

function Resource({ answer }: { answer: Answer }) {
  return (
    <div className="stack">
      {records(answer).map((row, i) => (
        <FactList
          key={i}
          facts={["AzureResourceType", "Name", "Region", "VirtualMachine", "Subnetwork", "MacAddress", "Nsg", "PrivateIpAddresses", "PublicIpAddresses", "Subscription"].map((key) => ({ title: key, value: text(row[key]) }))}
        />
      ))}
    </div>
  );
}

function Over({ answer }: { answer: Answer }) {
  const page = usePage();
  const { zone } = useSettings();
  const unit = page.filter.unit;
  const option = useCallback((c: Palette) => {
    const times = bars(page.range, page.step);
    const rows = records(answer);
    const of = (key: string) => fill(times, rows.map((r) => ({ time: milliseconds(r["Time"]), value: number(r[key]) })));
    const series =
      unit === "bytes"
        ? [{ name: "Received", values: of("Received"), colour: c.inbound }, { name: "Sent", values: of("Sent"), colour: c.outbound, below: true }]
        : unit === "packets"
          ? [{ name: "Packets", values: of("Packets"), colour: c.allowed }]
          : [{ name: "Allowed", values: of("Flows").map((v, i) => v - (of("Denied")[i] ?? 0)), colour: c.allowed }, { name: "Denied", values: of("Denied"), colour: c.denied }];
    return timeOption({ times, step: page.step, zone, kind: unit === "flows" ? "bars" : "area", format: (v) => amount(v, unit), exact: (v) => amount(v, unit), series }, c);
  }, [answer, page.range, page.step, zone, unit]);
  return <Chart option={option} label="Sent and received over time" />;
}

function Peers({ answer, address }: { answer: Answer; address: string }) {
  const { page, colours, zone, unit, rows } = useTable(answer);
  const columns = useMemo((): TableColumn<Row>[] => [
    addressColumn("Peer", "Peer"),
    fieldColumn("PeerVm", "VM", "vm", 90, 0.6),
    ...unitColumns(unit, colours.allowed + "40").slice(0, 1),
    countColumn("Sent", "Sent to it", "bytes", { unit: "bytes" }),
    countColumn("Received", "From it", "bytes", { unit: "bytes" }),
    countColumn("Denied", "Denied", "denied flows", { width: 72 }),
    listColumn("Ports", "Ports", "some of the ports", 110),
    timeColumn("Last", "Last", zone),
  ], [unit, colours, zone]);
  return <DataTable columns={columns} rows={rows} label="Peers" height={420} file="peers" onRow={(r) => page.showFlows(pair(address, text(r["Peer"])))} />;
}

function Ports({ answer, address }: { answer: Answer; address: string }) {
  const { page, colours, unit, rows } = useTable(answer);
  const columns = useMemo((): TableColumn<Row>[] => [
    { key: "Role", title: "It", width: 66, value: (r) => text(r["Role"]) },
    { key: "DestPort", title: "Port", width: 66, align: "right", value: (r) => number(r["DestPort"]), show: (r) => <FilterCell field="port" value={text(r["DestPort"])} /> },
    fieldColumn("L7Protocol", "Application", "app", 96, 1, false),
    ...unitColumns(unit, colours.allowed + "40").slice(0, 1),
    countColumn("Denied", "Denied", "denied flows", { width: 72 }),
    listColumn("Rules", "Rules", "rules that decided", 120),
  ], [unit, colours]);
  return <DataTable columns={columns} rows={rows} label="Ports" height={420} file="ports-of-address" onRow={(r) => page.showFlows({ title: `${address} and port ${text(r["DestPort"])}`, conditions: [is("ip", address), is("port", text(r["DestPort"]))] })} />;
}
