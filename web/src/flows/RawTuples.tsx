// Tuples as they were logged, with the blob and the place in it that they were read from.

import { useEffect, useMemo, useState } from "react";
import { usePage } from "../app/page";
import { useSettings } from "../app/settings";
import { listed } from "../format/names";
import { bytes, exact } from "../format/numbers";
import { stamp } from "../format/times";
import { milliseconds, text, type Row } from "../kusto/answer";
import { Failure } from "../panel/Panel";
import { DataTable, type TableColumn } from "../table/DataTable";
import { rawAvailable, rawTuples, sums, type RawAnswer } from "./raw";

const LIMIT = 1000;
/** Columns of paths and resource ids: their ends tell them apart. */
const LONG = /^(Blob|LogResource|TargetResource|AclId)$/;
/** What is looked for first; the place in the blob follows. */
const FIRST = ["FlowTime", "SrcIp", "SrcPort", "DestIp", "DestPort", "FlowState", "BytesSrcToDest", "BytesDestToSrc", "PacketsSrcToDest", "PacketsDestToSrc"];

/** The tuples behind the rows that a query answers; `loose` names columns that the rows ought to have. */
export function RawTuples({ query, loose = [], height = 420 }: { query: string; loose?: string[]; height?: number }) {
  const { database } = usePage();
  const { zone } = useSettings();
  const [answer, setAnswer] = useState<RawAnswer | "unavailable" | null>(null);
  const [problem, setProblem] = useState("");
  const [again, setAgain] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setAnswer(null);
    setProblem("");
    rawAvailable()
      .then(async (found) => {
        const answered = found ? await rawTuples(database, query, LIMIT, abort.signal) : "unavailable";
        if (!abort.signal.aborted) setAnswer(answered);
      })
      .catch((error: unknown) => {
        if (!abort.signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
      });
    return () => abort.abort();
  }, [database, query, again]);
  const rows = answer === null || answer === "unavailable" ? null : answer.rows;
  const columns = useMemo((): TableColumn<Row>[] => {
    const given = [...new Set((rows ?? []).slice(0, 50).flatMap((r) => Object.keys(r)))];
    const names = [...FIRST.filter((n) => given.includes(n)), ...given.filter((n) => !FIRST.includes(n) && !LONG.test(n)), ...given.filter((n) => LONG.test(n))];
    return names.map((name) => ({
      key: name, title: name, width: /Time$/.test(name) ? 172 : LONG.test(name) ? 200 : /Ip$|^MacAddress$|^Category$/.test(name) ? 140 : 84, grow: LONG.test(name) ? 1 : 0.2, optional: true,
      align: typeof rows?.[0]?.[name] === "number" ? "right" : "left",
      value: (r) => { const value = r[name]; return typeof value === "number" || typeof value === "bigint" ? value : text(value); },
      show: (r) => (/Time$/.test(name) ? stamp(milliseconds(r[name]), zone) : LONG.test(name) ? text(r[name]).split("/").slice(-3).join("/") : text(r[name])),
      hover: (r) => text(r[name]),
    }));
  }, [rows, zone]);
  if (problem) return <Failure message={problem} onRetry={() => setAgain((n) => n + 1)} />;
  if (answer === "unavailable") return <Unavailable />;
  if (answer === null) return <div className="message waiting" aria-busy="true"><p>Reading blobs…</p><div className="skeleton" /><div className="skeleton" /></div>;
  return (
    <div className="stack">
      {answer.notes.map((note, i) => <p key={i} className="notice-line">{note}</p>)}
      {loose.length > 0 && <p className="notice-line">The rows do not have {listed(loose)}: whatever differs only there is among the tuples.</p>}
      {answer.rows.length === 0 ? (
        <div className="message empty"><p>{answer.notes.length > 0 ? "No tuple of it can be read: its blobs are no longer where they were read from." : "No flow log that was read has a tuple of it."}</p></div>
      ) : (
        <>
          <Sums tuples={answer.rows} />
          <DataTable columns={columns} rows={answer.rows} label="Raw tuples" height={height} file="tuples" rowHeight={27} />
        </>
      )}
    </div>
  );
}

/** What the tuples add up to: the counters of their row. */
function Sums({ tuples }: { tuples: Row[] }) {
  const all = sums(tuples);
  const blobs = new Set(tuples.map((tuple) => text(tuple["Blob"]))).size;
  const parts = [
    `${exact(tuples.length)} ${tuples.length === 1 ? "tuple" : "tuples"} of ${exact(blobs)} ${blobs === 1 ? "blob" : "blobs"}`,
    `${bytes(all.BytesSrcToDest)} there`, `${bytes(all.BytesDestToSrc)} back`,
    ...(all.Begun > 0 ? [`${exact(all.Begun)} begun`] : []), ...(all.Ended > 0 ? [`${exact(all.Ended)} ended`] : []), ...(all.Denied > 0 ? [`${exact(all.Denied)} denied`] : []),
  ];
  return <p className="muted hint" title={`${exact(all.BytesSrcToDest, "bytes")} there, ${exact(all.BytesDestToSrc, "bytes")} back`} data-sums={JSON.stringify(all)}>{parts.join(" · ")}</p>;
}

function Unavailable() {
  return (
    <div className="message empty" role="status">
      <p>This server reads no flow logs again, so it has no raw tuples.</p>
      <p className="muted">They are shown by a server that knows where the logs are: <code>weir serve --sources LOGS</code>, with the folder that was ingested.</p>
    </div>
  );
}
