// Counters of the network: active, and of how many where an inventory says so.

import { exact } from "../format/numbers";
import { number, records, text, type Answer } from "../kusto/answer";

const ORDER = [
  "Regions", "VNets", "Subnets", "VMs", "Addresses", "Load balancers", "Application gateways",
  "VNets talking to the internet", "VNets talking to Azure services", "VNets talking to sites",
  "Ports reached from the internet", "Hosts sending to the internet",
  "Public addresses of Azure", "Other public addresses", "Malicious addresses",
];

// What only an inventory gives names to.
const NAMED = new Set(["Regions", "VNets", "Subnets", "VMs", "Load balancers", "Application gateways", "VNets talking to the internet", "VNets talking to Azure services", "VNets talking to sites"]);
const INTELLIGENCE = new Set(["Public addresses of Azure", "Other public addresses", "Malicious addresses"]);

export function Environment({ answer }: { answer: Answer }) {
  const rows = new Map(records(answer).map((r) => [text(r["Counter"]), r]));
  const value = (name: string) => number(rows.get(name)?.["Active"]);
  const inventory = [...NAMED].some((n) => value(n) > 0 || rows.get(n)?.["Total"] != null);
  const intelligence = [...INTELLIGENCE].some((n) => value(n) > 0);
  const shown = ORDER.filter((n) => (inventory || !NAMED.has(n)) && (intelligence || !INTELLIGENCE.has(n)));
  return (
    <>
      <dl className="counters">
        {shown.map((name) => {
          const total = rows.get(name)?.["Total"];
          const active = value(name);
          return (
            <div key={name} className={name === "Malicious addresses" && active > 0 ? "counter alarm" : "counter"}>
              <dt>{name}</dt>
              <dd>
                <span className="counter-value">{exact(active)}</span>
                {total != null && <span className="muted"> of {exact(number(total))}{number(total) > active ? ` · ${exact(number(total) - active)} inactive` : ""}</span>}
              </dd>
            </div>
          );
        })}
      </dl>
      {!inventory && (
        <p className="hint muted">
          No inventory: regions, networks, subnets and machines have no names yet. <code>weir topology import resources.json</code> gives them.
        </p>
      )}
    </>
  );
}
