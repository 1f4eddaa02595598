import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The server that answers queries while the page is developed; the built page asks the server that it came from.
const server = process.env["WEIR_SERVER"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  server: {
    proxy: { "/v1": server, "/v2": server, "/api": server },
    fs: { allow: [".."] },
  },
  build: {
    // Beside it a file is tracked, so that the folder is there for the build of the server.
    outDir: "dist/app",
    emptyOutDir: true,
    target: "es2022",
    // The licences of what is bundled stay in the bundle.
    license: { fileName: "licenses.md" },
    // The editor is large by nature and loaded only on the query page.
    chunkSizeWarningLimit: 9000,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
});
