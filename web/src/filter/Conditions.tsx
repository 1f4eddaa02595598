// The box that takes any condition, with completion of names and values.

import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Icon } from "../app/icons";
import { usePage } from "../app/page";
import { records, text } from "../kusto/answer";
import { useQuery } from "../kusto/useQuery";
import { string } from "../kusto/literal";
import { FIELDS } from "./fields";
import { add, parseTyped } from "./model";

interface Suggestion {
  /** What the box holds once it is taken. */
  insert: string;
  shown: string;
  about: string;
  /** Taking it ends the condition. */
  whole: boolean;
}

export function Conditions() {
  const page = usePage();
  const [typed, setTyped] = useState("");
  const [focused, setFocused] = useState(false);
  const [at, setAt] = useState(-1);
  const box = useRef<HTMLInputElement>(null);

  const [, negation = "", name = "", operator = "", rest = ""] = /^(-|not\s+)?([a-z]*)\s*(!=|==|=|:|\s)?\s*(.*)$/is.exec(typed) ?? [];
  const field = operator ? FIELDS.get(name.toLowerCase()) : undefined;
  const wanted = useLater(field && field.columns.length > 0 ? field.name : "", 150);
  const values = useQuery(
    wanted ? page.compose("filter/values", { field: string(wanted) }) : null, page.database, page.version,
  );

  const suggestions = useMemo((): Suggestion[] => {
    if (!field) {
      const start = name.toLowerCase();
      return [...FIELDS.values()]
        .filter((f) => !operator && (f.name.startsWith(start) || f.title.toLowerCase().includes(start)))
        .map((f) => ({ insert: `${negation}${f.name} = `, shown: f.name, about: f.about, whole: false }));
    }
    const last = rest.toLowerCase();
    return (values.answer ? records(values.answer) : [])
      .map((r) => text(r["Value"]))
      .filter((v) => v !== "" && v.toLowerCase().includes(last))
      .slice(0, 50)
      .map((v) => ({ insert: `${negation}${field.name} ${operator.trim() || "="} "${v}"`, shown: v, about: "", whole: true }));
  }, [field, name, operator, rest, negation, values.answer]);

  useEffect(() => setAt(-1), [typed]);
  useEffect(() => {
    const key = (event: globalThis.KeyboardEvent) => {
      const element = event.target as HTMLElement;
      if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(input|textarea|select)$/i.test(element.tagName) || element.isContentEditable) return;
      event.preventDefault();
      box.current?.focus();
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, []);

  const submit = (words: string) => {
    const condition = parseTyped(words);
    if (!condition) return;
    page.setFilter(add(page.filter, condition));
    setTyped("");
  };
  const take = (suggestion: Suggestion) => {
    if (suggestion.whole) submit(suggestion.insert);
    else {
      setTyped(suggestion.insert);
      box.current?.focus();
    }
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const count = suggestions.length;
      if (count > 0) setAt((i) => (event.key === "ArrowDown" ? (i + 1) % count : (i <= 0 ? count : i) - 1));
    } else if ((event.key === "Tab" || event.key === "Enter") && at >= 0 && suggestions[at]) {
      event.preventDefault();
      take(suggestions[at]);
    } else if (event.key === "Tab" && !event.shiftKey && typed && suggestions[0] && !suggestions[0].whole) {
      event.preventDefault();
      take(suggestions[0]);
    } else if (event.key === "Enter") submit(typed);
    else if (event.key === "Escape") box.current?.blur();
  };
  const open = focused && suggestions.length > 0;
  return (
    <div className="conditions">
      <Icon name="search" size={16} />
      <input
        ref={box} value={typed} spellCheck={false} autoComplete="off" role="combobox" aria-expanded={open} aria-controls="condition-list"
        aria-activedescendant={at >= 0 ? `condition-${at}` : undefined} aria-label="Add a condition"
        placeholder="Filter: 10.1.1.8, port = 443, or KQL   ( / )"
        onChange={(e) => setTyped(e.target.value)} onKeyDown={onKey} onFocus={() => setFocused(true)} onBlur={() => setFocused(false)}
      />
      {open && (
        <ul id="condition-list" className="suggestions" role="listbox" aria-label="Suggestions">
          {suggestions.map((s, i) => (
            <li
              key={s.shown} id={`condition-${i}`} role="option" aria-selected={i === at}
              onPointerDown={(e) => { e.preventDefault(); take(s); }}
            >
              <bdi>{s.shown}</bdi><small>{s.about}</small>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** A value once it has stood still. */
function useLater<T>(value: T, milliseconds: number): T {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return later;
}
