// Rules: which are hit, which never are, whom they stop.

import { useMemo, useState } from "react";
import { usePage } from "../app/page";
import { useDark } from "../app/settings";
import { Bars } from "../charts/Bars";
import { palette } from "../charts/palette";
import { Segments } from "../filter/FilterBar";
import { exact, percent, short } from "../format/numbers";
import { number, records, text, type Answer, type Row } from "../kusto/answer";
import { Panel } from "../panel/Panel";
import { lastPart } from "../table/cells";
import { DataTable, type TableColumn } from "../table/DataTable";
import { Trend } from "./Trend";
import { addressColumn, countColumn, fieldColumn, listColumn, timeColumn } from "./columns";
import { byColumns } from "./flowsOf";
import { useTable } from "./useTable";

export function RulesPage() {
  return (
    <div className="grid">
      <Panel title="The five rules that are hit most" name="rules/trend" first className="span-8" note="Flows that began or were denied, as each NIC logged them">
        {(answer) => <Trend answer={answer} label="Trend of the top five rules" unit="flows" height={292} />}
      </Panel>
      <Panel title="Rule groups" name="rules/groups" className="span-4">
        {(answer) => <Groups answer={answer} />}
      </Panel>
      <Panel title="Hits by rule" name="rules/hits" className="span-12">
        {(answer) => <Hits answer={answer} />}
      </Panel>
      <Panel title="Denied pairs" name="rules/denied-pairs" className="span-12" empty={<p>Nothing was denied.</p>}>
        {(answer) => <DeniedPairs answer={answer} />}
      </Panel>
      <Panel
        title="Rules that were never hit" name="rules/never-hit" className="span-12" note="Rules of the inventory that decided no flow of this time"
        empty={<p>No rule of an inventory is without a hit, or there is no inventory: <code>weir topology import resources.json</code> brings the rules.</p>}
      >
        {(answer) => <NeverHit answer={answer} />}
      </Panel>
    </div>
  );
}

function Groups({ answer }: { answer: Answer }) {
  const page = usePage();
  const colours = palette(useDark());
  return (
    <Bars
      label="Rule groups by hits"
      bars={records(answer).map((r) => {
        const group = text(r["AclGroup"]);
        const hits = number(r["Hits"]);
        const denied = number(r["Denied"]);
        return {
          name: lastPart(group), detail: denied > 0 ? `${percent(denied, hits)} denied` : "", value: hits, text: short(hits), exact: `${group}: ${exact(hits)} hits, ${exact(denied)} denied`,
          colour: denied === hits ? colours.denied : colours.allowed, onClick: () => page.narrow("group", group),
        };
      })}
    />
  );
}

function Hits({ answer }: { answer: Answer }) {
  const { page, colours, zone, rows } = useTable(answer);
  const columns = useMemo((): TableColumn<Row>[] => [
    fieldColumn("AclRule", "Rule", "rule", 170, 1.4),
    fieldColumn("AclGroup", "Group", "group", 100, 0.8),
    { key: "Priority", title: "Access", about: "what the inventory says of the rule: access and priority", width: 100, optional: true, value: (r) => (r["Priority"] == null ? null : number(r["Priority"])), show: (r) => (r["Access"] ? <>{text(r["Access"])} <small>{text(r["Priority"])}</small></> : <span className="muted">–</span>), hover: (r) => [r["Access"], r["Priority"], r["RuleType"]].map(text).join(" ") },
    countColumn("Hits", "Hits", "flows begun or denied", { bar: colours.allowed + "40" }),
    countColumn("AllowedIn", "In allowed", "allowed inbound", { width: 90 }),
    countColumn("DeniedIn", "In denied", "denied inbound", { width: 86 }),
    countColumn("AllowedOut", "Out allowed", "allowed outbound", { width: 96 }),
    countColumn("DeniedOut", "Out denied", "denied outbound", { width: 92 }),
    countColumn("MaliciousAllowed", "Malicious", "malicious flows that it allowed", { alarm: true, optional: true }),
    { key: "TopSource", title: "Pair hit most", width: 200, grow: 0.6, value: (r) => `${text(r["TopSource"])} → ${text(r["TopDestination"])}` },
    countColumn("Sources", "Sources", "different sources", { width: 76 }),
    timeColumn("Last", "Last", zone),
    countColumn("Destinations", "Destinations", "different destinations", { width: 100 }),
    listColumn("Ports", "Ports", "some of the ports", 110),
    countColumn("Bytes", "Bytes", "both directions", { unit: "bytes" }),
  ], [colours, zone]);
  return <DataTable columns={columns} rows={rows} label="Hits by rule" height={430} file="rules" onRow={(r) => page.showFlows(byColumns(r, `Flows that hit ${text(r["AclRule"])}`, { rule: "AclRule", group: "AclGroup" }))} />;
}

function DeniedPairs({ answer }: { answer: Answer }) {
  const { page, colours, zone, rows } = useTable(answer);
  const columns = useMemo((): TableColumn<Row>[] => [
    addressColumn("SrcIp", "Source", "source"),
    addressColumn("DestIp", "Destination", "destination"),
    { key: "L4Protocol", title: "Protocol", width: 76, value: (r) => text(r["L4Protocol"]) },
    listColumn("Ports", "Ports", "some of the ports", 90),
    { key: "FlowDirection", title: "Direction", width: 86, value: (r) => text(r["FlowDirection"]) },
    countColumn("Flows", "Denied", "denied flows", { bar: colours.denied + "50" }),
    fieldColumn("AclRule", "Rule", "rule", 140, 1),
    fieldColumn("AclGroup", "Group", "group", 110, 0.8),
    { key: "FlowType", title: "Type", width: 120, value: (r) => text(r["FlowType"]) },
    timeColumn("Last", "Last", zone),
  ], [colours, zone]);
  return <DataTable columns={columns} rows={rows} label="Denied pairs" height={430} file="denied-pairs" onRow={(r) => page.showFlows(byColumns(r, `${text(r["SrcIp"]) || "Anyone"} → ${text(r["DestIp"]) || "anyone"}, denied`, { source: "SrcIp", destination: "DestIp", rule: "AclRule" }, [`FlowStatus == "Denied"`]))} />;
}

function NeverHit({ answer }: { answer: Answer }) {
  const [kind, setKind] = useState<"own" | "all">("own");
  const all = useMemo(() => records(answer), [answer]);
  // Every group has the default rules, and most of them are never hit: that is no finding.
  const rows = useMemo(() => (kind === "all" ? all : all.filter((r) => text(r["RuleType"]) !== "Default")), [all, kind]);
  const columns = useMemo((): TableColumn<Row>[] => [
    { key: "Nsg", title: "Group", width: 160, grow: 1, value: (r) => text(r["Nsg"]) },
    { key: "Rule", title: "Rule", width: 180, grow: 1.4, value: (r) => text(r["Rule"]) },
    { key: "Access", title: "Access", width: 76, value: (r) => text(r["Access"]) },
    { key: "Direction", title: "Direction", width: 86, value: (r) => text(r["Direction"]) },
    { key: "Priority", title: "Priority", width: 76, align: "right", value: (r) => number(r["Priority"]) },
    { key: "RuleType", title: "Kind", width: 96, value: (r) => text(r["RuleType"]) },
    { key: "Protocol", title: "Protocol", width: 76, value: (r) => text(r["Protocol"]) },
    { key: "SourceAddressPrefix", title: "From", width: 130, value: (r) => text(r["SourceAddressPrefix"]) },
    { key: "DestinationAddressPrefix", title: "To", width: 130, value: (r) => text(r["DestinationAddressPrefix"]) },
    { key: "DestinationPortRange", title: "Ports", width: 100, value: (r) => text(r["DestinationPortRange"]) },
  ], []);
  return (
    <div className="stack">
      <div className="row">
        <Segments label="Rules" value={kind} onChange={setKind} options={[{ value: "own", title: "Without defaults" }, { value: "all", title: "All" }]} />
        <span className="muted">{exact(rows.length)} of {exact(all.length)} rules</span>
      </div>
      {rows.length > 0 ? <DataTable columns={columns} rows={rows} label="Rules that were never hit" height={430} file="never-hit" /> : <p className="message muted">Every rule of your own was hit; only default rules were not.</p>}
    </div>
  );
}
