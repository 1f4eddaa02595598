// The pages in a browser, against a real server. WEIR_URL is its address, WEIR_EXPECTED the numbers that the pages have
// to show as JSON, WEIR_RANGE the time that they are of, WEIR_HOSTILE_URL a server over names that mean harm, and
// WEIR_KNOWN_URL one that knows the networks and reads raw tuples again.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launch, openPage, PAGES, settled } from "./browser.mjs";
import { findings } from "./layout.mjs";

const server = process.env.WEIR_URL;
const expected = JSON.parse(process.env.WEIR_EXPECTED ?? "{}");
const range = encodeURIComponent(process.env.WEIR_RANGE ?? "7d");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

async function at(path, options = {}) {
  const opened = await openPage(browser, { width: 1440, height: 900, theme: "light", ...options });
  await opened.page.goto((options.server ?? server) + path);
  await settled(opened.page);
  return opened;
}

test("every page shows itself without an error, in reach of everybody, in its boxes", { timeout: 900_000 }, async (t) => {
  const known = process.env.WEIR_KNOWN_URL;
  const looks = [["light", 1440, server], ["dark", 768, known ?? server], ...(known ? [["light", 3840, known]] : [])];
  for (const [theme, width, server] of looks)
    for (const [name, path] of PAGES)
      await t.test(`${name}, ${theme}, ${width}`, async () => {
        const { page, errors, context } = await at(`${path}?time=${range}`, { theme, width, height: Math.round(width * 0.6), server });
        if (name === "query") await page.waitForSelector(".monaco-editor .view-lines");
        assert.deepEqual(errors, []);
        assert.equal(await page.locator(".failure").count(), 0);
        assert.deepEqual(await page.evaluate(findings), []);
        await page.evaluate(axe);
        // The editor is Microsoft's, and so are its faults.
        const result = await page.evaluate(() => globalThis.axe.run({ exclude: [[".monaco-editor"]] }, { resultTypes: ["violations"] }));
        const serious = result.violations.filter((v) => v.impact === "serious" || v.impact === "critical");
        assert.deepEqual(serious.map((v) => `${v.id}: ${v.nodes[0]?.html}`), []);
        await context.close();
      });
});

test("what a browser is told to allow", async () => {
  const response = await fetch(server + "/");
  const policy = response.headers.get("content-security-policy") ?? "";
  const scripts = /script-src([^;]*)/.exec(policy)?.[1] ?? "";
  assert.equal(scripts.trim(), "'self'");
  assert.ok(!policy.includes("unsafe-eval") && policy.includes("frame-ancestors 'none'"));
  const html = await response.text();
  const script = /src="(\/assets\/[^"]+)"/.exec(html)?.[1];
  const asset = await fetch(server + script);
  assert.match(asset.headers.get("cache-control") ?? "", /immutable/);
  assert.equal(asset.headers.get("content-encoding"), "gzip");
  const again = await fetch(server + "/", { headers: { "if-none-match": response.headers.get("etag") } });
  assert.equal(again.status, 304);
  assert.equal((await fetch(server + "/no-such-page")).status, 404);
});

test("nothing leaves the server, and the first panel is there within two seconds", async () => {
  const { page, context } = await openPage(browser, { width: 1440, height: 900, theme: "light" });
  const elsewhere = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(server) && !/^(data|blob):/.test(request.url())) elsewhere.push(request.url());
  });
  await page.goto(`${server}/?time=${range}`);
  await page.waitForSelector(".tile-value");
  const milliseconds = await page.evaluate(() => performance.now());
  await settled(page);
  await page.goto(`${server}/query`);
  await page.waitForSelector(".monaco-editor .view-lines");
  assert.deepEqual(elsewhere, []);
  // An unoptimised program on a busy machine is slower: the number is told, and bounded where it is asked for.
  console.log(`first panel after ${Math.round(milliseconds)} ms`);
  if (process.env.WEIR_FIRST_PANEL_MAX) assert.ok(milliseconds < Number(process.env.WEIR_FIRST_PANEL_MAX));
  await context.close();
});

test("the numbers are those of the flow logs", { skip: !process.env.WEIR_EXPECTED }, async () => {
  const tiles = async (page) =>
    Object.fromEntries(
      await page.locator(".tile").evaluateAll((all) => all.map((tile) => [tile.querySelector(".tile-title").textContent, Number(tile.querySelector(".tile-value").dataset.value)])),
    );
  const health = await at("/health");
  const read = await tiles(health.page);
  for (const [title, value] of Object.entries(expected.health)) assert.equal(read[title], value, title);
  await health.context.close();
  const overview = await at(`/?time=${range}`);
  let shown = await tiles(overview.page);
  for (const [title, value] of Object.entries(expected.overview)) assert.equal(shown[title], value, title);
  // The same through the filter: a type that was clicked, a status, and back again.
  await overview.page.getByRole("group", { name: "Status" }).getByRole("button", { name: "Denied", exact: true }).click();
  await settled(overview.page);
  shown = await tiles(overview.page);
  assert.equal(shown["Allowed flows"], 0);
  assert.equal(shown["Denied flows"], expected.overview["Denied flows"]);
  assert.match(overview.page.url(), /status=Denied/);
  await overview.page.goBack();
  await settled(overview.page);
  assert.equal((await tiles(overview.page))["Allowed flows"], expected.overview["Allowed flows"]);
  await overview.page.goForward();
  await settled(overview.page);
  assert.equal((await tiles(overview.page))["Allowed flows"], 0);
  await overview.context.close();
});

test("a cell adds to the filter, a panel opens its query, and the query answers the same", async () => {
  const { page, errors, context } = await at(`/?time=${range}`);
  const cell = page.getByRole("grid", { name: "Top talking pairs" }).locator(".cell-link").first();
  const address = await cell.textContent();
  await cell.click();
  await settled(page);
  assert.match(await page.locator(".chip").first().textContent(), new RegExp(address.replaceAll(".", "\\.")));
  const rows = await page.getByRole("grid", { name: "Top talking pairs" }).getAttribute("aria-rowcount");
  await page.getByRole("button", { name: "Query of Top talking pairs" }).click();
  const text = await page.locator("dialog pre").textContent();
  assert.ok(text.includes(address));
  assert.match(text, /let (NTANetAnalytics|Unfolded) = /);
  await page.getByRole("button", { name: "Open in the query page" }).click();
  await page.waitForSelector("[data-rows]", { timeout: 60_000 });
  assert.equal(Number(await page.locator("[data-rows]").getAttribute("data-rows")) + 1, Number(rows));
  assert.deepEqual(errors, []);
  await context.close();
});

test("the period before is drawn and compared with, until it is not asked for", async () => {
  const days = (process.env.WEIR_RANGE ?? "").startsWith("2026-05") ? "2026-05-29T00:00Z..2026-06-01T00:00Z" : "3d";
  const { page, errors, context } = await at(`/?time=${encodeURIComponent(days)}`);
  const legend = page.locator(".chart text", { hasText: "The 3 days before" });
  await legend.first().waitFor();
  assert.equal(await legend.count(), 2);
  await page.locator(".tile-change", { hasText: "against the 3 days before" }).first().waitFor();
  await page.getByRole("group", { name: "Time" }).getByRole("button", { name: /2026|Last/ }).click();
  await page.getByLabel("Compare with the period before").click();
  await page.keyboard.press("Escape");
  await settled(page);
  assert.match(page.url(), /compare=off/);
  assert.equal(await legend.count(), 0);
  assert.match(await page.locator(".tile-change").first().textContent(), /not compared/);
  assert.deepEqual(errors, []);
  await context.close();
});

test("the keys reach every page, and what is behind a row", { timeout: 480_000 }, async (t) => {
  const { page, errors, context } = await at(`/?time=${range}`);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  for (const [key, path] of [["d", "/distribution"], ["t", "/topology"], ["p", "/ports"], ["i", "/internet"], ["r", "/rules"], ["s", "/security"], ["h", "/health"], ["q", "/query"]])
    await t.test(`g ${key}`, async () => {
      await page.evaluate(() => document.activeElement.blur());
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      await page.waitForFunction((to) => location.pathname === to, path);
      await settled(page);
      if (path === "/query") return;
      // From the content on, the keys come to each table and out of it again.
      await page.locator("#main").focus();
      // What is folded away is out of reach until it is unfolded.
      const grids = await page.locator("main .table-scroll:not(details:not([open]) *)").count();
      const reached = new Set();
      let before = "";
      for (let step = 0; step < 400 && reached.size < grids; step += 1) {
        await page.keyboard.press("Tab");
        const now = await page.evaluate(() => {
          const e = document.activeElement;
          const all = [...document.querySelectorAll("a, button, input, select, summary, [tabindex]")];
          return { at: String(all.indexOf(e)), grid: e.matches(".table-scroll") ? e.getAttribute("aria-label") : "", inside: e !== document.body };
        });
        assert.ok(!now.inside || now.at !== before, "the focus stays where it is");
        before = now.at;
        if (now.grid) reached.add(now.grid);
      }
      assert.equal(reached.size, grids);
    });
  await page.goto(`${server}/?time=${range}`);
  await settled(page);
  await page.getByRole("grid", { name: "Top talking pairs" }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const dialog = page.locator("dialog");
  await dialog.getByRole("grid", { name: "Flows" }).waitFor();
  assert.match(await dialog.getAttribute("aria-label"), /↔/);
  await dialog.getByRole("grid", { name: "Flows" }).focus();
  await page.keyboard.press("Enter");
  await dialog.getByText("MacAddress").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.deepEqual(errors, []);
  await context.close();
});

test("the filter box completes names and values and takes KQL", async () => {
  const { page, context } = await at(`/?time=${range}`);
  const box = page.getByRole("combobox", { name: "Add a condition" });
  await page.keyboard.press("/");
  assert.ok(await box.evaluate((e) => e === document.activeElement));
  await box.pressSequentially("ap");
  await page.getByRole("option", { name: /^app/ }).click();
  await box.pressSequentially("htt");
  await page.getByRole("option", { name: "https", exact: true }).click();
  await settled(page);
  assert.match(await page.locator(".chip").first().textContent(), /Application is https/);
  await box.fill("BytesSrcToDest > 100000");
  await box.press("Enter");
  await settled(page);
  assert.equal(await page.locator(".chip").count(), 2);
  assert.equal(await page.locator(".failure").count(), 0);
  await box.fill("NoSuchColumn == 1");
  await box.press("Enter");
  await settled(page);
  // What is wrong is said where it is wrong, and the page stays.
  assert.match(await page.locator(".failure").first().textContent(), /NoSuchColumn/);
  await context.close();
});

async function ask(page, text) {
  await page.waitForSelector(".monaco-editor .view-lines");
  await page.locator(".monaco-editor .view-lines").click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Shift+Enter");
}

test("the query page runs, draws, exports, shares and stops", { timeout: 120_000 }, async () => {
  const { page, errors, context } = await at("/query");
  await ask(page, "range x from 1 to 3 step 1 | extend y = x * 9223372036854775");
  await page.waitForSelector('[data-rows="3"]');
  assert.match(await page.getByRole("grid", { name: "Result" }).textContent(), /27670116110564325/);
  await ask(page, "NTANetAnalytics | summarize sum(BytesSrcToDest) by L4Protocol | render piechart");
  await page.waitForSelector(".answer-chart svg");
  await page.getByRole("button", { name: "Export" }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
  assert.match(readFileSync(await file.path(), "utf8"), /L4Protocol/);
  const saved = async (name) => {
    await page.getByRole("button", { name: "Export" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name, exact: true }).click()]);
    return readFileSync(await download.path());
  };
  assert.ok(JSON.parse(String(await saved("JSON"))).some((row) => row.L4Protocol === "TCP" && row.sum_BytesSrcToDest > 0));
  const parquet = await saved("Parquet");
  assert.equal(parquet.subarray(0, 4).toString(), "PAR1");
  assert.equal(parquet.subarray(-4).toString(), "PAR1");
  await page.getByRole("button", { name: "Share" }).click();
  await page.waitForURL(/#q=/);
  const link = page.url();
  const other = await openPage(browser, { width: 1440, height: 900, theme: "dark" });
  await other.page.goto(link);
  await other.page.waitForSelector(".answer-chart svg", { timeout: 30_000 });
  await other.context.close();
  await ask(page, "NTANetAnalytics | where NoSuch == 1");
  await page.waitForSelector(".results .failure");
  assert.match(await page.locator(".results .failure").textContent(), /NoSuch/);
  // Every row with every other: far longer than anybody waits.
  await ask(page, "NTANetAnalytics | extend k = 'endless' | join kind=inner (NTANetAnalytics | extend k = 'endless') on k | summarize sum(sqrt(DestPort * DestPort1))");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Cancelled.").waitFor();
  // Stopping it here stops it there.
  let running = 1;
  for (let tries = 0; running > 0 && tries < 50; tries += 1) {
    const status = await (await fetch(server + "/api/v1/running")).json();
    running = (status.running ?? []).filter((q) => JSON.stringify(q).includes("endless")).length;
    await new Promise((done) => setTimeout(done, 200));
  }
  assert.equal(running, 0);
  // A browser logs every answer that is not 200 as an error: the one above was asked for.
  assert.deepEqual(errors.filter((e) => !/status of 400/.test(e)), []);
  await context.close();
});

test("the query page completes columns, runs what is shipped, keeps and remembers", { timeout: 180_000 }, async () => {
  const { page, errors, context } = await at("/query");
  await page.waitForSelector(".monaco-editor .view-lines");
  // The schema comes after the editor: a column is there once it has come.
  await page.locator(".monaco-editor .view-lines").click();
  let completed = false;
  for (let tries = 0; !completed && tries < 20; tries += 1) {
    await page.keyboard.press("Escape");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.press("Delete");
    await page.keyboard.type("NTANetAnalytics | where FlowEnc");
    await page.keyboard.press("ControlOrMeta+Space");
    await page.waitForTimeout(1000);
    completed = (await page.locator(".suggest-widget .monaco-list-row", { hasText: "FlowEncryption" }).count()) > 0;
  }
  assert.ok(completed, "no column was offered");
  await page.getByRole("searchbox", { name: "Find a query" }).fill("hour by hour");
  await page.locator(".query-list button", { hasText: "All traffic" }).click();
  await page.waitForSelector("[data-rows]", { timeout: 60_000 });
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByLabel("Name").fill("My <b>traffic</b>");
  await page.locator(".save-form").getByRole("button", { name: "Save" }).click();
  await page.reload();
  await page.waitForSelector(".monaco-editor .view-lines");
  await page.getByRole("tab", { name: "Saved" }).click();
  await page.getByRole("button", { name: "My <b>traffic</b>", exact: true }).click();
  await page.waitForFunction(() => document.querySelector(".view-lines")?.textContent.includes("All"));
  await page.getByRole("tab", { name: "History" }).click();
  assert.match(await page.locator(".query-list li").first().textContent(), /rows in/);
  await page.getByRole("button", { name: "Forget the history" }).click();
  await page.getByText("Nothing was run yet.").waitFor();
  await page.getByRole("tab", { name: "Saved" }).click();
  await page.getByRole("button", { name: /^Forget My/ }).click();
  await page.getByText("Nothing saved yet.").waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

/** The fields of the row that a dialog shows. */
async function fields(dialog) {
  return Object.fromEntries(await dialog.locator(".row-fields > div").evaluateAll((all) => all.map((e) => [e.querySelector("dt").firstChild.textContent, e.querySelector("dd").textContent])));
}

/** Asks for the raw tuples of the row that a dialog shows: what they add up to, on the page and in what was sent. */
async function tuples(page, dialog) {
  const [response] = await Promise.all([page.waitForResponse(/\/raw$/), dialog.getByRole("button", { name: "Raw tuples" }).click()]);
  const sent = await response.json();
  const shown = JSON.parse(await dialog.locator("[data-sums]").getAttribute("data-sums"));
  for (const counter of ["BytesSrcToDest", "BytesDestToSrc", "PacketsSrcToDest", "PacketsDestToSrc"])
    assert.equal(shown[counter], sent.reduce((all, tuple) => all + tuple[counter], 0), counter);
  assert.equal(Number(await dialog.getByRole("grid", { name: "Raw tuples" }).getAttribute("aria-rowcount")), sent.length + 1);
  return shown;
}

test("rows open the raw tuples that add up to them", { skip: !process.env.WEIR_KNOWN_URL, timeout: 240_000 }, async (t) => {
  const { page, errors, context } = await at(`/?time=${range}`, { server: process.env.WEIR_KNOWN_URL });
  const dialog = page.locator("dialog");
  const counters = (row) => ["BytesSrcToDest", "BytesDestToSrc", "PacketsSrcToDest", "PacketsDestToSrc"].map((name) => Number(row[name]));
  await t.test("from a row of a panel, flow by flow and all at once", async () => {
    await page.getByRole("grid", { name: "Top talking pairs" }).focus();
    await page.keyboard.press("Enter");
    const flows = dialog.getByRole("grid", { name: "Flows" });
    await flows.focus();
    await page.keyboard.press("Enter");
    const row = await fields(dialog);
    const sums = await tuples(page, dialog);
    assert.ok(sums.BytesSrcToDest + sums.BytesDestToSrc > 0);
    assert.deepEqual(counters(sums), counters(row));
    assert.deepEqual([sums.Begun + sums.Denied, sums.Ended], [Number(row.Flows), Number(row.Completed)]);
    await dialog.getByRole("button", { name: "Back to the rows" }).click();
    await dialog.getByRole("group", { name: "What is shown" }).getByRole("button", { name: "Raw tuples" }).click();
    await dialog.locator("[data-sums]").waitFor({ timeout: 60_000 });
    await page.keyboard.press("Escape");
  });
  await page.goto(`${process.env.WEIR_KNOWN_URL}/query`);
  const questions = {
    "a row": "NTANetAnalytics | where isnotempty(SrcIp) and isnotempty(DestIp) | top 1 by BytesSrcToDest",
    "a row of many addresses": "NTANetAnalytics | where isempty(DestIp) and FlowStatus == 'Allowed' | top 1 by BytesSrcToDest",
    "a row of one address that was folded": "weir_unfolded() | where Type == 'WeirPublicIps' | top 1 by BytesDestToSrc",
    "a denied row": "NTANetAnalytics | where FlowStatus == 'Denied' | top 1 by DeniedInFlows",
  };
  for (const [name, question] of Object.entries(questions))
    await t.test(`from the query page, ${name}`, async () => {
      await ask(page, question);
      await page.waitForFunction((text) => document.querySelector('[data-rows="1"]') && document.querySelector(".results .tr") && document.querySelector(".view-lines").textContent.replaceAll("\u00a0", " ").includes(text), question.slice(-30));
      await page.getByRole("grid", { name: "Result" }).focus();
      await page.keyboard.press("Enter");
      const row = await fields(dialog);
      const sums = await tuples(page, dialog);
      const sum = (...names) => names.reduce((all, n) => all + Number(row[n]), 0);
      assert.deepEqual(counters(sums), counters(row));
      assert.deepEqual([sums.Begun, sums.Ended, sums.Denied], [sum("AllowedInFlows", "AllowedOutFlows"), sum("CompletedFlows"), sum("DeniedInFlows", "DeniedOutFlows")]);
      await page.evaluate(axe);
      const result = await page.evaluate(() => globalThis.axe.run("dialog", { resultTypes: ["violations"] }));
      assert.deepEqual(result.violations.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) => `${v.id}: ${v.nodes[0]?.html}`), []);
      await page.keyboard.press("Escape");
    });
  await t.test("from the query page, all rows at once", async () => {
    await ask(page, "NTANetAnalytics | where isnotempty(SrcIp) and isnotempty(DestIp) | top 5 by BytesSrcToDest | project FlowIntervalStartTime, SrcIp, DestIp, DestPort");
    await page.waitForSelector('[data-rows="5"]');
    await page.getByRole("group", { name: "View" }).getByRole("button", { name: "Raw tuples" }).click();
    await page.locator(".results [data-sums]").waitFor({ timeout: 60_000 });
    // What the rows do not tell apart is said.
    assert.match(await page.locator(".results .notice-line").first().textContent(), /MacAddress/);
  });
  await t.test("columns that are missing are named", async () => {
    await ask(page, "NTANetAnalytics | summarize count() by SrcIp | take 3");
    await page.waitForSelector('[data-rows="3"]');
    assert.equal(await page.getByRole("group", { name: "View" }).getByRole("button", { name: "Raw tuples" }).count(), 0);
    await page.getByRole("grid", { name: "Result" }).focus();
    await page.keyboard.press("Enter");
    assert.ok(await dialog.getByRole("button", { name: "Raw tuples" }).isDisabled());
    assert.match(await dialog.textContent(), /no FlowIntervalStartTime and DestIp/);
    await page.keyboard.press("Escape");
  });
  await t.test("a server without the logs says what it lacks", async () => {
    const other = await at("/query");
    await ask(other.page, "NTANetAnalytics | take 2");
    await other.page.waitForSelector('[data-rows="2"]');
    await other.page.locator(".results .tr").first().click();
    await other.page.locator("dialog").getByRole("button", { name: "Raw tuples" }).click();
    await other.page.locator("dialog").getByText("weir serve --sources LOGS").waitFor();
    assert.deepEqual(other.errors, []);
    await other.context.close();
  });
  assert.deepEqual(errors, []);
  await context.close();
});

test("networks, links and rules that an inventory knows", { skip: !process.env.WEIR_KNOWN_URL, timeout: 480_000 }, async () => {
  const { page, errors, context } = await at(`/?time=${range}`, { server: process.env.WEIR_KNOWN_URL });
  const counter = async (name) => page.locator(".counter", { has: page.getByText(name, { exact: true }) }).textContent();
  for (const [name, total] of Object.entries(expected.inventory)) assert.match(await counter(name), new RegExp(` of ${total}(\\D|$)`), name);
  await page.locator(".counter", { has: page.getByText("Scale sets", { exact: true }) }).click();
  await settled(page);
  assert.equal(Number(await page.getByRole("grid", { name: "Scale sets" }).getAttribute("aria-rowcount")), expected.inventory["Scale sets"] + 1);
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await settled(page);
  const picture = page.locator(".network");
  await picture.locator(".chart svg").waitFor();
  for (const name of expected.vnets) assert.ok((await picture.locator("text", { hasText: name }).count()) > 0 || (await page.locator(".plain-list, .bars", { hasText: name }).count()) > 0, name);
  await picture.focus();
  for (const key of ["+", "ArrowLeft", "-", "r"]) await page.keyboard.press(key);
  await page.getByRole("list", { name: "Places by traffic" }).getByRole("button", { name: /vnet-tillermoor-weu/ }).click();
  await page.getByRole("region", { name: "What is chosen" }).getByRole("button", { name: "Flows", exact: true }).click();
  await page.locator("dialog").getByRole("grid", { name: "Flows" }).waitFor({ timeout: 60_000 });
  await page.keyboard.press("Escape");
  await page.getByRole("group", { name: "Level" }).getByRole("button", { name: "Subnets" }).click();
  await settled(page);
  assert.match(page.url(), /level=subnet/);
  await page.goto(`${process.env.WEIR_KNOWN_URL}/rules?time=${range}`);
  await settled(page);
  const never = page.locator('[data-panel="rules/never-hit"]');
  assert.match(await never.textContent(), new RegExp(`${expected.neverHit} of ${expected.neverHitAll} rules`));
  assert.deepEqual(errors, []);
  await context.close();
});

test("names that mean harm are text", { skip: !process.env.WEIR_HOSTILE_URL }, async (t) => {
  const hostile = process.env.WEIR_HOSTILE_URL;
  for (const [name, path] of PAGES)
    await t.test(name, async () => {
      const { page, errors, context } = await at(`${path}?time=${range}`, { server: hostile });
      let spoke = false;
      page.on("dialog", () => (spoke = true));
      assert.deepEqual(errors, []);
      assert.equal(await page.locator("main script, main img[src=x], main iframe, [onerror]").count(), 0);
      assert.equal(await page.evaluate(() => globalThis.harmed ?? false), false);
      assert.equal(spoke, false);
      assert.deepEqual(await page.evaluate(findings), []);
      // Tooltips are made when something is pointed at.
      for (const chart of await page.locator(".chart").all()) {
        const box = await chart.boundingBox();
        if (box) await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      }
      assert.equal(await page.evaluate(() => globalThis.harmed ?? false), false);
      await context.close();
    });
  await t.test("a hostile name can be filtered by", async () => {
    const { page, context } = await at(`/rules?time=${range}`, { server: hostile });
    const cell = page.getByRole("grid", { name: "Hits by rule" }).locator(".cell-link", { hasText: "<script>" }).first();
    await cell.click();
    await settled(page);
    assert.equal(await page.locator(".failure").count(), 0);
    assert.match(await page.locator(".chip").first().textContent(), /<script>/);
    await context.close();
  });
});
