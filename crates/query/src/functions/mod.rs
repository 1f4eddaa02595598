//! Scalar functions: what they are called, what they take, what they give, and how they run.
//!
//! A function is one [`Function`] constant in the file of its family; to add one, write it there with its kernel
//! and its test, and name it in the family's list. Parameters follow the signatures of Microsoft's parser
//! (<https://github.com/microsoft/Kusto-Query-Language>), meanings its documentation
//! (<https://learn.microsoft.com/kusto/query/scalar-functions>).

/// Makes a [`Function`] constant: `function!(NAME = ["name", "older_name"], naming, [overload, …])`.
macro_rules! function {
    ($(#[$doc:meta])* $visible:vis $name:ident = $names:expr, $naming:expr, [$($overload:expr),+ $(,)?]) => {
        $(#[$doc])*
        $visible const $name: $crate::functions::Function =
            $crate::functions::Function { names: &$names, naming: $naming, overloads: &[$($overload),+] };
    };
}

pub(crate) mod addresses;
pub(crate) mod assertion;
pub(crate) mod conditional;
pub(crate) mod conversion;
pub(crate) mod datetime;
pub(crate) mod dynamic;
pub(crate) mod encoding;
pub(crate) mod geo;
pub(crate) mod hashing;
pub(crate) mod math;
pub(crate) mod parsing;
pub(crate) mod strings;
pub(crate) mod text_match;

use std::collections::HashMap;
use std::sync::LazyLock;

use weir_value::KustoType;

use crate::aggregates;
use crate::bind::Arguments;
use crate::kernel::Kernel;
use crate::typed::Typed;

/// A scalar function.
pub struct Function {
    /// Its names: the documented one first, older spellings behind.
    pub names: &'static [&'static str],
    /// What a column is called that holds its result and was not given a name.
    pub naming: Naming,
    /// What it takes, in the order in which they are tried.
    pub overloads: &'static [Overload],
}

/// What a column is called that holds the result of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// `Column1`, `Column2` …
    None,
    /// As its first argument would be called.
    FirstArgument,
    /// The function's name before that of its first argument: `strlen_s`.
    NameAndFirstArgument,
    /// This word before that of its first argument: `sum_x`.
    Prefix(&'static str),
    /// This word.
    Only(&'static str),
}

/// One way to call a function.
pub struct Overload {
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// How it is put together.
    pub build: Build,
}

/// A parameter of an overload.
pub struct Parameter {
    /// Its name in messages.
    pub name: &'static str,
    /// What it takes.
    pub accepts: Accepts,
    /// How many arguments it takes.
    pub count: Count,
}

/// How many arguments a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// One.
    One,
    /// One or none.
    Optional,
    /// At least so many. Consecutive parameters of this kind repeat together.
    Many(usize),
}

/// Which types a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    /// Any, as it is.
    Any,
    /// Any but a dynamic, as it is.
    NotDynamic,
    /// Any, which becomes a string.
    Text,
    /// Any, which becomes a dynamic.
    Packed,
    /// A string, or a dynamic that becomes one.
    StringOrDynamic,
    /// This type, or what becomes it without a loss: ints for longs, whole numbers for reals, a dynamic for any.
    Exactly(KustoType),
    /// This type by a constant.
    Constant(KustoType),
    /// An int, a long or a real as it is; a dynamic becomes a real.
    Number,
    /// An int or a long, which becomes a long.
    Integer,
    /// A number, a datetime or a timespan.
    Summable,
    /// Anything that has an order.
    Orderable,
    /// A type literal, `typeof(long)`.
    Type,
}

/// How a call is put together.
pub enum Build {
    /// By this kernel; its result type is the call's.
    Kernel(&'static Kernel),
    /// By a function of the arguments.
    With(fn(&mut Arguments<'_, '_, '_>) -> Typed),
}

/// A parameter that takes one argument.
pub(crate) const fn one(name: &'static str, accepts: Accepts) -> Parameter {
    Parameter { name, accepts, count: Count::One }
}

/// A parameter that may be left out.
pub(crate) const fn optional(name: &'static str, accepts: Accepts) -> Parameter {
    Parameter { name, accepts, count: Count::Optional }
}

/// A parameter that takes at least so many arguments.
pub(crate) const fn many(name: &'static str, accepts: Accepts, least: usize) -> Parameter {
    Parameter { name, accepts, count: Count::Many(least) }
}

/// A parameter of this type.
pub(crate) const fn exactly(name: &'static str, kind: KustoType) -> Parameter {
    one(name, Accepts::Exactly(kind))
}

/// An overload that a kernel runs.
pub(crate) const fn by_kernel(parameters: &'static [Parameter], kernel: &'static Kernel) -> Overload {
    Overload { parameters, build: Build::Kernel(kernel) }
}

/// An overload that is put together from other expressions.
pub(crate) const fn with(
    parameters: &'static [Parameter],
    build: fn(&mut Arguments<'_, '_, '_>) -> Typed,
) -> Overload {
    Overload { parameters, build: Build::With(build) }
}

/// The families, one file or folder each.
static FAMILIES: &[&[&Function]] = &[
    conversion::FUNCTIONS,
    strings::FUNCTIONS,
    strings::build::FUNCTIONS,
    strings::find::FUNCTIONS,
    strings::matches::FUNCTIONS,
    math::FUNCTIONS,
    math::bits::FUNCTIONS,
    math::random::FUNCTIONS,
    math::special::FUNCTIONS,
    math::trigonometry::FUNCTIONS,
    math::units::FUNCTIONS,
    datetime::FUNCTIONS,
    datetime::bins::FUNCTIONS,
    datetime::difference::FUNCTIONS,
    datetime::make::FUNCTIONS,
    datetime::parts::FUNCTIONS,
    datetime::periods::FUNCTIONS,
    datetime::spans::FUNCTIONS,
    datetime::zones::FUNCTIONS,
    dynamic::FUNCTIONS,
    dynamic::arrays::FUNCTIONS,
    dynamic::bags::FUNCTIONS,
    dynamic::order::FUNCTIONS,
    dynamic::sets::FUNCTIONS,
    dynamic::shapes::FUNCTIONS,
    conditional::FUNCTIONS,
    addresses::FUNCTIONS,
    addresses::text::FUNCTIONS,
    addresses::v4::FUNCTIONS,
    addresses::v6::FUNCTIONS,
    assertion::FUNCTIONS,
    encoding::FUNCTIONS,
    geo::FUNCTIONS,
    hashing::FUNCTIONS,
    parsing::FUNCTIONS,
];

static BY_NAME: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    let all = FAMILIES.iter().flat_map(|family| family.iter());
    all.flat_map(|function| function.names.iter().map(|name| (*name, *function))).collect()
});

/// The function of this name.
pub fn function(name: &str) -> Option<&'static Function> {
    BY_NAME.get(name).copied()
}

/// The names of all functions.
pub fn names() -> impl Iterator<Item = &'static str> {
    BY_NAME.keys().copied()
}

/// What a column is called that holds the result of a function or an aggregate; nothing for a name that is
/// neither.
pub fn naming(name: &str) -> Option<Naming> {
    function(name).map(|f| f.naming).or_else(|| aggregates::aggregate(name).map(|a| a.naming))
}

#[cfg(test)]
mod tests {
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
            Accepts::Exactly(KustoType::Long) | Accepts::Integer => &[KustoType::Long, KustoType::Int],
            Accepts::Exactly(KustoType::Real) | Accepts::Number => &[KustoType::Real, KustoType::Long],
            Accepts::Exactly(kind) | Accepts::Constant(kind) => &[kind],
            Accepts::StringOrDynamic => &[KustoType::String, KustoType::Dynamic],
            Accepts::Summable => {
                &[KustoType::Long, KustoType::Real, KustoType::Datetime, KustoType::Timespan]
            }
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
                        if call % 2 == 0 || matches!(parameter.accepts, Accepts::Constant(_) | Accepts::Type)
                        {
                            arguments.push(value.to_owned());
                        } else {
                            let column = format!("c{}", columns.len());
                            columns.push(format!("{column} = {value}"));
                            arguments.push(column);
                        }
                    }
                }
                let query =
                    format!("print {} | project {name}({})", columns.join(", "), arguments.join(", "));
                // A refusal is an answer as well.
                answered += usize::from(crate::testing::run(&query).is_ok());
            }
        }
        assert!(answered > 250, "only {answered} calls were answered");
    }
}
