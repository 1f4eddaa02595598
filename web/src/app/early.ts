// What a page asks first is on its way before the program that draws it has been read.

import * as model from "../filter/model";
import { begin } from "../kusto/answers";
import { shipped } from "../library";
import { settings } from "./settings";
import { composeFor, minute, rangeOf, viewOf } from "./view";

/** The first query of pages that ask it without parameters of their own. */
const FIRST: Record<string, string> = {
  "/": "overview/totals",
  "/ports": "ports/trend",
  "/internet": "internet/countries",
  "/rules": "rules/trend",
  "/security": "security/malicious",
};

export function askEarly(): void {
  const { database } = settings();
  const filter = model.read(new URLSearchParams(location.search));
  begin(shipped("health/extent"), database, "first");
  const name = FIRST[location.pathname];
  if (name) begin(composeFor(viewOf(filter, rangeOf(filter, minute())), name), database, "first");
}
