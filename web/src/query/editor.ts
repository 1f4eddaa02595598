// The editor that Kusto's users know, with this server's schema. Loaded by the query page alone.

import "monaco-editor/esm/vs/editor/editor.all.js";
import * as monaco from "monaco-editor/esm/vs/editor/editor.api";
import { getKustoWorker, kustoDefaults } from "@kusto/monaco-kusto";
import EditorWorker from "./editor.worker?worker";
import KustoWorker from "./kusto.worker?worker";

self.MonacoEnvironment = {
  getWorker: (_moduleId: string, label: string) => (label === "kusto" ? new KustoWorker() : new EditorWorker()),
};

kustoDefaults.setLanguageSettings({
  ...kustoDefaults.languageSettings,
  includeControlCommands: true,
  enableHover: true,
  // Advice for another engine: ours plans otherwise.
  enableQueryWarnings: false,
  enableQuerySuggestions: false,
  formatter: { indentationSize: 4, pipeOperatorStyle: "Smart" },
});

export { monaco };

/** Gives the language service the tables and functions to complete; the object is what `.show schema as json` answers. */
export async function setSchema(schema: object, database: string, model: monaco.editor.ITextModel): Promise<void> {
  const accessor = await getKustoWorker();
  const worker = await accessor(model.uri);
  await worker.setSchemaFromShowSchema(schema, location.origin, database);
}
