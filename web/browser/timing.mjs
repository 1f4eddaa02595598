// How long pages take until their first panel has its answer, and until all have: a new browser each time.
//
//   node browser/timing.mjs SERVER TIME RUNS [PAGE …]

import { launch, openPage, PAGES, settled } from "./browser.mjs";

const [server, time, runs = "3", ...wanted] = process.argv.slice(2);
const pages = PAGES.filter(([name]) => name !== "query" && (wanted.length === 0 || wanted.includes(name)));

/** Notes when a panel is no longer busy, as the milliseconds since its page began. */
function watch() {
  const done = (window.weirDone = {});
  const look = () => {
    for (const panel of document.querySelectorAll("main section")) {
      const title = panel.querySelector("h2, h3")?.textContent ?? "";
      if (panel.matches('[aria-busy="true"]') || panel.querySelector('[aria-busy="true"]')) delete done[title];
      else done[title] ??= performance.now();
    }
    requestAnimationFrame(look);
  };
  document.addEventListener("DOMContentLoaded", look);
}

const seconds = (milliseconds) => (milliseconds / 1000).toFixed(2);

for (const [name, path] of pages) {
  for (let run = 1; run <= Number(runs); run++) {
    const browser = await launch();
    const { page, errors } = await openPage(browser, { width: 1440, height: 900, theme: "light" });
    await page.addInitScript(watch);
    await page.goto(`${server}${path}?time=${encodeURIComponent(time)}`);
    await settled(page, 300_000);
    const panels = Object.entries(await page.evaluate(() => window.weirDone)).sort(([, a], [, b]) => a - b);
    const each = panels.map(([title, done]) => `${title} ${seconds(done)}`).join(", ");
    console.log(`${name} ${run}: first ${seconds(panels[0]?.[1])} s, all ${seconds(panels.at(-1)?.[1])} s (${each})`);
    for (const error of errors) console.log(`  error: ${error}`);
    await browser.close();
  }
}
