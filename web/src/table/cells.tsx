// Cells that add to the filter.

import type { MouseEvent } from "react";
import { Icon } from "../app/icons";
import { usePage } from "../app/page";
import { navigate } from "../app/router";

/** A value of a field: a click asks for it, with Alt for everything else. */
export function FilterCell({ field, value, shown }: { field: string; value: string; shown?: string }) {
  const page = usePage();
  const text = shown ?? value;
  if (value === "") return <span className="muted">–</span>;
  const onClick = (event: MouseEvent) => {
    event.stopPropagation();
    page.narrow(field, value, event.altKey);
  };
  return (
    <button type="button" className="cell-link" tabIndex={-1} title={`${value}\nClick: add to the filter · Alt+click: leave out`} onClick={onClick}>
      {text}
    </button>
  );
}

/** An address: a click filters, the mark behind it opens what is known of it. */
export function AddressCell({ value, field = "ip" }: { value: string; field?: string }) {
  if (value === "") return <span className="muted">–</span>;
  return (
    <span className="address-cell">
      <FilterCell field={field} value={value} />
      <button
        type="button" className="cell-card" tabIndex={-1} title={`Everything about ${value}`} aria-label={`Everything about ${value}`}
        onClick={(event) => {
          event.stopPropagation();
          openAddress(value);
        }}
      >
        <Icon name="search" size={13} />
      </button>
    </span>
  );
}

export function openAddress(value: string): void {
  navigate(`/address/${encodeURIComponent(value)}${location.search}`);
}

/** The last part of a resource id: what people call the thing. A name that only has a stroke in it stays whole. */
export function lastPart(id: string): string {
  return /^[\w.()/-]+$/.test(id) ? id.slice(id.lastIndexOf("/") + 1) || id : id;
}
