// Prints, for each built-in function and aggregate of Microsoft's parser, its name and its signatures: how many arguments
// they take at least and at most, and what kind of value each parameter is.
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");

const { Functions, Aggregates, Symbols } = Kusto.Language;
const list = (collection) => Array.from({ length: collection.Count ?? collection.length }, (_, i) =>
  collection.getItem ? collection.getItem(i) : collection[i]);
const nameOf = (values, value) => Object.keys(values).find((name) => values[name] === value) ?? String(value);

const describe = (aggregate) => (symbol) => ({
  name: symbol.Name,
  aggregate,
  signatures: list(symbol.Signatures).map((signature) => ({
    least: signature.MinArgumentCount,
    most: Math.min(signature.MaxArgumentCount, 16),
    parameters: list(signature.Parameters).map((parameter) => ({
      kind: nameOf(Symbols.ParameterTypeKind, parameter.TypeKind),
      types: parameter.DeclaredTypes ? list(parameter.DeclaredTypes).map((type) => type.Name) : [],
      argument: nameOf(Symbols.ArgumentKind, parameter.ArgumentKind),
    })),
  })),
});
const all = list(Functions.All).map(describe(false)).concat(list(Aggregates.All).map(describe(true)));
console.log(JSON.stringify(all));
