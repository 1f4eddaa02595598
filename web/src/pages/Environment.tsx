// Counters of the network: active, of how many where an inventory says so, and with malicious traffic that was allowed.

import { usePage } from "../app/page";
import { navigate, withSearch } from "../app/router";
import { write, type Filter } from "../filter/model";
import { exact } from "../format/numbers";
import { number, records, text, type Answer } from "../kusto/answer";

interface Counter {
  name: string;
  /** What gives names to it: an inventory, or what is known of public addresses. */
  needs?: "inventory" | "intelligence";
  /** Where it is looked at closer: a page, its part, and the flow type that is asked for. */
  path: string;
  part?: [string, string];
  type?: string;
}

const COUNTERS: Counter[] = [
  { name: "Regions", needs: "inventory", path: "/distribution", part: ["by", "region"] },
  { name: "Regions with flow logs", needs: "inventory", path: "/health" },
  { name: "VNets", needs: "inventory", path: "/distribution", part: ["by", "vnet"] },
  { name: "Subnets", needs: "inventory", path: "/distribution", part: ["by", "subnet"] },
  { name: "VMs", needs: "inventory", path: "/distribution", part: ["by", "vm"] },
  { name: "Scale sets", needs: "inventory", path: "/distribution", part: ["by", "scaleset"] },
  { name: "Addresses", path: "/distribution", part: ["by", "ip"] },
  { name: "Load balancers", needs: "inventory", path: "/topology" },
  { name: "Application gateways", needs: "inventory", path: "/topology" },
  { name: "VNets talking to the internet", needs: "inventory", path: "/distribution", part: ["by", "vnet"], type: "ExternalPublic" },
  { name: "VNets talking to Azure services", needs: "inventory", path: "/distribution", part: ["by", "vnet"], type: "AzurePublic" },
  { name: "VNets talking to sites", needs: "inventory", path: "/distribution", part: ["by", "vnet"], type: "S2S" },
  { name: "VNets with VPN clients", needs: "inventory", path: "/distribution", part: ["by", "vnet"], type: "P2S" },
  { name: "Ports reached from the internet", path: "/internet" },
  { name: "Hosts sending to the internet", path: "/internet" },
  { name: "Public addresses of Azure", needs: "intelligence", path: "/internet" },
  { name: "Other public addresses", needs: "intelligence", path: "/internet" },
  { name: "Malicious addresses", needs: "intelligence", path: "/security" },
];

export function Environment({ answer }: { answer: Answer }) {
  const page = usePage();
  const rows = new Map(records(answer).map((r) => [text(r["Counter"]), r]));
  const value = (name: string, column = "Active") => number(rows.get(name)?.[column]);
  const given = (needs: Counter["needs"]) => COUNTERS.some((c) => c.needs === needs && (value(c.name) > 0 || rows.get(c.name)?.["Total"] != null));
  const has = { inventory: given("inventory"), intelligence: given("intelligence") };
  const go = (counter: Counter) => {
    const search = new URLSearchParams(location.search);
    if (counter.part) search.set(...counter.part);
    const filter: Filter = counter.type ? { ...page.filter, types: [counter.type] } : page.filter;
    navigate(withSearch(counter.path, write(filter, search)));
  };
  return (
    <>
      <ul className="counters">
        {COUNTERS.filter((c) => !c.needs || has[c.needs]).map((counter) => {
          const total = rows.get(counter.name)?.["Total"];
          const active = value(counter.name);
          const malicious = value(counter.name, "Malicious");
          const alarm = malicious > 0 || (counter.name === "Malicious addresses" && active > 0);
          return (
            <li key={counter.name}>
              <button type="button" className={alarm ? "counter alarm" : "counter"} title={`Look closer at: ${counter.name.toLowerCase()}`} onClick={() => go(counter)}>
                <span className="counter-name">{counter.name}</span>
                <span>
                  <span className="counter-value">{exact(active)}</span>
                  {total != null && <span className="muted"> of {exact(number(total))}{number(total) > active ? ` · ${exact(number(total) - active)} inactive` : ""}</span>}
                </span>
                {malicious > 0 && <span className="counter-alarm">{exact(malicious)} with malicious traffic allowed</span>}
              </button>
            </li>
          );
        })}
      </ul>
      {!has.inventory && (
        <p className="hint muted">
          No inventory: regions, networks, subnets and machines have no names yet. <code>weir topology import resources.json</code> gives them.
        </p>
      )}
    </>
  );
}
