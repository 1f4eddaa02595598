//! Series functions that make several columns.

use weir_kql::ast::{Expr, ExprKind};
use weir_value::KustoType;

use super::DYNAMIC;
use super::decompose::{ANOMALIES, DECOMPOSE};
use super::fit::LINE;
use super::fourier::{BACK, FORTH, KINDS};
use super::measure::STATS;
use crate::bind::{Binder, Scope, default_name, is_number};
use crate::kernel::Kernel;
use crate::typed::Typed;

/// A function of a series that makes several columns.
#[derive(Clone, Copy)]
pub(super) struct Series {
    /// The columns, in their order.
    pub parts: &'static [(&'static str, &'static Kernel)],
    /// The types of the arguments behind the series, none of which is needed. Those that are no series are constants.
    pub further: &'static [KustoType],
}

/// The names of those functions.
#[cfg(test)]
pub(crate) const SEVERAL: [&str; 6] = [
    "series_decompose",
    "series_decompose_anomalies",
    "series_fft",
    "series_fit_line",
    "series_ifft",
    "series_stats",
];

/// The function of this name.
fn function(name: &str) -> Option<Series> {
    Some(match name {
        "series_stats" => Series { parts: &STATS, further: &[KustoType::Bool] },
        "series_fit_line" => Series { parts: &LINE, further: &[] },
        "series_fft" => Series { parts: &FORTH, further: &KINDS[1..] },
        "series_ifft" => Series { parts: &BACK, further: &KINDS[1..] },
        "series_decompose" => DECOMPOSE,
        "series_decompose_anomalies" => ANOMALIES,
        _ => return None,
    })
}

/// The columns of a function that makes several: the name of each and its value. Nothing for other expressions.
pub(crate) fn several(
    binder: &mut Binder<'_>,
    expr: &Expr,
    scope: Scope<'_>,
) -> Option<Vec<(String, Typed)>> {
    let ExprKind::Call(call) = &expr.kind else { return None };
    let series = function(&call.name.text)?;
    let kinds: Vec<KustoType> = std::iter::once(DYNAMIC).chain(series.further.iter().copied()).collect();
    let mut typed: Vec<Typed> =
        call.arguments.iter().map(|argument| binder.scalar(&argument.value, scope)).collect();
    let fits = |typed: &Typed, kind: KustoType| {
        let whole = matches!(typed.kind, KustoType::Int | KustoType::Long);
        typed.poisoned
            || typed.kind == kind
            || kind == KustoType::Real && is_number(typed.kind)
            || kind == KustoType::Long && whole
    };
    let wrong = typed.is_empty()
        || typed.len() > kinds.len()
        || typed.iter().zip(&kinds).any(|(typed, kind)| !fits(typed, *kind));
    if wrong {
        let message = match series.further {
            [] => format!("'{}' takes a dynamic array", call.name.text),
            further => {
                let further: Vec<String> = further.iter().map(ToString::to_string).collect();
                let further = further.join(", ");
                format!("'{}' takes a dynamic array, and behind it: {further}", call.name.text)
            }
        };
        binder.error(Some("KS107"), expr.span, message);
    }
    // How a series is taken is no matter of rows.
    let mut constant = true;
    for (argument, typed) in call.arguments.iter().zip(&typed).skip(1) {
        if typed.kind != DYNAMIC && !typed.poisoned && typed.as_constant().is_none() {
            binder.error(
                Some("KS129"),
                argument.value.span,
                "what stands behind the series must be a constant",
            );
            constant = false;
        }
    }
    let poisoned = wrong || !constant || typed.iter().any(|typed| typed.poisoned);
    if !poisoned {
        typed = typed.into_iter().zip(&kinds).map(|(typed, kind)| binder.converted(typed, *kind)).collect();
    }
    for kind in kinds.iter().skip(typed.len()) {
        typed.push(Typed::null(*kind));
    }
    let of = call.arguments.first().and_then(|argument| default_name(&argument.value)).unwrap_or_default();
    let columns = series.parts.iter().map(|(part, kernel)| {
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
