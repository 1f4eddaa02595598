//! Window functions: what they take, what they give. They read rows in their order.
//!
//! Source: <https://learn.microsoft.com/kusto/query/window-functions>

mod row;

use datafusion::common::ScalarValue;
use datafusion::functions_window::expr_fn::{lag, lead};
use datafusion::logical_expr::{Expr, ExprFunctionExt};
use weir_kql::Diagnostic;
use weir_kql::ast::{Call, Span};
use weir_value::KustoType;

use crate::bind::{Binder, Scope, Windows, accepts, assign, is_number};
use crate::functions::{Accepts, Parameter, exactly, one, optional};
use crate::physical;
use crate::typed::{Typed, column};
use row::Row;

use KustoType::{Bool, Datetime, Long, Timespan};

/// A window function.
pub(crate) struct Window {
    name: &'static str,
    what: What,
    parameters: &'static [Parameter],
}

#[derive(Debug, Clone, Copy)]
enum What {
    /// The value of a row before.
    Previous,
    /// The value of a row behind.
    Next,
    /// A state that goes from row to row.
    Row(Row),
}

const SHIFT: &[Parameter] =
    &[one("column", Accepts::Any), optional("offset", Accepts::Integer), optional("default", Accepts::Any)];
const RANK: &[Parameter] = &[one("term", Accepts::Any), optional("restart", Accepts::Exactly(Bool))];

static WINDOWS: [Window; 7] = [
    Window { name: "prev", what: What::Previous, parameters: SHIFT },
    Window { name: "next", what: What::Next, parameters: SHIFT },
    Window {
        name: "row_number",
        what: What::Row(Row::Number),
        parameters: &[optional("start", Accepts::Integer), optional("restart", Accepts::Exactly(Bool))],
    },
    Window {
        name: "row_cumsum",
        what: What::Row(Row::Sum),
        parameters: &[one("term", Accepts::Number), optional("restart", Accepts::Exactly(Bool))],
    },
    Window { name: "row_rank_dense", what: What::Row(Row::DenseRank), parameters: RANK },
    Window { name: "row_rank_min", what: What::Row(Row::LeastRank), parameters: RANK },
    Window {
        name: "row_window_session",
        what: What::Row(Row::Session),
        parameters: &[
            exactly("expr", Datetime),
            one("max distance from first", Accepts::Constant(Timespan)),
            one("max distance between neighbors", Accepts::Constant(Timespan)),
            optional("restart", Accepts::Exactly(Bool)),
        ],
    },
];

/// The window function of this name.
pub(crate) fn window(name: &str) -> Option<&'static Window> {
    WINDOWS.iter().find(|window| window.name == name)
}

/// The names of all window functions.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    WINDOWS.iter().map(|window| window.name)
}

impl Binder<'_> {
    /// A call of a window function: the column that will hold its result.
    pub(crate) fn window(
        &mut self,
        window: &'static Window,
        call: &Call,
        span: Span,
        scope: Scope<'_>,
    ) -> Typed {
        let name = window.name;
        if !scope.serialized && !scope.open {
            let message = format!("'{name}' needs rows in an order, these have none");
            let hint = "put sort by … or serialize before";
            self.tell(Diagnostic::error(Some("KS199"), call.name.span, message).with_hint(hint));
            return Typed::poison();
        }
        let typed: Vec<Typed> =
            call.arguments.iter().map(|argument| self.scalar(&argument.value, scope)).collect();
        if scope.open || typed.iter().any(|typed| typed.poisoned) {
            return Typed::poison();
        }
        let Some(windows) = scope.windows else {
            let message = format!("'{name}' cannot be used here");
            let hint = "compute it in an extend before";
            self.tell(Diagnostic::error(None, call.name.span, message).with_hint(hint));
            return Typed::poison();
        };
        let parameters = assign(window.parameters, typed.len()).filter(|parameters| {
            parameters.iter().zip(&typed).all(|(parameter, typed)| accepts(parameter.accepts, typed, false))
        });
        let Some(parameters) = parameters else {
            return self.refuse_arguments(&[window.parameters], call, &typed, span);
        };
        let arguments = typed.into_iter().zip(parameters);
        let typed: Vec<Typed> =
            arguments.map(|(typed, parameter)| self.accepted(typed, parameter.accepts)).collect();
        match window.what {
            What::Previous | What::Next => self.shifted(window, call, typed, span, windows),
            What::Row(row) => self.stateful(row, typed, span, windows),
        }
    }

    /// `prev` and `next`.
    fn shifted(
        &mut self,
        window: &Window,
        call: &Call,
        typed: Vec<Typed>,
        span: Span,
        windows: &Windows,
    ) -> Typed {
        let name = window.name;
        let place = |index: usize| call.arguments.get(index).map_or(span, |argument| argument.value.span);
        let mut typed = typed.into_iter();
        let value = typed.next().unwrap_or_else(Typed::poison);
        let offset = match typed.next() {
            None => 1,
            Some(offset) => match offset.as_long() {
                Some(offset) if offset >= 0 => offset,
                _ => {
                    let message = format!("the offset of '{name}' must be a constant number of rows");
                    return self.refuse(Some("KS107"), place(1), message);
                }
            },
        };
        let default = match typed.next() {
            None => physical::null(value.kind),
            Some(default) => {
                let constant = default.as_constant().is_some();
                let fits = default.kind == value.kind
                    || default.kind == KustoType::Dynamic
                    || is_number(default.kind) && is_number(value.kind)
                    || default.as_constant().is_some_and(ScalarValue::is_null);
                if !fits {
                    let message = format!(
                        "the default of '{name}' is a {}, its values are of type {}",
                        default.kind, value.kind
                    );
                    return self.refuse(Some("KS107"), place(2), message);
                }
                match self.converted(default, value.kind).as_constant() {
                    Some(default) if constant => default.clone(),
                    _ => {
                        let message = format!("the default of '{name}' must be a constant");
                        return self.refuse(Some("KS107"), place(2), message);
                    }
                }
            }
        };
        let function = match window.what {
            What::Next => lead(value.expr, Some(offset), Some(default)),
            _ => lag(value.expr, Some(offset), Some(default)),
        };
        self.over_rows(function, value.kind, span, windows)
    }

    /// A function that goes from row to row with a state.
    fn stateful(&mut self, row: Row, typed: Vec<Typed>, span: Span, windows: &Windows) -> Typed {
        let mut typed = typed.into_iter();
        let mut arguments: Vec<Expr> = Vec::new();
        let mut kind = Long;
        match row {
            Row::Number => {
                let start = typed.next().unwrap_or_else(|| Typed::long(1));
                if start.as_long().is_none() {
                    return self.refuse(
                        Some("KS107"),
                        span,
                        "the first number of 'row_number' must be a constant",
                    );
                }
                arguments.push(start.expr);
            }
            Row::Sum => {
                let term = typed.next().unwrap_or_else(Typed::poison).widened();
                if term.kind == KustoType::Decimal {
                    self.unsupported(span, "row_cumsum of decimals");
                    return Typed::poison();
                }
                kind = term.kind;
                arguments.push(term.expr);
            }
            Row::DenseRank | Row::LeastRank => {
                let term = typed.next().unwrap_or_else(Typed::poison);
                if term.kind == KustoType::Dynamic {
                    return self.refuse(None, span, "a dynamic has no rank");
                }
                arguments.push(term.expr);
            }
            Row::Session => {
                kind = Datetime;
                arguments.extend(typed.by_ref().take(3).map(|typed| typed.expr));
            }
        }
        let restart = typed.next().unwrap_or_else(|| Typed::bool(false));
        arguments.push(restart.expr);
        self.over_rows(row.function().call(arguments), kind, span, windows)
    }

    fn over_rows(&mut self, function: Expr, kind: KustoType, span: Span, windows: &Windows) -> Typed {
        match function.order_by(vec![column(windows.ordinal()).sort(true, true)]).build() {
            Ok(function) => {
                let made = column(&windows.add(function));
                let expr = match kind {
                    // Where no row is, the engine gives a null of its own.
                    KustoType::String => datafusion::functions::expr_fn::coalesce(vec![
                        made,
                        physical::literal(ScalarValue::Utf8View(Some(String::new()))),
                    ]),
                    _ => made,
                };
                Typed::new(expr, kind)
            }
            Err(error) => {
                self.planning_failed(span, &error);
                Typed::poison()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, explained, refused, rows};

    const T: &str =
        "datatable(g:string, x:long)['p', 3, 'p', 1, 'q', long(null), 'q', 7] | sort by g asc, x asc";

    #[test]
    fn neighbours_are_null_or_blank_at_the_edges() {
        assert_eq!(
            answer(&format!("{T} | extend a = prev(x), b = next(x), c = prev(g), d = next(g, 2, '-')")),
            "g:string, x:long, a:long, b:long, c:string, d:string\n\
             p | 1 | null | 3 |  | q\np | 3 | 1 | null | p | q\nq | null | 3 | 7 | p | -\nq | 7 | null | null | q | -"
        );
        assert_eq!(
            rows(&format!("{T} | project a = prev(x, 0), b = prev(x, 9, -1)")).lines().next(),
            Some("1 | -1")
        );
        assert_eq!(
            rows("range x from 1 to 3 step 1 | extend d = prev(x * 1.5, 1, 0)"),
            "1 | 0.0\n2 | 1.5\n3 | 3.0"
        );
    }

    #[test]
    fn numbers_start_where_told_and_restart() {
        assert_eq!(
            answer(&format!(
                "{T} | project a = row_number(), b = row_number(5), c = row_number(0, g != prev(g))"
            )),
            "a:long, b:long, c:long\n1 | 5 | 0\n2 | 6 | 1\n3 | 7 | 0\n4 | 8 | 1"
        );
    }

    #[test]
    fn sums_skip_nulls_and_restart() {
        assert_eq!(
            answer(&format!(
                "{T} | project s = row_cumsum(x), r = row_cumsum(x * 0.5, g != prev(g)), i = row_cumsum(int(2))"
            )),
            "s:long, r:real, i:long\n1 | 0.5 | 2\n4 | 2.0 | 4\n4 | 0.0 | 6\n11 | 3.5 | 8"
        );
    }

    #[test]
    fn ranks_count_values_or_rows() {
        let t = "datatable(s:string, x:long)['a', 5, 'b', 5, '', 6, '', 9, 'z', 9] | serialize";
        assert_eq!(
            rows(&format!(
                "{t} | project row_rank_dense(x), row_rank_min(x), row_rank_min(x, s == ''), row_rank_dense(s)"
            )),
            "1 | 1 | 1 | 1\n1 | 1 | 1 | 2\n2 | 3 | 1 | 3\n3 | 4 | 1 | 3\n3 | 4 | 1 | 4"
        );
    }

    #[test]
    fn sessions_end_by_their_length_by_a_gap_or_when_told() {
        let t = "datatable(m:long)[0, 4, 8, 12, 30, 31] | extend t = datetime(2026-01-01) + m * 1m";
        assert_eq!(
            rows(&format!(
                "{t} | project m, s = (row_window_session(t, 10m, 5m) - datetime(2026-01-01)) / 1m, \
                 r = (row_window_session(t, 1h, 1h, m == 30) - datetime(2026-01-01)) / 1m"
            )),
            "0 | 0.0 | 0.0\n4 | 0.0 | 0.0\n8 | 0.0 | 0.0\n12 | 12.0 | 0.0\n30 | 30.0 | 30.0\n31 | 30.0 | 30.0"
        );
    }

    #[test]
    fn rows_keep_their_order_through_steps_that_keep_it() {
        let t = "range x from 1 to 6 step 1 | sort by x desc";
        assert_eq!(
            rows(&format!("{t} | where x % 2 == 0 | extend x = 0 - x | project n = row_number(), x")),
            "1 | -6\n2 | -4\n3 | -2"
        );
        assert_eq!(
            rows(&format!("{t} | extend n = row_number() | where n > 4 | project x, p = prev(n)")),
            "2 | null\n1 | 5"
        );
        assert_eq!(rows(&format!("{t} | where prev(x) == 4 or row_number() == 1")), "6\n3");
        assert_eq!(rows(&format!("{t} | take 2 | extend n = row_number()")), "6 | 1\n5 | 2");
    }

    #[test]
    fn rows_are_grouped_and_sorted_by_them() {
        let t = "range x from 1 to 6 step 1 | sort by x desc";
        assert_eq!(
            rows(&format!(
                "{t} | summarize max(row_number()), make_list(x), min(prev(x)) by b = row_number() % 2 | sort by b asc"
            )),
            "0 | 6 | [5,3,1] | 2\n1 | 5 | [6,4,2] | 3"
        );
        assert_eq!(rows(&format!("{t} | sort by row_number() % 3 asc, x asc")), "1\n4\n3\n6\n2\n5");
        assert_eq!(rows(&format!("{t} | top 2 by coalesce(prev(x), 0)")), "5\n4");
    }

    #[test]
    fn rows_are_read_once_and_not_held() {
        let plan = explained(
            "range x from 1 to 9 step 1 | sort by x desc | extend a = row_number(1, x == 3), b = prev(x), \
             c = row_cumsum(x), d = row_rank_min(x), e = next(x, 2) | where a > 1 | extend f = row_number()",
        );
        assert_eq!(plan.matches("SortExec").count(), 1, "{plan}");
        assert_eq!(plan.matches(" WindowAggExec").count(), 0, "{plan}");
    }

    #[test]
    fn many_rows_stay_in_their_order() {
        // More than a batch, over several partitions.
        let t = "range x from 1 to 150000 step 1 | extend k = hash(x) % 1000, y = 200000 - x | sort by k asc, y asc";
        assert_eq!(
            rows(&format!(
                "{t} | extend n = row_number(), p = prev(y), j = prev(k) | where x % 3 > 0 | extend z = x \
                 | extend m = row_number() | extend wrong = n < prev(n) or k < prev(k) or k == j and y <= p \
                 | summarize countif(wrong), count(), max(m)"
            )),
            "0 | 100000 | 100000"
        );
        let all = rows(&format!("{t} | where x % 2 == 0 | project-away y | extend z = k"));
        let keys: Vec<i64> = all.lines().filter_map(|line| line.rsplit(" | ").next()?.parse().ok()).collect();
        assert_eq!(keys.len(), 75_000);
        assert!(keys.is_sorted());
    }

    #[test]
    fn rows_without_an_order_are_refused() {
        for step in [
            "summarize y = count() by x",
            "distinct x",
            "union (print x = 9)",
            "join kind=inner (print x = 1) on x",
        ] {
            let text = refused(&format!("range x from 1 to 3 step 1 | {step} | extend n = row_number()"));
            assert!(text.contains("needs rows in an order"), "{text}");
        }
        assert!(
            rows("range x from 1 to 3 step 1 | distinct x | serialize | extend n = row_number() | count")
                == "3"
        );
        assert!(refused(&format!("{T} | extend y = prev(x, 1, x)")).contains("must be a constant"));
        assert!(
            refused(&format!("{T} | extend y = prev(x, 1, 'a')"))
                .contains("the default of 'prev' is a string")
        );
        assert!(refused(&format!("{T} | extend y = prev(x, -1)")).contains("constant number of rows"));
        assert!(refused(&format!("{T} | extend y = row_cumsum(g)")).contains("KS107"));
        assert!(refused(&format!("{T} | distinct row_number()")).contains("cannot be used here"));
    }
}
