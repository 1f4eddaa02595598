// Reads a JSON array of queries from standard input and prints a JSON array with, for each of them, the codes of
// the errors that Microsoft's parser finds in its syntax.
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");

const queries = JSON.parse(require("fs").readFileSync(0, "utf8"));
const verdicts = queries.map((query) => {
  const diagnostics = Kusto.Language.KustoCode.Parse(query).GetDiagnostics();
  return Array.from({ length: diagnostics.Count }, (_, i) => diagnostics.getItem(i))
    .filter((diagnostic) => diagnostic.Severity === "Error")
    .map((diagnostic) => diagnostic.Code);
});
console.log(JSON.stringify(verdicts));
