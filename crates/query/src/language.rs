//! What the language has, beyond what is there yet: so that it can be refused by its name.

/// Documented functions that are not there yet.
const FUNCTIONS: [&str; 0] = [];

/// The words that begin an operator.
const OPERATORS: [&str; 42] = [
    "as",
    "consume",
    "count",
    "distinct",
    "evaluate",
    "extend",
    "facet",
    "filter",
    "find",
    "fork",
    "getschema",
    "invoke",
    "join",
    "limit",
    "lookup",
    "make-series",
    "mv-apply",
    "mv-expand",
    "mvexpand",
    "order",
    "parse",
    "parse-kv",
    "parse-where",
    "partition",
    "print",
    "project",
    "project-away",
    "project-keep",
    "project-rename",
    "project-reorder",
    "reduce",
    "render",
    "sample",
    "scan",
    "search",
    "serialize",
    "sort",
    "summarize",
    "take",
    "top",
    "union",
    "where",
];

/// Whether a word begins an operator.
pub(crate) fn is_operator(word: &str) -> bool {
    OPERATORS.contains(&word)
}

/// Whether the language has a function of this name.
pub(crate) fn is_function(name: &str) -> bool {
    FUNCTIONS.contains(&name)
}
