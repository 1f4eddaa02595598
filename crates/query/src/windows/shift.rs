//! `prev` and `next`: values of the rows around.
//!
//! Source: <https://learn.microsoft.com/kusto/query/prev-function>

use datafusion::common::ScalarValue;
use datafusion::functions_window::expr_fn::{lag, lead};
use weir_kql::Diagnostic;
use weir_kql::ast::{Call, ExprKind, Span};
use weir_value::KustoType;

use super::{What, Window};
use crate::bind::{Binder, Windows, is_number};
use crate::physical;
use crate::typed::Typed;

impl Binder<'_> {
    /// A call of `prev` or `next`.
    pub(super) fn shifted(
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
        if !call.arguments.first().is_some_and(|a| matches!(a.value.kind, ExprKind::Name(_))) {
            let message = format!("'{name}' takes the name of a column here");
            let hint = "compute the column in an extend before";
            self.tell(Diagnostic::error(Some("KS109"), place(0), message).with_hint(hint));
            return Typed::poison();
        }
        let offset = match typed.next() {
            None => 1,
            Some(offset) => match offset.as_long() {
                Some(offset) if offset >= 0 => offset,
                None if offset.as_constant().is_none() => {
                    self.unsupported(place(1), format_args!("an offset of '{name}' that is no constant"));
                    return Typed::poison();
                }
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
                if constant && !fits {
                    let (kind, values) = (default.kind, value.kind);
                    let what =
                        format!("a default of '{name}' that is a {kind}, its values are of type {values}");
                    self.unsupported(place(2), what);
                    return Typed::poison();
                }
                match self.converted(default, value.kind).as_constant() {
                    Some(default) if constant => default.clone(),
                    _ => {
                        let message = format!("the default of '{name}' must be a constant");
                        return self.refuse(Some("KS129"), place(2), message);
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
}
