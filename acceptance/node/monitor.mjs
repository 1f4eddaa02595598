// Azure Monitor's client for JavaScript, as people install it, against the program at WEIR_URL, which must be https:
// the client sends no token over anything else.

import assert from "node:assert/strict";
import test from "node:test";

import { LogsQueryClient } from "@azure/monitor-query-logs";

const anyToken = { getToken: async () => ({ token: "none", expiresOnTimestamp: Date.now() + 3_600_000 }) };
const client = new LogsQueryClient(anyToken, { endpoint: `${process.env.WEIR_URL}/v1` });
const RESOURCE = "/subscriptions/x/resourceGroups/y/providers/Microsoft.OperationalInsights/workspaces/default";
const DAY = { duration: "P1D" };

test("a workspace is asked", async () => {
  const query = "print a = 1, t = datetime(2020-01-01), d = dynamic({'k': [1]}), s = ''";
  const { status, tables } = await client.queryWorkspace("default", query, DAY);
  assert.equal(status, "Success");
  assert.deepEqual(tables[0].columnDescriptors.map((column) => column.type), ["long", "datetime", "dynamic", "string"]);
  assert.deepEqual(tables[0].rows, [[1, new Date("2020-01-01T00:00:00Z"), { k: [1] }, ""]]);
});

test("a resource is asked", async () => {
  const { tables } = await client.queryResource(RESOURCE, "print 1", DAY);
  assert.deepEqual(tables[0].rows, [[1]]);
});

test("a timespan narrows the tables", async () => {
  const count = async (span) => (await client.queryWorkspace("default", "NTANetAnalytics | count", span)).tables[0].rows[0][0];
  const end = new Date("2026-06-01T00:00:00Z");
  const week = await count({ startTime: new Date("2026-05-01T00:00:00Z"), endTime: end });
  const day = await count({ duration: "P1D", endTime: end });
  assert.equal(day, await count({ startTime: new Date("2026-05-31T00:00:00Z"), duration: "P1D" }));
  assert.ok(0 < day && day < week);
});

test("statistics and renderings are told when asked for", async () => {
  const options = { includeQueryStatistics: true, includeVisualization: true, serverTimeoutInSeconds: 60 };
  const result = await client.queryWorkspace("default", "print x = 1 | render barchart", DAY, options);
  assert.equal(result.visualization.visualization, "barchart");
  assert.ok(result.statistics.query.executionTime > 0);
});

test("errors carry their text", async () => {
  await assert.rejects(client.queryWorkspace("default", "NTANetAnalytics | where SrcIP == 1", DAY), (error) => {
    assert.match(JSON.stringify(error), /write SrcIp/);
    return error.statusCode === 400;
  });
});

test("rows over the limit are a partial result", async () => {
  const query = "set truncationmaxrecords=1; range x from 1 to 3 step 1";
  const result = await client.queryWorkspace("default", query, DAY);
  assert.equal(result.status, "PartialFailure");
  assert.deepEqual(result.partialTables[0].rows, [[1]]);
});

test("a batch is answered in its order", async () => {
  const of = (query) => ({ workspaceId: "default", query, timespan: DAY });
  const [one, wrong, two] = await client.queryBatch([of("print 1"), of("nonsense"), of("print 2")]);
  assert.deepEqual(one.tables[0].rows, [[1]]);
  // This client takes any answer with an error for a partial one.
  assert.notEqual(wrong.status, "Success");
  assert.match(JSON.stringify(wrong), /BadArgumentError/);
  assert.deepEqual(two.tables[0].rows, [[2]]);
});
