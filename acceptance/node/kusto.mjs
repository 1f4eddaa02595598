// Azure Data Explorer's client for Node, as people install it, against the program at WEIR_URL.

import assert from "node:assert/strict";
import test, { after } from "node:test";

import { Client, ClientRequestProperties } from "azure-kusto-data";

const client = new Client(process.env.WEIR_URL);
after(() => client.close());

const rows = (response, table = 0) =>
  [...response.primaryResults[table].rows()].map((row) => Object.values(row.toJSON()));

// What the client throws for a status other than 200 carries the body of the answer.
async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    return error.response?.data?.error ?? error;
  }
  assert.fail("it should have been refused");
}

test("every type arrives as itself", async () => {
  const query = `print b = true, i = int(-7), l = 5, r = 2.5, d = decimal(2.5), s = "aß",
    t = datetime(2020-03-04T14:05:01.3109965Z), n = 1d + 2.5s, g = guid(74be27de-1e4e-49d9-b579-fe0b331d3642),
    y = dynamic({"arr": [0, 2]})`;
  const response = await client.execute("default", query);
  const [row] = [...response.primaryResults[0].rows()].map((row) => row.toJSON());
  assert.deepEqual(
    response.primaryResults[0].columns.map((column) => column.type),
    ["bool", "int", "long", "real", "decimal", "string", "datetime", "timespan", "guid", "dynamic"],
  );
  assert.equal(row.b, true);
  assert.equal(row.i, -7);
  assert.equal(row.l, 5);
  assert.equal(row.r, 2.5);
  assert.equal(Number(row.d), 2.5);
  assert.equal(row.s, "aß");
  assert.deepEqual(row.t, new Date("2020-03-04T14:05:01.310Z"));
  assert.equal(row.n, 86_402_500);
  assert.equal(row.g, "74be27de-1e4e-49d9-b579-fe0b331d3642");
  assert.deepEqual(row.y, { arr: [0, 2] });
});

test("nulls arrive", async () => {
  const query = "print i = int(null), l = long(null), r = real(null), t = datetime(null), y = dynamic(null), s = ''";
  assert.deepEqual(rows(await client.execute("default", query)), [[null, null, null, null, null, ""]]);
});

test("version 1 of the protocol is answered", async () => {
  const response = await client.executeQueryV1("default", "print x = 1, t = datetime(2020-01-01)");
  assert.deepEqual(rows(response), [[1, new Date("2020-01-01T00:00:00Z")]]);
});

test("parameters arrive", async () => {
  const properties = new ClientRequestProperties();
  properties.setParameter("n", 10);
  properties.setParameter("s", "it's");
  const query = "declare query_parameters(n:long, s:string); print n + 1, s";
  assert.deepEqual(rows(await client.execute("default", query, properties)), [[11, "it's"]]);
});

test("several statements are several results", async () => {
  const response = await client.execute("default", "print 1; print 2, 3");
  assert.deepEqual([rows(response, 0), rows(response, 1)], [[[1]], [[2, 3]]]);
});

test("management commands are answered and asked further", async () => {
  const shown = await client.execute("default", ".show tables | where TableName == 'NTANetAnalytics' | count");
  assert.deepEqual(rows(shown), [[1]]);
  const databases = await client.executeMgmt("", ".show databases");
  assert.equal(databases.primaryResults[0].toJSON().data[0].DatabaseName, "default");
});

test("errors carry their text", async () => {
  const error = await refused(client.execute("default", "NTANetAnalytics | where SrcIP == 1"));
  assert.match(error["@message"], /Semantic error: SEM0100.*write SrcIp/);
  const syntax = await refused(client.execute("default", "T | where ("));
  assert.match(syntax["@message"], /Syntax error: SYN0002/);
});

test("rows over the limit are a partial failure", async () => {
  const error = await refused(client.execute("default", "set truncationmaxrecords=1; range x from 1 to 3 step 1"));
  assert.match(JSON.stringify(error.message ?? error), /E_QUERY_RESULT_SET_TOO_LARGE/);
});

test("a time is set", async () => {
  const properties = new ClientRequestProperties();
  properties.setTimeout(60_000);
  assert.deepEqual(rows(await client.execute("default", "print 1", properties)), [[1]]);
});
