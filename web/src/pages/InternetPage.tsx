// What of the network the internet reaches, and what reaches out to it.

import { lazy, Suspense, useMemo } from "react";
import { usePage } from "../app/page";
import { useDark } from "../app/settings";
import { Bars } from "../charts/Bars";
import { palette } from "../charts/palette";
import type { MapPlace } from "../charts/WorldMap";
import { exact, short } from "../format/numbers";
import { number, records, text, type Answer, type Row } from "../kusto/answer";
import { Panel } from "../panel/Panel";
import { FilterCell } from "../table/cells";
import { DataTable, type TableColumn } from "../table/DataTable";
import { addressColumn, countColumn, countryName, fieldColumn, listColumn, timeColumn } from "./columns";
import { byColumns } from "./flowsOf";
import { useTable } from "./useTable";

const WorldMap = lazy(() => import("../charts/WorldMap"));

export function InternetPage() {
  return (
    <div className="grid">
      <Panel title="Where traffic comes from and goes to" name="internet/countries" first className="span-12" empty={<p>No address has a country or region: the tables know none for the addresses of this time.</p>} note="Countries of public addresses, and Azure regions; red where malicious traffic was allowed">
        {(answer) => <Places answer={answer} />}
      </Panel>
      <Panel title="Ports that the internet reached" name="internet/ports" className="span-12" empty={<p>No allowed flow came from a public address.</p>} note="Allowed inbound flows from public addresses">
        {(answer) => <Ports answer={answer} />}
      </Panel>
      <Panel title="Hosts that send to the internet" name="internet/hosts" className="span-12 wide-24" empty={<p>Nothing was sent to a public address.</p>}>
        {(answer) => <Hosts answer={answer} />}
      </Panel>
    </div>
  );
}

function Ports({ answer }: { answer: Answer }) {
  const { page, colours, zone, rows } = useTable(answer);
  const columns = useMemo((): TableColumn<Row>[] => [
    addressColumn("DestIp", "Host", "destination"),
    fieldColumn("DestVm", "VM", "vm", 100, 0.6),
    { key: "DestPort", title: "Port", width: 92, align: "right", value: (r) => number(r["DestPort"]), show: (r) => <FilterCell field="port" value={text(r["DestPort"])} shown={`${text(r["L4Protocol"])} ${text(r["DestPort"])}`} /> },
    fieldColumn("L7Protocol", "Application", "app", 106, 0.6, false),
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
  const { page, colours, zone, rows } = useTable(answer);
  const columns = useMemo((): TableColumn<Row>[] => [
    addressColumn("SrcIp", "Host", "source"),
    fieldColumn("SrcVm", "VM", "vm", 100, 0.6),
    countColumn("Sent", "Sent", "bytes sent", { unit: "bytes", bar: colours.outbound + "40" }),
    countColumn("Received", "Received", "bytes received", { unit: "bytes" }),
    countColumn("AllowedFlows", "Allowed", "allowed flows"),
    countColumn("DeniedFlows", "Denied", "denied flows"),
    countColumn("Destinations", "Destinations", "different public addresses", { width: 100 }),
    listColumn("Ports", "Ports", "some of the ports", 112),
    listColumn("Countries", "Countries", "some of the countries", 98),
    countColumn("Malicious", "Malicious", "flows to addresses of a threat feed", { alarm: true, optional: true }),
    timeColumn("Last", "Last", zone),
  ], [colours, zone]);
  return <DataTable columns={columns} rows={rows} label="Hosts that send to the internet" height={400} file="hosts-to-internet" onRow={(r) => page.showFlows(byColumns(r, `From ${text(r["SrcIp"])} to the internet`, { source: "SrcIp" }, [`FlowDirection == "Outbound"`]))} />;
}

function Places({ answer }: { answer: Answer }) {
  const page = usePage();
  const colours = palette(useDark());
  const places = useMemo(() => records(answer).map((r): MapPlace => {
    const kind = text(r["Kind"]) as MapPlace["kind"];
    const place = text(r["Place"]);
    return { kind, place, title: kind === "country" ? countryName(place) : place, allowed: number(r["AllowedFlows"]), denied: number(r["DeniedFlows"]), malicious: number(r["Malicious"]) };
  }), [answer]);
  const narrow = (p: MapPlace) => page.narrow({ country: "country", azure: "azureregion", own: "region" }[p.kind], p.place);
  const lists = ([["country", "Countries"], ["azure", "Azure regions of public addresses"], ["own", "Regions of the networks"]] as const)
    .map(([kind, title]) => ({ title, shown: places.filter((p) => p.kind === kind) }))
    .filter((l) => l.shown.length > 0);
  return (
    <div className="map-and-lists">
      <Suspense fallback={<div style={{ height: 380 }} />}><WorldMap places={places} height={380} onPlace={narrow} /></Suspense>
      <div className="stack">
        {lists.map(({ title, shown }) => (
          <div key={title}>
            <h3 className="part">{title}, by allowed flows</h3>
            <Bars
              label={title}
              bars={shown.slice(0, lists.length > 1 ? 6 : 12).map((p) => ({
                name: p.title, detail: p.malicious > 0 ? `${short(p.malicious)} malicious` : p.allowed === 0 ? "denied alone" : "", value: p.allowed, text: short(p.allowed), exact: `${exact(p.allowed, "flows")} allowed, ${exact(p.denied)} denied`,
                colour: p.malicious > 0 ? colours.malicious : colours.allowed, onClick: () => narrow(p),
              }))}
            />
          </div>
        ))}
      </div>
    </div>
  );
}
