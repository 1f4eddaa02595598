//! Calls of every built-in function and aggregate, with arguments that fit its signatures and some that do not.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Difference, ask, differences};

/// A table with a column of each type.
const TABLE: &str = "let T = datatable(b:bool, i:int, l:long, r:real, m:decimal, s:string, t:datetime, p:timespan, \
                     d:dynamic, g:guid)[];";

/// Values, by the type they have.
const VALUES: [(&str, &[&str], &[&str]); 10] = [
    ("bool", &["b", "(l > 1)"], &["true"]),
    ("int", &["i"], &["int(2)"]),
    ("long", &["l", "(l + i)"], &["1", "3"]),
    ("real", &["r", "(r * 2)"], &["1.5"]),
    ("decimal", &["m"], &["decimal(2.5)"]),
    ("string", &["s", "tolower(s)"], &["'x'", "'a.b'"]),
    ("datetime", &["t"], &["datetime(2020-01-02)"]),
    ("timespan", &["p"], &["1d"]),
    ("dynamic", &["d", "d.a"], &["dynamic([1, 2])", "dynamic({'a': 1})"]),
    ("guid", &["g"], &["guid(00000000-0000-0000-0000-000000000001)"]),
];

/// Calls that fit a signature, and calls at random, each so many.
const CALLS: usize = 6;

/// Functions that are seen differently on purpose, and why.
const DIFFERENT: &[(&str, &str)] = &[
    ("bin_auto", "documented: it goes by an option of the query, which these have not"),
    ("ceiling", "recorded: of whole numbers it is a real"),
    ("count", "recorded: count(x) counts rows, whatever x is"),
    ("covariance", "recorded: the name holds both arguments"),
    ("covarianceif", "recorded: the name holds both arguments"),
    ("covariancep", "as covariance"),
    ("covariancepif", "as covarianceif"),
    ("extract_all", "documented: a pattern has at least one group"),
    ("extractall", "as extract_all"),
    ("format_datetime", "documented: other letters mean nothing"),
    ("format_timespan", "documented: other letters mean nothing"),
    ("geo_h3cell_children", "documented: a resolution is a whole number"),
    ("geo_h3cell_parent", "as geo_h3cell_children"),
    ("geo_h3cell_rings", "documented: a distance is a whole number"),
    ("geo_point_to_h3cell", "as geo_h3cell_children"),
    ("getyear", "recorded: it is a long"),
    ("hash_combine", "documented: it takes hashes, which are whole numbers"),
    ("series_decompose", "not there yet: what stands behind the series by row"),
    ("series_decompose_anomalies", "as series_decompose"),
    ("series_decompose_forecast", "as series_decompose"),
    ("toguid", "documented: it takes any scalar"),
];

/// The types that a kind of parameter stands for.
fn types(kind: &str) -> &'static [&'static str] {
    match kind {
        "Number" | "NumberOrBool" => &["int", "long", "real", "decimal"],
        "Integer" => &["int", "long"],
        "Summable" => &["int", "long", "real", "decimal", "timespan", "datetime"],
        "StringOrDynamic" | "StringOrArray" => &["string", "dynamic"],
        "DynamicArray" | "DynamicBag" => &["dynamic"],
        "IntegerOrArray" => &["long", "dynamic"],
        "NotDynamic" => &["bool", "int", "long", "real", "string", "datetime", "timespan", "guid"],
        "Orderable" | "CommonOrderable" => &["int", "long", "real", "datetime", "timespan", "string"],
        "NotRealOrBool" => &["int", "long", "string", "datetime"],
        "CommonScalar" | "CommonScalarOrDynamic" => &["long"],
        _ => &["bool", "int", "long", "real", "decimal", "string", "datetime", "timespan", "dynamic", "guid"],
    }
}

fn values(kind: &str, declared: &[String], constant: bool) -> Vec<&'static str> {
    let wanted = |name: &str| match declared.is_empty() {
        true => types(kind).contains(&name),
        false => declared.iter().any(|declared| declared == name),
    };
    let fitting = VALUES.iter().filter(|(name, _, _)| wanted(name));
    fitting
        .flat_map(|(_, columns, constants)| if constant { *constants } else { *columns })
        .copied()
        .collect()
}

/// A number that looks random and is the same in every run.
fn dice(seed: usize) -> usize {
    let mut x = (seed as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 16) as usize
}

fn calls(function: &Value) -> Vec<String> {
    let name = function["name"].as_str().unwrap_or_default();
    let aggregate = function["aggregate"].as_bool().unwrap_or_default();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut calls = Vec::new();
    for (place, signature) in list(&function["signatures"]).iter().enumerate() {
        let number = |name: &str| signature[name].as_u64().unwrap_or_default() as usize;
        let (least, most) = (number("least"), number("most").min(number("least") + 2));
        let parameters = list(&signature["parameters"]);
        for n in 0..CALLS {
            let count = least + dice(n) % (most - least + 1);
            let seed = |argument: usize| dice(place * 1000 + n * 100 + argument + name.len() * 7);
            let fits = (0..count).map(|argument| {
                let Some(parameter) = parameters.get(argument).or(parameters.last()) else { return "l" };
                let declared: Vec<String> =
                    list(&parameter["types"]).iter().filter_map(|t| t.as_str().map(str::to_owned)).collect();
                let constant = parameter["argument"].as_str().is_some_and(|a| a != "Expression");
                let kind = parameter["kind"].as_str().unwrap_or_default();
                let fitting = values(kind, &declared, constant);
                fitting.get(seed(argument) % fitting.len().max(1)).copied().unwrap_or("l")
            });
            let fits: Vec<&str> = fits.collect();
            calls.push(fits);
            let any: Vec<&str> = (0..count)
                .map(|argument| {
                    let (_, columns, constants) = VALUES[seed(argument + 50) % VALUES.len()];
                    if seed(argument + 70) % 3 == 0 { constants[0] } else { columns[0] }
                })
                .collect();
            calls.push(any);
        }
    }
    let operator = match name {
        _ if aggregate => "summarize",
        "prev" | "next" => "serialize | project",
        _ if name.starts_with("row_") => "serialize | project",
        _ => "project",
    };
    let mut queries: Vec<String> = calls
        .into_iter()
        .map(|arguments| format!("{TABLE} T | {operator} {name}({})", arguments.join(", ")))
        .collect();
    queries.sort();
    queries.dedup();
    queries
}

/// The function that a generated query calls.
fn called(query: &str) -> &str {
    let call = query.rsplit(" | ").next().unwrap_or_default();
    let call = call.split_once(' ').map_or(call, |(_, call)| call);
    call.split('(').next().unwrap_or_default()
}

#[test]
fn every_call_gives_the_same_column() {
    let Some(functions) = ask("functions.js", &Value::Null) else { return };
    let functions = functions.as_array().cloned().unwrap_or_default();
    assert!(functions.len() > 400);
    let elsewhere = ["cluster", "database", "table", "cnt"];
    let named = |function: &&Value| {
        !function["name"].as_str().unwrap_or_default().starts_with("__")
            && !elsewhere.iter().any(|name| function["name"] == *name)
    };
    let queries: Vec<String> = functions.iter().filter(named).flat_map(calls).collect();
    println!("{} calls of {} functions compared", queries.len(), functions.len());
    let Some(found) = differences(queries) else { return };
    let mut by_function: BTreeMap<&str, Vec<&Difference>> = BTreeMap::new();
    for difference in &found {
        by_function.entry(called(&difference.query)).or_default().push(difference);
    }
    let excused = |name: &str| DIFFERENT.iter().any(|(known, _)| *known == name);
    let mut told = Vec::new();
    for (name, differences) in by_function.iter().filter(|(name, _)| !excused(name)) {
        let examples = differences.iter().map(|d| d.to_string().replace(TABLE, ""));
        told.push(format!("{name}: {}", examples.collect::<Vec<_>>().join("\n  ")));
    }
    assert!(told.is_empty(), "{} functions differ\n{}", told.len(), told.join("\n"));
}
