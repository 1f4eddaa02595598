// The scope: subscription, then VNet, subnet, NIC, address; each step lists what the step before has.

import { useState } from "react";
import { Icon } from "../app/icons";
import { Popover } from "../app/Popover";
import { usePage } from "../app/page";
import { records, text } from "../kusto/answer";
import { useQuery } from "../kusto/useQuery";
import { FIELDS, SCOPE_STEPS } from "./fields";
import { add, type Condition, type Filter } from "./model";
import { string } from "../kusto/literal";

type Step = (typeof SCOPE_STEPS)[number];

function chosen(filter: Filter, step: Step): string | null {
  const found = filter.conditions.find((c): c is Exclude<Condition, { kql: string }> => !("kql" in c) && c.field === step && !c.not);
  return found?.values[0] ?? null;
}

export function ScopePicker() {
  const { filter } = usePage();
  const deepest = [...SCOPE_STEPS].reverse().find((step) => chosen(filter, step) !== null);
  const name = deepest ? (chosen(filter, deepest) ?? "") : "";
  return (
    <Popover
      title="Scope" className={deepest ? "button on" : "button"}
      label={<><span className="ellipsis scope-label"><bdi>{deepest ? name.slice(name.lastIndexOf("/") + 1) : "Everywhere"}</bdi></span><Icon name="down" size={14} /></>}
    >
      {(close) => <ScopeMenu close={close} />}
    </Popover>
  );
}

function ScopeMenu({ close }: { close: () => void }) {
  const page = usePage();
  const { filter, setFilter } = page;
  const next = SCOPE_STEPS.find((step) => chosen(filter, step) === null && SCOPE_STEPS.slice(SCOPE_STEPS.indexOf(step)).every((s) => chosen(filter, s) === null)) ?? "ip";
  const [step, setStep] = useState<Step>(next);
  const [search, setSearch] = useState("");
  const state = useQuery(page.compose("filter/scope", { level: string(step) }), page.database, page.version);
  const rows = (state.answer ? records(state.answer) : []).filter((r) => text(r["Name"]).toLowerCase().includes(search.trim().toLowerCase()));
  const choose = (value: string) => {
    const rest: Filter = { ...filter, conditions: filter.conditions.filter((c) => "kql" in c || c.not || c.field !== step) };
    setFilter(add(rest, { field: step, values: [value], not: false }));
    close();
  };
  return (
    <div className="scope-menu">
      <div className="tabs small" role="tablist" aria-label="Step of the scope">
        {SCOPE_STEPS.map((s) => (
          <button key={s} type="button" role="tab" aria-selected={s === step} onClick={() => setStep(s)}>{FIELDS.get(s)?.title}</button>
        ))}
      </div>
      <input
        autoFocus type="search" value={search} placeholder={`Find by name`} aria-label="Find by name"
        onChange={(e) => setSearch(e.target.value)} onKeyDown={(e) => { if (e.key === "Enter" && rows[0]) choose(text(rows[0]["Name"])); }}
      />
      <div className="menu scroll">
        {state.running && <p className="muted hint">Looking…</p>}
        {state.error && <p className="hint problem">{state.error.message}</p>}
        {rows.slice(0, 200).map((row) => {
          const name = text(row["Name"]);
          return (
            <button key={name} type="button" className="menu-item" title={name} aria-pressed={chosen(filter, step) === name} onClick={() => choose(name)}>
              <bdi className="ellipsis">{name}</bdi>
            </button>
          );
        })}
        {!state.running && !state.error && rows.length === 0 && (
          <p className="muted hint">
            {search ? "No such name." : step === "ip" ? "No address in this time." : <>Nothing known: an inventory gives the names.<br /><code>weir topology import …</code></>}
          </p>
        )}
      </div>
    </div>
  );
}
