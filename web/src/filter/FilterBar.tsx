// The bar above every page: time, scope, flow type, direction, status, unit, and conditions.

import { Icon } from "../app/icons";
import { Popover } from "../app/Popover";
import { usePage } from "../app/page";
import type { Unit } from "../format/numbers";
import { Conditions } from "./Conditions";
import { EMPTY, label, remove } from "./model";
import { FLOW_TYPES } from "./fields";
import { Histogram } from "./Histogram";
import { ScopePicker } from "./ScopePicker";
import { TimePicker } from "./TimePicker";

export function FilterBar() {
  const page = usePage();
  const { filter, setFilter } = page;
  const any = filter.conditions.length > 0 || filter.types.length > 0 || filter.direction !== "" || filter.status !== "";
  return (
    <div className="filter-bar" role="search" aria-label="Filter">
      <div className="filter-row">
        <TimePicker />
        <Segments
          label="Unit" value={filter.unit} options={UNITS}
          onChange={(unit) => setFilter({ ...filter, unit })}
        />
        <ScopePicker />
        <TypePicker />
        <Segments
          label="Direction" value={filter.direction} options={DIRECTIONS}
          onChange={(direction) => setFilter({ ...filter, direction })}
        />
        <Segments
          label="Status" value={filter.status} options={STATES}
          onChange={(status) => setFilter({ ...filter, status })}
        />
        <Conditions />
      </div>
      {any && (
        <ul className="chips" aria-label="Conditions">
          {filter.types.map((type) => (
            <Chip key={type} text={`Type is ${type}`} onRemove={() => setFilter({ ...filter, types: filter.types.filter((t) => t !== type) })} />
          ))}
          {filter.conditions.map((condition, i) => (
            <Chip
              key={i} text={label(condition)} code={"kql" in condition} {...("kql" in condition ? {} : { onToggle: () =>
                setFilter({ ...filter, conditions: filter.conditions.map((c) => (c === condition ? { ...condition, not: !condition.not } : c)) }) })}
              onRemove={() => setFilter(remove(filter, condition))}
            />
          ))}
          <li>
            <button type="button" className="button quiet small" onClick={() => setFilter({ ...EMPTY, time: filter.time, unit: filter.unit, compare: filter.compare })}>Clear all</button>
          </li>
        </ul>
      )}
      <Histogram />
    </div>
  );
}

const UNITS: { value: Unit; title: string }[] = [
  { value: "bytes", title: "Bytes" },
  { value: "packets", title: "Packets" },
  { value: "flows", title: "Flows" },
];

const DIRECTIONS = [
  { value: "" as const, title: "In + out" },
  { value: "Inbound" as const, title: "In" },
  { value: "Outbound" as const, title: "Out" },
];

const STATES = [
  { value: "" as const, title: "All" },
  { value: "Allowed" as const, title: "Allowed" },
  { value: "Denied" as const, title: "Denied" },
];

interface SegmentsProps<T extends string> {
  label: string;
  value: T;
  options: { value: T; title: string }[];
  onChange: (value: T) => void;
}

export function Segments<T extends string>({ label, value, options, onChange }: SegmentsProps<T>) {
  return (
    <div className="segments" role="group" aria-label={label}>
      {options.map((option) => (
        <button key={option.value} type="button" aria-pressed={option.value === value} onClick={() => onChange(option.value)}>{option.title}</button>
      ))}
    </div>
  );
}

function TypePicker() {
  const { filter, setFilter } = usePage();
  const toggle = (type: string) =>
    setFilter({ ...filter, types: filter.types.includes(type) ? filter.types.filter((t) => t !== type) : [...filter.types, type] });
  return (
    <Popover
      title="Flow type" className={filter.types.length > 0 ? "button on" : "button"}
      label={<><span className="nowrap">{filter.types.length === 0 ? "All types" : filter.types.length === 1 ? filter.types[0] : `${filter.types.length} types`}</span><Icon name="down" size={14} /></>}
    >
      {() => (
        <div className="menu">
          {FLOW_TYPES.map((type) => (
            <label key={type.value} className="menu-item check">
              <input type="checkbox" checked={filter.types.includes(type.value)} onChange={() => toggle(type.value)} />
              <span>{type.value}<small>{type.about}</small></span>
            </label>
          ))}
        </div>
      )}
    </Popover>
  );
}

function Chip({ text, code = false, onToggle, onRemove }: { text: string; code?: boolean; onToggle?: () => void; onRemove: () => void }) {
  return (
    <li className="chip">
      {onToggle ? (
        <button type="button" className="chip-text" title={`${text}\nClick to turn into its opposite`} onClick={onToggle}><bdi>{text}</bdi></button>
      ) : (
        <span className={code ? "chip-text code-text" : "chip-text"} title={text}><bdi>{text}</bdi></span>
      )}
      <button type="button" className="chip-close" aria-label={`Remove: ${text.slice(0, 80)}`} onClick={onRemove}><Icon name="close" size={12} /></button>
    </li>
  );
}
