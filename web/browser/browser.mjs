// A headless browser for the tests of the page: the one that is installed, or the one that WEIR_BROWSER names.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const KNOWN = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/** Path of a browser; undefined where there is none. */
export function browserPath() {
  return process.env.WEIR_BROWSER ?? KNOWN.find((path) => existsSync(path));
}

export async function launch() {
  const executablePath = browserPath();
  if (!executablePath) throw new Error("no Chromium found: install one or name it in WEIR_BROWSER");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

/** A page with a theme and a size; what it logs as an error is kept in the list that is returned. */
export async function openPage(browser, { width, height, theme, zone = "utc" }) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
  await context.addInitScript(([theme, zone]) => {
    if (!localStorage.getItem("weir.settings")) localStorage.setItem("weir.settings", JSON.stringify({ theme, zone }));
  }, [theme, zone]);
  const page = await context.newPage();
  const errors = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  return { page, errors, context };
}

/** Waits until no query is running. */
export async function settled(page, milliseconds = 120_000) {
  await page.waitForFunction(
    () => document.querySelectorAll("main section, main .welcome, main .query-page").length > 0 && !document.querySelector('[aria-busy="true"]'),
    undefined,
    { timeout: milliseconds },
  );
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(150);
}

export const PAGES = [
  ["overview", "/"],
  ["distribution", "/distribution"],
  ["topology", "/topology"],
  ["ports", "/ports"],
  ["internet", "/internet"],
  ["rules", "/rules"],
  ["security", "/security"],
  ["health", "/health"],
  ["query", "/query"],
];
