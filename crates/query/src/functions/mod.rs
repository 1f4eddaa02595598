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
pub(crate) mod decimal;
pub(crate) mod dynamic;
pub(crate) mod encoding;
pub(crate) mod geo;
pub(crate) mod hashing;
pub(crate) mod math;
pub(crate) mod parsing;
#[cfg(test)]
mod robustness;
pub(crate) mod series;
pub(crate) mod sketches;
pub(crate) mod strings;
pub(crate) mod terms;
pub(crate) mod text_match;

use std::collections::HashMap;
use std::sync::LazyLock;

use weir_kql::ast::Expr;
use weir_value::KustoType;

use crate::aggregates;
use crate::bind::{Arguments, Binder, Scope, assign};
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
    /// As its argument would be called, where it is the only one.
    OnlyArgument,
    /// The function's name before that of its first argument: `strlen_s`; `strlen_` where that has none.
    NameAndFirstArgument,
    /// The name of its first argument before `_sorted`; `array0_sorted` where that has none.
    Sorted,
    /// This word before that of its first argument: `sum_x`.
    Prefix(&'static str),
    /// This word before the names of so many first arguments: `covariance_x_y`.
    PrefixAndArguments(&'static str, usize),
    /// `percentile` before the name of the first argument and the number that is the last: `percentile_x_95`.
    Percentile,
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
    /// Any constant, which becomes a string.
    ConstantText,
    /// Any, which becomes a dynamic.
    Packed,
    /// A string, or a dynamic that becomes one.
    StringOrDynamic,
    /// This type, or what becomes it without a loss: ints for longs, numbers for reals, a dynamic for a string.
    Exactly(KustoType),
    /// This type by a constant.
    Constant(KustoType),
    /// A real or a whole number, which becomes a real; no decimal.
    Real,
    /// A number as it is.
    Number,
    /// An int or a long, which becomes a long.
    Integer,
    /// An int, a long or an array, which becomes a dynamic.
    IntegerOrArray,
    /// A dynamic that is not written as anything but a bag.
    Bag,
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
    strings::patterns::FUNCTIONS,
    strings::places::FUNCTIONS,
    strings::sizes::FUNCTIONS,
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
    decimal::FUNCTIONS,
    sketches::FUNCTIONS,
];

static BY_NAME: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    let all = FAMILIES.iter().chain(&series::FAMILIES).flat_map(|family| family.iter());
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

/// The columns of a function that makes several: the name of each and its value. Nothing for other expressions.
pub(crate) fn several(
    binder: &mut Binder<'_>,
    expr: &Expr,
    scope: Scope<'_>,
) -> Option<Vec<(String, Typed)>> {
    series::several(binder, expr, scope).or_else(|| dynamic::order::several(binder, expr, scope))
}

/// What a column is called that holds the result of a function or an aggregate of so many arguments; nothing for a name
/// that is neither.
pub fn naming(name: &str, arguments: usize) -> Option<Naming> {
    match (function(name), aggregates::aggregate(name)) {
        // It is a column of the rows, and called like one.
        (None, None) if name == "ingestion_time" => Some(Naming::Only("$IngestionTime")),
        // Some names are of both: one merges the values of rows, the other its arguments.
        (Some(function), Some(aggregate)) => {
            let aggregates = aggregate.overloads.iter().any(|s| assign(s.parameters, arguments).is_some());
            Some(if aggregates { aggregate.naming } else { function.naming })
        }
        (function, aggregate) => function.map(|f| f.naming).or(aggregate.map(|a| a.naming)),
    }
}
