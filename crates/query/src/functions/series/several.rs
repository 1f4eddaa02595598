//! Series functions that make several columns.

use weir_kql::ast::{Expr, ExprKind};
use weir_value::KustoType;

use super::DYNAMIC;
use super::fit::LINE;
use super::fourier::{BACK, FORTH, KINDS};
use super::measure::STATS;
use crate::bind::{Binder, Scope, default_name};
use crate::kernel::Kernel;
use crate::typed::Typed;

/// The columns of a function that makes several: the name of each and its value. Nothing for other expressions.
pub(crate) fn several(
    binder: &mut Binder<'_>,
    expr: &Expr,
    scope: Scope<'_>,
) -> Option<Vec<(String, Typed)>> {
    let ExprKind::Call(call) = &expr.kind else { return None };
    let flags = [DYNAMIC, KustoType::Bool];
    let (parts, kinds): (&[(&str, &'static Kernel)], &[KustoType]) = match call.name.text.as_str() {
        "series_stats" => (&STATS, &flags),
        "series_fit_line" => (&LINE, &flags[..1]),
        "series_fft" => (&FORTH, &KINDS),
        "series_ifft" => (&BACK, &KINDS),
        _ => return None,
    };
    let mut typed: Vec<Typed> =
        call.arguments.iter().map(|argument| binder.scalar(&argument.value, scope)).collect();
    let wrong = typed.is_empty()
        || typed.len() > kinds.len()
        || typed.iter().zip(kinds).any(|(typed, kind)| !typed.poisoned && typed.kind != *kind);
    if wrong {
        let message = format!("'{}' takes a dynamic array", call.name.text);
        binder.error(Some("KS107"), expr.span, message);
    }
    // Whether infinite numbers count is no matter of rows.
    if typed.iter().any(|typed| typed.kind == KustoType::Bool && typed.as_constant().is_none()) {
        binder.error(Some("KS129"), expr.span, "whether to leave out what is no number must be a constant");
    }
    let poisoned = wrong || typed.iter().any(|typed| typed.poisoned);
    for kind in kinds.iter().skip(typed.len()) {
        typed.push(Typed::null(*kind));
    }
    let of = call.arguments.first().and_then(|argument| default_name(&argument.value)).unwrap_or_default();
    let columns = parts.iter().map(|(part, kernel)| {
        let value = match poisoned {
            true => Typed::poison(),
            false => {
                Typed::new(kernel.call(typed.iter().map(|typed| typed.expr.clone()).collect()), kernel.result)
            }
        };
        (format!("{}_{of}_{part}", call.name.text), value)
    });
    Some(columns.collect())
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused};

    #[test]
    fn several_columns_have_names_of_their_own_or_those_given() {
        assert_eq!(
            answer("print x = dynamic([2, 4]) | project series_stats(x)"),
            "series_stats_x_min:real, series_stats_x_min_idx:long, series_stats_x_max:real, series_stats_x_max_idx:long, \
             series_stats_x_avg:real, series_stats_x_stdev:real, series_stats_x_variance:real\n\
             2.0 | 0 | 4.0 | 1 | 3.0 | 1.4142135623730951 | 2.0"
        );
        assert_eq!(
            answer("print x = dynamic([1, 3]) | extend (r, s) = series_fit_line(x)"),
            "x:dynamic, r:real, s:real\n[1,3] | 1.0 | 2.0"
        );
        assert!(refused("print x = 1 | extend series_stats(x)").contains("KS107"));
        assert!(refused("print d = dynamic([1]), b = true | extend series_stats(d, b)").contains("KS129"));
        assert!(refused("print x = dynamic([1]) | extend y = 1 + series_stats(x)").contains("series_stats"));
    }
}
