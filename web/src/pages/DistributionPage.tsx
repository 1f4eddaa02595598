// Who carries the traffic: addresses, machines, subnets, networks, scale sets, and pairs of them.

import { useMemo } from "react";
import { usePage } from "../app/page";
import { navigate, usePlace, withSearch } from "../app/router";
import { useDark } from "../app/settings";
import { Bars } from "../charts/Bars";
import { palette } from "../charts/palette";
import { Segments } from "../filter/FilterBar";
import { amount, exact, percent, short } from "../format/numbers";
import { number, records, text, type Answer, type Row } from "../kusto/answer";
import { string } from "../kusto/literal";
import { Panel } from "../panel/Panel";
import { AddressCell, FilterCell, lastPart } from "../table/cells";
import { DataTable, type TableColumn } from "../table/DataTable";
import { Trend } from "./Trend";
import { addressColumn, countColumn, fieldColumn, list, unitColumns } from "./columns";
import { byColumns, pair } from "./flowsOf";
import { useTable } from "./useTable";

const LEVELS = [
  { by: "ip", title: "IP addresses", one: "Address", field: "ip" },
  { by: "vm", title: "Machines", one: "VM", field: "vm" },
  { by: "subnet", title: "Subnets", one: "Subnet", field: "subnet" },
  { by: "vnet", title: "VNets", one: "VNet", field: "vnet" },
  { by: "scaleset", title: "Scale sets", one: "Scale set", field: "scaleset" },
  { by: "region", title: "Regions", one: "Region", field: "region" },
  { by: "subscription", title: "Subscriptions", one: "Subscription", field: "subscription" },
] as const;

export const NO_INVENTORY = (
  <p>
    No inventory: nothing of this kind has a name in this time.
    <br />
    <code>weir topology import resources.json</code> gives names to flows that were read.
  </p>
);

export function DistributionPage() {
  const { search } = usePlace();
  const by = new URLSearchParams(search).get("by") ?? "all";
  const go = (to: string) => {
    const next = new URLSearchParams(search);
    if (to === "all") next.delete("by");
    else next.set("by", to);
    navigate(withSearch("/distribution", next));
  };
  const level = LEVELS.find((l) => l.by === by);
  return (
    <div className="stack">
      <div className="tabs" role="tablist" aria-label="Distribution">
        <button type="button" role="tab" aria-selected={!level && by !== "pair"} onClick={() => go("all")}>All</button>
        {LEVELS.map((l) => <button key={l.by} type="button" role="tab" aria-selected={l.by === by} onClick={() => go(l.by)}>{l.title}</button>)}
        <button type="button" role="tab" aria-selected={by === "pair"} onClick={() => go("pair")}>Frequent conversations</button>
      </div>
      {level ? <Level level={level} /> : by === "pair" ? <Conversations /> : <Summary go={go} />}
    </div>
  );
}

function Summary({ go }: { go: (to: string) => void }) {
  const page = usePage();
  const colours = palette(useDark());
  const unit = page.filter.unit;
  const all = (to: string) => <button type="button" className="more" onClick={() => go(to)}>See all</button>;
  return (
    <div className="grid">
      {LEVELS.map((level) => (
        <Panel key={level.by} title={level.title} name="distribution/by" parameters={{ level: string(level.by), rows: "6" }} first={level === LEVELS[0]} className="span-4" actions={all(level.by)} empty={NO_INVENTORY}>
          {(answer) => (
            <Bars
              label={level.title}
              bars={records(answer).map((r) => ({
                name: level.by === "ip" || level.by === "subscription" || level.by === "region" ? text(r["Name"]) : shorten(text(r["Name"])), detail: share(r), value: number(r["Value"]), text: amount(number(r["Value"]), unit), exact: `${text(r["Name"])}: ${exact(number(r["Value"]), unit)}, ${exact(number(r["Flows"]))} flows, ${exact(number(r["Denied"]))} denied, ${exact(number(r["Malicious"]))} malicious`,
                ...(number(r["Malicious"]) > 0 ? { colour: colours.malicious } : {}),
                onClick: () => page.narrow(level.field, text(r["Name"])),
              }))}
            />
          )}
        </Panel>
      ))}
      <Panel title="Frequent conversations" name="distribution/conversations" parameters={{ rows: "8" }} className="span-8 wide-20" actions={all("pair")}>
        {(answer) => (
          <Bars
            label="Frequent conversations"
            bars={records(answer).map((r) => ({
              name: `${text(r["A"])} ↔ ${text(r["B"])}`, detail: text(r["FlowType"]), value: number(r["Value"]), text: amount(number(r["Value"]), unit), exact: exact(number(r["Value"]), unit),
              ...(text(r["FlowType"]) === "MaliciousFlow" ? { colour: colours.malicious } : {}),
              onClick: () => page.setFilter({ ...page.filter, conditions: [...page.filter.conditions, { field: "ip", values: [text(r["A"])], not: false }, { field: "ip", values: [text(r["B"])], not: false }] }),
            }))}
          />
        )}
      </Panel>
    </div>
  );
}

/** How much of the flows was denied, and whether some were malicious. */
function share(row: Row): string {
  const [flows, denied, malicious] = [number(row["Flows"]), number(row["Denied"]), number(row["Malicious"])];
  return [malicious > 0 ? `${short(malicious)} malicious` : "", denied > 0 ? `${percent(denied, flows)} denied` : ""].filter((t) => t !== "").join(", ");
}

/** The last two parts of a resource id: the thing and what it is in. */
function shorten(id: string): string {
  return id.split("/").slice(-2).join(" / ");
}

function Level({ level }: { level: (typeof LEVELS)[number] }) {
  const page = usePage();
  return (
    <div className="grid">
      <Panel title="The five that carry most" name="distribution/trend" first parameters={{ level: string(level.by) }} className="span-12" empty={NO_INVENTORY}>
        {(answer) => <Trend answer={answer} label={`Trend of the top five: ${level.title}`} onName={(name) => page.narrow(level.field, name)} />}
      </Panel>
      <Panel title={level.title} name="distribution/by" parameters={{ level: string(level.by), rows: "1000" }} className="span-12" empty={NO_INVENTORY} note="In and out as seen from the one in the first column">
        {(answer) => <ByTable answer={answer} level={level} />}
      </Panel>
    </div>
  );
}

function ByTable({ answer, level }: { answer: Answer; level: (typeof LEVELS)[number] }) {
  const { page, colours, unit, rows } = useTable(answer);
  const columns = useMemo((): TableColumn<Row>[] => {
    const named = (key: string, title: string): TableColumn<Row> =>
      level.by === "ip" ? addressColumn(key, title) : fieldColumn(key, title, level.field, 190, 2);
    return [
      named("Name", level.one),
      ...unitColumns(unit, colours.allowed + "40"),
      countColumn("Sent", "Sent", "bytes sent", { unit: "bytes" }),
      countColumn("Received", "Received", "bytes received", { unit: "bytes" }),
      countColumn("InAllowed", "In allowed", "flows to it that were allowed", { width: 90 }),
      countColumn("InDenied", "In denied", "flows to it that were denied", { width: 86 }),
      countColumn("OutAllowed", "Out allowed", "flows from it that were allowed", { width: 96 }),
      countColumn("OutDenied", "Out denied", "flows from it that were denied", { width: 92 }),
      countColumn("InMaliciousAllowed", "In malicious", "malicious flows to it that were allowed", { width: 102, alarm: true, optional: true }),
      countColumn("OutMaliciousAllowed", "Out malicious", "malicious flows from it that were allowed", { width: 110, alarm: true, optional: true }),
      countColumn("Malicious", "Malicious", "all malicious flows, denied too", { width: 86, alarm: true, optional: true }),
      { key: "TopPeer", title: "Top peer", width: 150, grow: 1, value: (r) => text(r["TopPeer"]), show: (r) => level.by === "ip" ? <AddressCell value={text(r["TopPeer"])} /> : <FilterCell field={level.field} value={text(r["TopPeer"])} shown={lastPart(text(r["TopPeer"]))} /> },
      countColumn("Peers", "Peers", "how many it talks with", { width: 68 }),
    ];
  }, [unit, colours, level]);
  return <DataTable columns={columns} rows={rows} label={level.title} height={620} file={level.by} onRow={(r) => page.showFlows(byColumns(r, `Flows of ${text(r["Name"])}`, { [level.field]: "Name" }))} />;
}

function Conversations() {
  const page = usePage();
  const { search } = usePlace();
  const place = new URLSearchParams(search);
  const side = (["internal", "external"].includes(place.get("side") ?? "") ? place.get("side") : "all") as "all" | "internal" | "external";
  const set = (to: "all" | "internal" | "external") => {
    const next = new URLSearchParams(search);
    if (to === "all") next.delete("side");
    else next.set("side", to);
    navigate(withSearch("/distribution", next));
  };
  const colours = palette(useDark());
  const unit = page.filter.unit;
  const columns = useMemo((): TableColumn<Row>[] => [
    addressColumn("A", "Address"),
    addressColumn("B", "Address"),
    { key: "FlowType", title: "Type", width: 110, grow: 0.5, value: (r) => text(r["FlowType"]) },
    ...unitColumns(unit, colours.allowed + "40"),
    countColumn("AToB", "→", "bytes from the first to the second", { unit: "bytes" }),
    countColumn("BToA", "←", "bytes from the second to the first", { unit: "bytes" }),
    countColumn("Allowed", "Allowed", "allowed flows"),
    countColumn("Denied", "Denied", "denied flows"),
    countColumn("Malicious", "Malicious", "malicious flows", { alarm: true, optional: true }),
    { key: "Ports", title: "Ports", about: "some of the ports", width: 130, value: (r) => list(r["Ports"]) },
    fieldColumn("ASubnet", "Subnet of the first", "subnet", 140),
    fieldColumn("BSubnet", "Subnet of the second", "subnet", 150),
  ], [unit, colours]);
  return (
    <div className="stack">
      <Segments label="Side" value={side} onChange={set} options={[{ value: "all", title: "All" }, { value: "internal", title: "Internal" }, { value: "external", title: "External" }]} />
      <Panel title="The five conversations that carry most" name="distribution/conversations-trend" first parameters={{ side: string(side) }}>
        {(answer) => <Trend answer={answer} label="Trend of the top five conversations" />}
      </Panel>
      <Panel title="Conversations" name="distribution/conversations" parameters={{ side: string(side), rows: "1000" }} note="Whichever end began; the address cells narrow to one end, then to the pair">
        {(answer) => <ConversationTable answer={answer} columns={columns} />}
      </Panel>
    </div>
  );
}

function ConversationTable({ answer, columns }: { answer: Answer; columns: TableColumn<Row>[] }) {
  const page = usePage();
  const rows = useMemo(() => records(answer), [answer]);
  return <DataTable columns={columns} rows={rows} label="Conversations" height={620} file="conversations" onRow={(r) => page.showFlows(pair(text(r["A"]), text(r["B"])))} />;
}
