// Reads {"tables": {name: "(column: type, …)"}, "queries": [text, …]} from standard input and prints a JSON array with,
// for each query, the errors that Microsoft's binder finds and the columns of its last result, or null where it fails.
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");

const { GlobalState, KustoCode, Symbols } = Kusto.Language;
const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
const list = (collection) => Array.from({ length: collection.Count }, (_, i) => collection.getItem(i));

const tables = Object.entries(input.tables).map(([name, schema]) =>
  Symbols.TableSymbol.From(schema).WithName(name));
const database = new Symbols.DatabaseSymbol.$ctor1("db", tables);
const globals = GlobalState.Default.WithDatabase(database);

const bind = (query) => {
  const code = KustoCode.ParseAndAnalyze(query, globals);
  const errors = list(code.GetDiagnostics())
    .filter((diagnostic) => diagnostic.Severity === "Error")
    .map(({ Code, Message }) => ({ code: Code, message: Message }));
  const result = code.ResultType;
  const columns = result && result.Columns ? list(result.Columns) : [];
  return { errors, columns: columns.map(({ Name, Type }) => ({ name: Name, type: Type.Name })) };
};
// Some wrong texts are too much for it.
const answers = input.queries.map((query) => {
  try { return bind(query); } catch (failure) { return null; }
});
console.log(JSON.stringify(answers));
