import react from "@vitejs/plugin-react";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const APP = "dist/app";
const PACKED = "dist/packed";

// The program holds the files packed, as browsers get them.
const pack: Plugin = {
  name: "pack",
  apply: "build",
  closeBundle() {
    rmSync(PACKED, { recursive: true, force: true });
    for (const entry of readdirSync(APP, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const target = join(PACKED, relative(APP, file)) + ".gz";
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, gzipSync(readFileSync(file), { level: 9 }));
    }
  },
};

// What draws the pages is loaded beside what asks their first queries, and runs after it.
const preload: Plugin = {
  name: "preload",
  apply: "build",
  transformIndexHtml: {
    order: "post",
    handler(html, { bundle = {} }) {
      const shown = Object.values(bundle).find((file) => file.type === "chunk" && file.name === "show");
      if (shown?.type !== "chunk") throw new Error("there is no chunk of src/app/show.tsx");
      const files = [shown.fileName, ...shown.imports].filter((file) => !html.includes(file));
      return files.map((file) => ({ tag: "link", attrs: { rel: "modulepreload", crossorigin: true, href: "/" + file }, injectTo: "head" as const }));
    },
  },
};

// The server that answers queries while the page is developed; the built page asks the server that it came from.
const server = process.env["WEIR_SERVER"] ?? "http://127.0.0.1:8719";
// The server answers pages of its own origin alone: it has to see the name that the browser asked for.
const forward = { target: server, changeOrigin: false };
const proxy = { "/v1": forward, "/v2": forward, "/api": forward };

export default defineConfig({
  plugins: [react(), preload, pack],
  server: {
    proxy,
    fs: { allow: [".."] },
  },
  // The built pages in front of a server that was built without them, or with older ones.
  preview: { proxy },
  build: {
    // Beside it a file is tracked, so that the folder is there for the build of the server.
    outDir: APP,
    emptyOutDir: true,
    target: "es2022",
    // The licences of what is bundled stay in the bundle.
    license: { fileName: "licenses.txt" },
    // The editor is large by nature and loaded only on the query page.
    chunkSizeWarningLimit: 9000,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
});
