import { expect, test } from "vitest";
import { failure, parseExact, QueryError, readFrames } from "../src/kusto/client";

const header = { FrameType: "DataSetHeader", IsProgressive: false, Version: "v2.0" };
const columns = [{ ColumnName: "x", ColumnType: "long" }];
const end = { FrameType: "DataSetCompletion", HasErrors: false, Cancelled: false };

test("whole tables with their chart", () => {
  const answer = readFrames([
    header,
    { FrameType: "DataTable", TableId: 0, TableKind: "QueryProperties", Rows: [[1, "Visualization", '{"Visualization":"piechart"}']] },
    { FrameType: "DataTable", TableId: 1, TableKind: "PrimaryResult", Columns: columns, Rows: [[1], [2]] },
    { FrameType: "DataTable", TableId: 2, TableKind: "QueryCompletionInformation", Columns: [{ ColumnName: "Payload", ColumnType: "string" }], Rows: [['{"ExecutionTime":0.25}']] },
    end,
  ]);
  expect(answer.rows).toEqual([[1], [2]]);
  expect(answer.visualization?.Visualization).toBe("piechart");
  expect(answer.serverSeconds).toBe(0.25);
});

test("tables in fragments", () => {
  const answer = readFrames([
    header,
    { FrameType: "TableHeader", TableId: 1, TableKind: "PrimaryResult", Columns: columns },
    { FrameType: "TableFragment", TableFragmentType: "DataAppend", TableId: 1, Rows: [[1]] },
    { FrameType: "TableFragment", TableFragmentType: "DataAppend", TableId: 1, Rows: [[2]] },
    { FrameType: "TableCompletion", TableId: 1, RowCount: 2 },
    end,
  ]);
  expect(answer.rows).toEqual([[1], [2]]);
});

test("a result that was cut off keeps its rows and says why", () => {
  const errors = [{ error: { code: "LimitsExceeded", message: "too much", "@message": "too many rows" } }];
  const answer = readFrames([
    header,
    { FrameType: "DataTable", TableId: 1, TableKind: "PrimaryResult", Columns: columns, Rows: [[1], { OneApiErrors: errors }] },
    { ...end, HasErrors: true, OneApiErrors: errors },
  ]);
  expect(answer.rows).toEqual([[1]]);
  expect(answer.warning).toBeTruthy();
});

test("errors show their innermost message, and text that is none shows itself", () => {
  const body = JSON.stringify({ error: { code: "General_BadRequest", message: "outer", "@message": "middle", innererror: { code: "SEM0100", message: "inner" } } });
  expect(failure(body, 400)).toMatchObject({ message: "inner", code: "SEM0100", status: 400 });
  expect(failure("<html>", 502)).toMatchObject({ message: "<html>", code: "Http502" });
  expect(failure("", 503).message).toContain("503");
  expect(() => readFrames({})).toThrow(QueryError);
  expect(() => readFrames([header, end])).toThrow(QueryError);
});

test("plain numbers stay numbers", () => {
  expect(parseExact('{"a":[1,2.5]}')).toEqual({ a: [1, 2.5] });
});
