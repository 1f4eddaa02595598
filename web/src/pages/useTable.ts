// What a table of a page is made of.

import { useMemo } from "react";
import { usePage } from "../app/page";
import { useDark, useSettings } from "../app/settings";
import { palette } from "../charts/palette";
import { records, type Answer } from "../kusto/answer";

/** The rows of an answer, and what its columns and cells go by. */
export function useTable(answer: Answer) {
  const page = usePage();
  const colours = palette(useDark());
  const { zone } = useSettings();
  const rows = useMemo(() => records(answer), [answer]);
  return { page, colours, zone, unit: page.filter.unit, rows };
}
