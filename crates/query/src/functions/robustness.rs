//! Calls of every function with values that functions stumble over: none may panic.

use super::*;

/// Values that functions stumble over, by type.
fn values_of(kind: KustoType) -> &'static [&'static str] {
    match kind {
        KustoType::Bool => &["true", "false", "bool(null)"],
        KustoType::Int => &["int(-2147483648)", "int(2147483647)", "int(0)", "int(null)"],
        KustoType::Long => {
            &["0", "1", "-1", "7", "9223372036854775807", "(-9223372036854775807 - 1)", "long(null)"]
        }
        KustoType::Real | KustoType::Decimal => {
            &["0.0", "-0.5", "1e308", "1e-308", "45.0", "real(nan)", "real(-inf)", "real(null)"]
        }
        KustoType::Datetime => &[
            "datetime(0001-01-01)",
            "datetime(9999-12-31 23:59:59.9999999)",
            "datetime(null)",
            "datetime(2024-02-29)",
        ],
        KustoType::Timespan => &["1tick", "-10675199d", "10675199d", "0s", "1d", "timespan(null)"],
        KustoType::Guid => &["guid(74be27de-1e4e-49d9-b579-fe0b331d3642)", "guid(null)"],
        KustoType::String => &[
            "''",
            "'a'",
            "'ä𝓗 é\\n\\0'",
            "'('",
            "'(.)'",
            "'$.a[0]'",
            "'10.0.0.1/33'",
            "'::ffff:10.0.0.1/24'",
            "'day'",
            "'week'",
            "'hh'",
            "'Europe/Berlin'",
            "'Meter'",
            "'H4sIAAAAAAAA'",
            "'xn--a'",
            "'https://[::1]:80/a?b=%zz&c#d'",
            "'windows'",
            "'<a b=\"c\">d</a>'",
            "'regex'",
        ],
        KustoType::Dynamic => &[
            "dynamic(null)",
            "dynamic([])",
            "dynamic([1, null, 'a', {'b': [2.5]}])",
            "dynamic({'type': 'LineString', 'coordinates': [[0, 0], [1, 1]], 'a': [1]})",
            "dynamic('a')",
            "dynamic([9223372036854775807, -1, 0])",
            "dynamic(['10.0.0.0/8', 'a', '$.a', '$.a[0]'])",
            "dynamic(1.5)",
        ],
    }
}

fn fitting(accepts: Accepts, next: &mut impl FnMut(usize) -> usize) -> &'static str {
    let kinds: &[KustoType] = match accepts {
        Accepts::Exactly(KustoType::Long) | Accepts::Integer | Accepts::IntegerOrArray => {
            &[KustoType::Long, KustoType::Int]
        }
        Accepts::Exactly(KustoType::Real) | Accepts::Real | Accepts::Number => {
            &[KustoType::Real, KustoType::Long]
        }
        Accepts::Exactly(kind) | Accepts::Constant(kind) => &[kind],
        Accepts::Bag => &[KustoType::Dynamic],
        Accepts::StringOrDynamic => &[KustoType::String, KustoType::Dynamic],
        Accepts::Summable => &[KustoType::Long, KustoType::Real, KustoType::Datetime, KustoType::Timespan],
        Accepts::Type => return "typeof(long)",
        _ => &[
            KustoType::Long,
            KustoType::String,
            KustoType::Dynamic,
            KustoType::Datetime,
            KustoType::Timespan,
            KustoType::Real,
            KustoType::Bool,
            KustoType::Guid,
        ],
    };
    let values = values_of(kinds[next(kinds.len())]);
    values[next(values.len())]
}

#[test]
fn no_call_panics() {
    const CALLS: usize = 2;
    let mut state = 7_u64;
    let mut next = |below: usize| {
        // Numbers that are the same on each run: Knuth's MMIX generator.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut answered = 0;
    let overloads = FAMILIES
        .iter()
        .flat_map(|family| family.iter())
        .flat_map(|function| function.overloads.iter().map(|overload| (function.names[0], overload)));
    // Those of a million values each are slow, and tested where they are.
    for (name, overload) in overloads.filter(|(name, _)| !matches!(*name, "range" | "repeat")) {
        for call in 0..CALLS {
            let mut columns = vec!["x = 1".to_owned()];
            let mut arguments = Vec::new();
            for parameter in overload.parameters {
                let count = match parameter.count {
                    Count::One => 1,
                    Count::Optional => next(2),
                    Count::Many(least) => least.max(1),
                };
                for _ in 0..count {
                    let value = fitting(parameter.accepts, &mut next);
                    // Now as a constant, now as a column that is evaluated for each row.
                    if call.is_multiple_of(2)
                        || matches!(
                            parameter.accepts,
                            Accepts::Constant(_) | Accepts::ConstantText | Accepts::Type
                        )
                    {
                        arguments.push(value.to_owned());
                    } else {
                        let column = format!("c{}", columns.len());
                        columns.push(format!("{column} = {value}"));
                        arguments.push(column);
                    }
                }
            }
            let query = format!("print {} | project {name}({})", columns.join(", "), arguments.join(", "));
            // A refusal is an answer as well.
            answered += usize::from(crate::testing::run(&query).is_ok());
        }
    }
    assert!(answered > 250, "only {answered} calls were answered");
}
