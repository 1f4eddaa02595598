//! `series_fill_…`: values for elements that are missing.

use datafusion::common::ScalarValue;
use weir_value::KustoType::{Bool, Decimal, Long, Real};
use weir_value::dynamic::{Kind, Packer, View};

use super::super::{Accepts, Function, Naming, one, optional, with};
use super::{DYNAMIC, number, pack_reals};
use crate::bind::{Arguments, pack};
use crate::kernel;
use crate::kernel::{Column, Dyn, Kernel, PackedOut};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&FORWARD, &BACKWARD, &CONST, &LINEAR];

const SERIES: super::super::Parameter = one("series", Accepts::Exactly(DYNAMIC));
const MISSING: super::super::Parameter = optional("missing value placeholder", Accepts::Any);

function!(
    FORWARD = ["series_fill_forward"],
    Naming::FirstArgument,
    [with(&[SERIES, MISSING], |a| fill(a, &FILL_FORWARD, &[]))]
);
function!(
    BACKWARD = ["series_fill_backward"],
    Naming::FirstArgument,
    [with(&[SERIES, MISSING], |a| fill(a, &FILL_BACKWARD, &[]))]
);
function!(
    CONST = ["series_fill_const"],
    Naming::FirstArgument,
    [
        with(&[SERIES, one("constant value", Accepts::Any), MISSING], |a| {
            // The kernel wants the placeholder first, as the others have it.
            let missing = if a.typed.len() > 2 { a.take(2) } else { Typed::null(DYNAMIC) };
            let arguments = vec![a.take(0), missing, a.take(1)];
            call(a, &FILL_CONST, arguments)
        }),
        with(&[SERIES], |a| {
            a.binder.unsupported(a.span, "series_fill_const without a value");
            Typed::poison()
        })
    ]
);
function!(
    LINEAR = ["series_fill_linear"],
    Naming::FirstArgument,
    [with(
        &[
            SERIES,
            MISSING,
            optional("fill edges", Accepts::Exactly(Bool)),
            optional("constant value", Accepts::Any)
        ],
        |a| {
            fill(
                a,
                &FILL_LINEAR,
                &[
                    Typed::null(DYNAMIC),
                    Typed::bool(true),
                    Typed::constant(ScalarValue::Int64(Some(0)), Long),
                ],
            )
        }
    )]
);

/// The arguments as dynamics, with defaults for those behind the series that were left out.
fn fill(a: &mut Arguments<'_, '_, '_>, kernel: &'static Kernel, defaults: &[Typed]) -> Typed {
    let null = [Typed::null(DYNAMIC)];
    let defaults = if defaults.is_empty() { &null[..] } else { defaults };
    let mut arguments = vec![a.take(0)];
    for (place, default) in defaults.iter().enumerate() {
        arguments.push(if place + 1 < a.typed.len() { a.take(place + 1) } else { default.clone() });
    }
    call(a, kernel, arguments)
}

fn call(a: &mut Arguments<'_, '_, '_>, kernel: &'static Kernel, arguments: Vec<Typed>) -> Typed {
    let mut exprs = Vec::with_capacity(arguments.len());
    for typed in arguments {
        // The elements of a series are longs and reals.
        let typed = if typed.kind == Decimal { a.binder.converted(typed, Real) } else { typed };
        exprs.push(pack(typed).expr);
    }
    a.binder.fold(Typed::new(kernel.call(exprs), DYNAMIC))
}

/// Whether an element is missing: it is the placeholder, a null unless another is given.
fn is_missing(item: View<'_>, missing: View<'_>) -> bool {
    match (number(item), number(missing)) {
        (Some(item), Some(missing)) => item == missing || item.is_nan() && missing.is_nan(),
        (None, None) => {
            item.kind() == missing.kind() && (missing.kind() == Kind::Null || item.bytes() == missing.bytes())
        }
        _ => false,
    }
}

/// Writes each series anew.
macro_rules! fill_kernel {
    ($kernel:ident, $name:literal, |$items:ident, $missing:ident, $further:ident| $write:expr) => {
        kernel!($kernel = $name -> Dynamic, |a, n| {
            let columns = a.iter().map(Column::<Dyn>::of).collect::<datafusion::common::Result<Vec<_>>>()?;
            let mut out = PackedOut::new(n);
            for row in crate::limits::rows(n) {
                let view = |place: usize| {
                    columns.get(place).and_then(|column| column.get(row)).unwrap_or(View::new(&[]))
                };
                let series = view(0);
                if series.kind() != Kind::Array {
                    out.push_null();
                    continue;
                }
                let $items: Vec<View<'_>> = series.items().collect();
                let $missing = view(1);
                let $further = [view(2), view(3)];
                let write: fn(&[View<'_>], View<'_>, [View<'_>; 2], &mut Vec<u8>) = |$items, $missing, $further, out| $write(out);
                out.pack(|bytes| write(&$items, $missing, $further, bytes));
            }
            Ok(out.finish())
        });
    };
}

fn pack_views<'v>(out: &mut Vec<u8>, values: impl IntoIterator<Item = View<'v>>) {
    Packer::new(out).array(|array| {
        for value in values {
            array.item(|packer| packer.packed(value));
        }
    });
}

/// Each missing element as the last one before it that is not.
fn carried<'v>(items: impl Iterator<Item = View<'v>>, missing: View<'_>) -> Vec<View<'v>> {
    let mut last = None;
    items
        .map(|item| {
            if !is_missing(item, missing) {
                last = Some(item);
            }
            last.unwrap_or(item)
        })
        .collect()
}

fill_kernel!(FILL_FORWARD, "kql_series_fill_forward", |items, missing, _further| {
    |out: &mut Vec<u8>| pack_views(out, carried(items.iter().copied(), missing))
});
fill_kernel!(FILL_BACKWARD, "kql_series_fill_backward", |items, missing, _further| {
    |out: &mut Vec<u8>| {
        let mut filled = carried(items.iter().rev().copied(), missing);
        filled.reverse();
        pack_views(out, filled);
    }
});
fill_kernel!(FILL_CONST, "kql_series_fill_const", |items, missing, further| {
    |out: &mut Vec<u8>| {
        let filled = items.iter().map(|item| if is_missing(*item, missing) { further[0] } else { *item });
        pack_views(out, filled);
    }
});
fill_kernel!(FILL_LINEAR, "kql_series_fill_linear", |items, missing, further| {
    |out: &mut Vec<u8>| {
        pack_reals(out, linear(items, missing, further[0].as_bool() != Some(false), number(further[1])));
    }
});

/// Missing elements on the line between their neighbours; at the edges, as the nearest.
fn linear(items: &[View<'_>], missing: View<'_>, edges: bool, constant: Option<f64>) -> Vec<Option<f64>> {
    let known: Vec<(usize, f64)> = items
        .iter()
        .enumerate()
        .filter(|(_, item)| !is_missing(**item, missing))
        .filter_map(|(place, item)| number(*item).map(|value| (place, value)))
        .collect();
    let (Some(first), Some(last)) = (known.first(), known.last()) else {
        return vec![constant; items.len()];
    };
    let mut filled: Vec<Option<f64>> = items.iter().map(|item| number(*item)).collect();
    for pair in known.windows(2) {
        if let [(from, low), (to, high)] = pair {
            for (place, between) in filled.iter_mut().enumerate().take(*to).skip(from + 1) {
                let part = (place - from) as f64 / (to - from) as f64;
                *between = Some(low + (high - low) * part);
            }
        }
    }
    if edges {
        filled[..first.0].fill(Some(first.1));
        filled[last.0 + 1..].fill(Some(last.1));
    }
    filled
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, value};

    const S: &str = "dynamic([null, 2, null, null, 8, null])";

    #[test]
    fn neighbours_are_carried() {
        assert_eq!(value(&format!("series_fill_forward({S})")), "[null,2,2,2,8,8]");
        assert_eq!(value(&format!("series_fill_backward({S})")), "[2,2,8,8,8,null]");
        assert_eq!(value("series_fill_forward(dynamic([1, 0, 2.5, 0]), 0)"), "[1,1,2.5,2.5]");
        assert_eq!(value("series_fill_forward(dynamic([]))"), "[]");
        assert_eq!(value("series_fill_backward(dynamic('x'))"), "null");
    }

    #[test]
    fn constants_keep_their_type() {
        assert_eq!(value(&format!("series_fill_const({S}, 0.5)")), "[0.5,2,0.5,0.5,8,0.5]");
        assert_eq!(value("series_fill_const(dynamic([1, -1]), 7, -1)"), "[1,7]");
        assert_eq!(value("series_fill_const(dynamic([1, null]), decimal(2.5))"), "[1,2.5]");
    }

    #[test]
    fn a_filled_series_keeps_its_name() {
        assert_eq!(
            answer(
                "print s = dynamic([null, 1]) | project series_fill_backward(s), series_fill_linear(s), \
                 series_fir(s, dynamic([1])), series_iir(s, dynamic([1]), dynamic([1])) | take 0"
            ),
            "s:dynamic, s1:dynamic, s2:dynamic, s3:dynamic"
        );
    }

    #[test]
    fn lines_go_between_neighbours() {
        assert_eq!(value(&format!("series_fill_linear({S})")), "[2.0,2.0,4.0,6.0,8.0,8.0]");
        assert_eq!(
            value(&format!("series_fill_linear({S}, real(null), false)")),
            "[null,2.0,4.0,6.0,8.0,null]"
        );
        assert_eq!(value("series_fill_linear(dynamic([null, null]), real(null), true, 3)"), "[3.0,3.0]");
        assert_eq!(value("series_fill_linear(dynamic([1, 0, 3]), 0)"), "[1.0,2.0,3.0]");
    }

    #[test]
    fn wrong_arguments_are_refused() {
        assert!(refused("print series_fill_const(dynamic([1]))").contains("not supported yet"));
        assert!(refused("print series_fill_const(dynamic([1]), 1, 2, 3)").contains("KS119"));
        assert!(refused("print series_fill_linear(1)").contains("KS107"));
    }
}
