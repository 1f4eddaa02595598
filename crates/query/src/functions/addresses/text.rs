//! IPv4 addresses in texts.
//!
//! Source: <https://learn.microsoft.com/kusto/query/has-ipv4-function>

use std::net::Ipv4Addr;

use datafusion::arrow::array::{ArrayRef, BooleanArray};
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use weir_value::KustoType::{Bool, Dynamic, String as Text};
use weir_value::dynamic::{Kind, View};

use crate::bind::{Arguments, pack};
use crate::functions::{Accepts, Function, Naming, exactly, many, one, with};
use crate::kernel;
use crate::kernel::{Column, Dyn, Kernel, Str};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&HAS, &HAS_ANY, &HAS_PREFIX, &HAS_ANY_PREFIX];

const SOURCE: crate::functions::Parameter = one("source", Accepts::StringOrDynamic);

function!(HAS = ["has_ipv4"], Naming::None, [with(&[SOURCE, exactly("ip", Text)], |a| has(a, &ADDRESS))]);
function!(
    HAS_ANY = ["has_any_ipv4"],
    Naming::None,
    [
        with(&[SOURCE, exactly("ips", Dynamic)], |a| has(a, &ADDRESS)),
        with(&[SOURCE, many("ip", Accepts::Exactly(Text), 1)], |a| has(a, &ADDRESS))
    ]
);
function!(
    HAS_PREFIX = ["has_ipv4_prefix"],
    Naming::None,
    [with(&[SOURCE, exactly("prefix", Text)], |a| has(a, &PREFIX))]
);
function!(
    HAS_ANY_PREFIX = ["has_any_ipv4_prefix"],
    Naming::None,
    [
        with(&[SOURCE, exactly("prefixes", Dynamic)], |a| has(a, &PREFIX)),
        with(&[SOURCE, many("prefix", Accepts::Exactly(Text), 1)], |a| has(a, &PREFIX))
    ]
);

fn has(a: &mut Arguments<'_, '_, '_>, kernel: &'static Kernel) -> Typed {
    let source = a.take(0);
    let mut wanted: Vec<Typed> = (1..a.typed.len()).map(|index| pack(a.take(index))).collect();
    let wanted = match wanted.pop() {
        Some(only) if wanted.is_empty() => only,
        last => {
            let exprs = wanted.into_iter().chain(last).map(|typed| typed.expr).collect();
            Typed::new(crate::functions::dynamic::ARRAY.call(exprs), Dynamic)
        }
    };
    let wanted = a.binder.fold(wanted);
    a.binder.fold(Typed::new(kernel.call(vec![source.expr, wanted.expr]), Bool))
}

kernel!(ADDRESS = "kql_has_any_ipv4" -> Bool, |a, n| find(a, n, |wanted| {
    wanted.parse::<Ipv4Addr>().is_ok()
}, |address, wanted| address == wanted));
kernel!(PREFIX = "kql_has_any_ipv4_prefix" -> Bool, |a, n| find(a, n, is_prefix, |address, wanted| {
    match wanted.ends_with('.') {
        true => address.starts_with(wanted),
        false => address == wanted,
    }
}));

/// A whole address, or the first numbers of one with a dot behind each.
fn is_prefix(text: &str) -> bool {
    let numbers = text.split_terminator('.').count();
    let rest = "0.".repeat(4_usize.saturating_sub(numbers));
    let whole = match text.ends_with('.') && numbers < 4 {
        true => format!("{text}{}", rest.trim_end_matches('.')),
        false => text.to_owned(),
    };
    whole.parse::<Ipv4Addr>().is_ok()
}

/// Whether a text has one of the wanted addresses.
fn find(
    a: &[ColumnarValue],
    rows: usize,
    valid: impl Fn(&str) -> bool,
    fits: impl Fn(&str, &str) -> bool,
) -> Result<ArrayRef> {
    let texts = Column::<Str>::of(&a[0])?;
    let lists = Column::<Dyn>::of(&a[1])?;
    let wanted_of = |row: usize| -> Vec<String> {
        let items: Vec<View<'_>> = match lists.get(row) {
            Some(list) if list.kind() == Kind::Array => list.items().collect(),
            one => one.into_iter().collect(),
        };
        items.into_iter().filter_map(View::as_str).filter(|text| valid(text)).map(str::to_owned).collect()
    };
    let constant = lists.constant().map(|_| wanted_of(0));
    let found: BooleanArray = crate::limits::rows(rows)
        .map(|row| {
            let own = if constant.is_none() { wanted_of(row) } else { Vec::new() };
            let wanted = constant.as_ref().unwrap_or(&own);
            let text = texts.get(row).unwrap_or_default();
            Some(
                !wanted.is_empty()
                    && addresses(text).any(|address| wanted.iter().any(|wanted| fits(address, wanted))),
            )
        })
        .collect();
    Ok(std::sync::Arc::new(found))
}

/// The addresses in a text: runs of digits and dots that no letter or digit touches.
fn addresses(text: &str) -> impl Iterator<Item = &str> {
    let belongs = |c: char| c.is_ascii_digit() || c == '.';
    text.split(|c: char| !c.is_alphanumeric() && c != '.')
        .filter(move |run| run.chars().all(belongs))
        .map(|run| run.trim_matches('.'))
        .filter(|run| run.parse::<Ipv4Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{refused, rows, value};

    #[test]
    fn addresses_stand_alone() {
        let found = |text: &'static str| addresses(text).collect::<Vec<_>>();
        assert_eq!(
            found("from 10.0.0.1:80 to (10.0.0.2), not a10.0.0.3 nor 10.0.0.256."),
            ["10.0.0.1", "10.0.0.2"]
        );
        assert_eq!(found("10.0.0.1."), ["10.0.0.1"]);
        assert_eq!(found("1.10.0.0.1"), Vec::<&str>::new());
    }

    #[test]
    fn prefixes_end_in_a_dot_or_are_whole() {
        let prefixes = ["10.", "10.1.", "10.1.2.3", "10.1", "10.300.", "10.1.2.3.", "", "."];
        assert_eq!(prefixes.map(is_prefix), [true, true, true, false, false, false, false, false]);
    }

    #[test]
    fn texts_have_addresses() {
        let text = "'GET 10.1.2.3 / 200'";
        assert_eq!(
            value(&format!("has_ipv4({text}, '10.1.2.3'), has_ipv4({text}, '10.1.2.30')")),
            "True | False"
        );
        assert_eq!(
            value(&format!("has_any_ipv4({text}, '1.1.1.1', '10.1.2.3'), has_any_ipv4({text}, dynamic([]))")),
            "True | False"
        );
        assert_eq!(
            value(&format!("has_ipv4_prefix({text}, '10.1.'), has_ipv4_prefix({text}, '10.1')")),
            "True | False"
        );
        assert_eq!(value(&format!("has_any_ipv4_prefix({text}, dynamic(['9.', '10.']))")), "True");
        assert_eq!(
            rows(
                "datatable(s:string, p:string)['10.1.2.3', '10.', '', '10.'] | project has_ipv4_prefix(s, p)"
            ),
            "True\nFalse"
        );
        assert!(refused("print has_ipv4(1, '10.0.0.1')").contains("takes a string"));
    }
}
