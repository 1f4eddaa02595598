// What of the network the internet reaches, and what reaches out to it.

import { useMemo } from "react";
import { usePage } from "../app/page";
import { useDark, useSettings } from "../app/settings";
import { Bars } from "../charts/Bars";
import { palette } from "../charts/palette";
import { exact, short } from "../format/numbers";
import { number, records, text, type Answer, type Row } from "../kusto/answer";
import { Panel } from "../panel/Panel";
import { FilterCell } from "../table/cells";
import { DataTable, type TableColumn } from "../table/DataTable";
import { addressColumn, countColumn, countryName, fieldColumn, listColumn, timeColumn } from "./columns";
import { byColumns } from "./flowsOf";

export function InternetPage() {
  return (
    <div className="grid">
      <Panel title="Ports that the internet reached" name="internet/ports" className="span-12" empty={<p>No allowed flow came from a public address.</p>} note="Allowed inbound flows from public addresses">
        {(answer) => <Ports answer={answer} />}
      </Panel>
      <Panel title="Hosts that send to the internet" name="internet/hosts" className="span-12" empty={<p>Nothing was sent to a public address.</p>}>
        {(answer) => <Hosts answer={answer} />}
      </Panel>
      <Panel title="Countries and Azure regions" name="internet/countries" className="span-12" empty={<p>No address has a country or region: the tables know none for the public addresses of this time.</p>}>
        {(answer) => <Places answer={answer} />}
      </Panel>
    </div>
  );
}

function Ports({ answer }: { answer: Answer }) {
  const page = usePage();
  const colours = palette(useDark());
  const { zone } = useSettings();
  const rows = useMemo(() => records(answer), [answer]);
  const columns = useMemo((): TableColumn<Row>[] => [
    addressColumn("DestIp", "Host", "destination"),
    fieldColumn("DestVm", "VM", "vm", 110, 0.6),
    { key: "DestPort", title: "Port", width: 70, align: "right", value: (r) => number(r["DestPort"]), show: (r) => <FilterCell field="port" value={text(r["DestPort"])} /> },
    { key: "L4Protocol", title: "Protocol", width: 76, value: (r) => text(r["L4Protocol"]) },
    fieldColumn("L7Protocol", "Application", "app", 120, 0.6, false),
    countColumn("AllowedFlows", "Allowed", "allowed flows", { bar: colours.allowed + "40" }),
    countColumn("DeniedFlows", "Denied", "denied flows"),
    countColumn("Bytes", "Bytes", "both directions", { unit: "bytes" }),
    countColumn("Sources", "Sources", "different public addresses", { width: 76 }),
    countColumn("Countries", "Countries", "different countries", { width: 86, optional: true }),
    countColumn("Malicious", "Malicious", "flows from addresses of a threat feed", { alarm: true, optional: true }),
    timeColumn("Last", "Last", zone),
  ], [colours, zone]);
  return <DataTable columns={columns} rows={rows} label="Ports that the internet reached" height={400} file="ports-from-internet" onRow={(r) => page.showFlows(byColumns(r, `From the internet to ${text(r["DestIp"])}, port ${text(r["DestPort"])}`, { destination: "DestIp", port: "DestPort", protocol: "L4Protocol" }, [`FlowDirection == "Inbound"`]))} />;
}

function Hosts({ answer }: { answer: Answer }) {
  const page = usePage();
  const colours = palette(useDark());
  const { zone } = useSettings();
  const rows = useMemo(() => records(answer), [answer]);
  const columns = useMemo((): TableColumn<Row>[] => [
    addressColumn("SrcIp", "Host", "source"),
    fieldColumn("SrcVm", "VM", "vm", 110, 0.6),
    countColumn("Sent", "Sent", "bytes sent", { unit: "bytes", bar: colours.outbound + "40" }),
    countColumn("Received", "Received", "bytes received", { unit: "bytes" }),
    countColumn("AllowedFlows", "Allowed", "allowed flows"),
    countColumn("DeniedFlows", "Denied", "denied flows"),
    countColumn("Destinations", "Destinations", "different public addresses", { width: 100 }),
    listColumn("Ports", "Ports", "some of the ports"),
    listColumn("Countries", "Countries", "some of the countries", 110),
    countColumn("Malicious", "Malicious", "flows to addresses of a threat feed", { alarm: true, optional: true }),
    timeColumn("Last", "Last", zone),
  ], [colours, zone]);
  return <DataTable columns={columns} rows={rows} label="Hosts that send to the internet" height={400} file="hosts-to-internet" onRow={(r) => page.showFlows(byColumns(r, `From ${text(r["SrcIp"])} to the internet`, { source: "SrcIp" }, [`FlowDirection == "Outbound"`]))} />;
}

function Places({ answer }: { answer: Answer }) {
  const page = usePage();
  const colours = palette(useDark());
  const rows = records(answer);
  const made = (azure: boolean) =>
    rows.filter((r) => Boolean(r["IsAzure"]) === azure).slice(0, 15).map((r) => {
      const place = text(r["Place"]);
      const malicious = number(r["Malicious"]);
      return {
        name: azure ? place : countryName(place), detail: malicious > 0 ? `${short(malicious)} malicious` : "", value: number(r["AllowedFlows"]), text: short(number(r["AllowedFlows"])), exact: exact(number(r["AllowedFlows"]), "flows"),
        colour: malicious > 0 ? colours.malicious : colours.allowed, onClick: () => page.narrow(azure ? "azureregion" : "country", place),
      };
    });
  const countries = made(false);
  const regions = made(true);
  return (
    <div className="two">
      {countries.length > 0 && <div><h3>Countries, by allowed flows</h3><Bars label="Countries" bars={countries} /></div>}
      {regions.length > 0 && <div><h3>Azure regions, by allowed flows</h3><Bars label="Azure regions" bars={regions} /></div>}
    </div>
  );
}
