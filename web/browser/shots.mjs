// Pictures of every page, light and dark, narrow and wide.
// Usage: node browser/shots.mjs SERVER FOLDER [PAGE…]; WIDTHS=768,1440,3840 and THEMES=light,dark choose.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { findings } from "./layout.mjs";
import { launch, openPage, PAGES, settled } from "./browser.mjs";

const [server = "http://127.0.0.1:8080", folder = "shots", ...only] = process.argv.slice(2);
const widths = (process.env.WIDTHS ?? "768,1440,3840").split(",").map(Number);
const themes = (process.env.THEMES ?? "light,dark").split(",");
const query = process.env.QUERY ?? "?time=7d";

/** The query that the page begins with, in its colours and answered. */
async function ran(page) {
  await page.locator(".view-line .Table").first().waitFor();
  await page.getByRole("button", { name: "Run" }).click();
  await page.locator("[data-rows]").waitFor();
  await settled(page);
}

mkdirSync(folder, { recursive: true });
const browser = await launch();
try {
  for (const theme of themes)
    for (const width of widths) {
      const { page, errors, context } = await openPage(browser, { width, height: Math.max(900, Math.round(width * 0.56)), theme });
      for (const [name, path] of PAGES) {
        if (only.length > 0 && !only.includes(name)) continue;
        await page.goto(server + path + query);
        await settled(page);
        if (name === "query") await ran(page);
        // The column scrolls inside the frame: the window grows to show all of it.
        const height = await page.evaluate(() => document.querySelector(".column")?.scrollHeight ?? 900);
        const size = page.viewportSize();
        if (height > size.height) {
          await page.setViewportSize({ width, height: Math.min(height, 6000) });
          await settled(page);
        }
        for (const line of await page.evaluate(findings)) console.error(`${name} ${theme} ${width}: ${line}`);
        await page.screenshot({ path: join(folder, `${name}-${theme}-${width}.png`) });
        await page.setViewportSize(size);
      }
      for (const error of errors) console.error(`${theme} ${width}: ${error}`);
      await context.close();
    }
} finally {
  await browser.close();
}
