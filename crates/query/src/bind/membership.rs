//! `in`, `in~`, `has_any`, `has_all` and their opposites.

use std::collections::BTreeSet;

use datafusion::common::ScalarValue;
use datafusion::logical_expr::in_list;
use weir_kql::ast::{Expr, InOp, Span};
use weir_value::KustoType;
use weir_value::dynamic::View;

use super::scalar::Use;
use super::{Binder, Scope, conversion};
use crate::functions::dynamic::ARRAY;
use crate::functions::terms::{HAS_ALL, HAS_ANY, IN_ARRAY, IN_ARRAY_CI};
use crate::functions::text_match::FOLD_CASE;
use crate::physical;
use crate::typed::Typed;

use KustoType::{Bool, Dynamic, String as Text};

/// What is looked for.
enum List {
    /// These values, all of one type.
    Values(Vec<Typed>),
    /// The elements of this array, which differs from row to row.
    Array(Typed),
}

impl Binder<'_> {
    pub(super) fn membership(
        &mut self,
        op: InOp,
        value: &Expr,
        list: &[Expr],
        span: Span,
        scope: Scope<'_>,
        usage: Use,
    ) -> Typed {
        let typed = self.scalar(value, scope);
        if let InOp::In | InOp::NotIn | InOp::InCi | InOp::NotInCi = op {
            self.check_list(&typed, list, matches!(op, InOp::InCi | InOp::NotInCi), scope);
        }
        let Some(list) = self.list(list, scope) else { return Typed::poison() };
        if typed.poisoned {
            return typed;
        }
        match op {
            InOp::HasAny | InOp::HasAll => self.has_terms(op, typed, list, span),
            InOp::In | InOp::NotIn => self.is_in(typed, list, op == InOp::NotIn, false, span, usage),
            InOp::InCi | InOp::NotInCi => self.is_in(typed, list, op == InOp::NotInCi, true, span, usage),
        }
    }

    /// The elements of a list as written: scalars, one array, one table.
    fn list(&mut self, list: &[Expr], scope: Scope<'_>) -> Option<List> {
        if let [single] = list
            && self.is_table(single, scope)
        {
            return self.first_column(single, scope).map(List::Values);
        }
        let mut values = Vec::new();
        let mut poisoned = false;
        for expr in list {
            let typed = self.scalar(expr, scope);
            poisoned |= typed.poisoned;
            match (typed.kind, typed.as_constant()) {
                (Dynamic, Some(constant)) => match elements(constant) {
                    Some(elements) => values.extend(elements),
                    None => values.push(typed),
                },
                (Dynamic, None) if list.len() == 1 && !typed.poisoned => return Some(List::Array(typed)),
                _ => values.push(typed),
            }
        }
        (!poisoned).then_some(List::Values(values))
    }

    /// The values of the first column of a table, each once.
    fn first_column(&mut self, expr: &Expr, scope: Scope<'_>) -> Option<Vec<Typed>> {
        const VALUES_MAX: usize = 1_000_000;
        let (kind, values) = self.evaluated_column(expr, scope, false)?;
        if values.len() > VALUES_MAX {
            self.error(
                None,
                expr.span,
                format!("the table has more than {VALUES_MAX} rows, too many for a list"),
            );
            return None;
        }
        let mut seen = std::collections::HashSet::new();
        let distinct = values.into_iter().filter(|value| seen.insert(value.clone()));
        Some(distinct.map(|value| Typed::constant(value, kind)).collect())
    }

    fn is_in(
        &mut self,
        value: Typed,
        list: List,
        negated: bool,
        ignore_case: bool,
        span: Span,
        usage: Use,
    ) -> Typed {
        let value = if value.kind == Dynamic { self.out_of_dynamic(value, &list) } else { value };
        if ignore_case && value.kind != Text {
            let message = format!("a string is looked up without regard to case, not a {}", value.kind);
            return self.refuse(Some("KS106"), span, message);
        }
        let typed = match list {
            List::Array(array) => {
                let text = self.converted(value, Text);
                let kernel = if ignore_case { &IN_ARRAY_CI } else { &IN_ARRAY };
                Typed::new(kernel.call(vec![text.expr, array.expr]), Bool)
            }
            List::Values(values) => {
                let kind = list_kind(value.kind, &values);
                let value = self.converted(value, kind);
                let mut items = Vec::new();
                for item in values {
                    // A value that is none of the type equals nothing of it.
                    let item = self.converted(item, kind);
                    if item.as_constant().is_none_or(|constant| !constant.is_null()) {
                        items.push(if ignore_case { self.without_case(item) } else { item });
                    }
                }
                let value = if ignore_case { self.without_case(value) } else { value };
                if items.is_empty() {
                    return Typed::bool(negated);
                }
                let nullable = kind != Text;
                let found = in_list(value.expr.clone(), items.into_iter().map(|i| i.expr).collect(), false);
                match (nullable, usage, negated) {
                    (true, Use::Value, _) | (true, _, true) => {
                        Typed::new(value.expr.is_not_null().and(found), Bool)
                    }
                    _ => Typed::new(found, Bool),
                }
            }
        };
        if negated { self.negated(typed) } else { self.fold(typed) }
    }

    fn without_case(&mut self, typed: Typed) -> Typed {
        self.fold(Typed::new(FOLD_CASE.call(vec![typed.expr]), Text))
    }

    /// A dynamic as a value of the type that the list has.
    fn out_of_dynamic(&mut self, value: Typed, list: &List) -> Typed {
        let kind = match list {
            List::Values(values) => {
                values.iter().map(|v| v.kind).find(|kind| *kind != Dynamic).unwrap_or(Text)
            }
            List::Array(_) => Text,
        };
        self.converted(value, kind)
    }

    fn has_terms(&mut self, op: InOp, value: Typed, list: List, span: Span) -> Typed {
        let value = match value.kind {
            Text => value,
            Dynamic => self.converted(value, Text),
            kind => {
                return self.refuse(
                    Some("KS106"),
                    span,
                    format!("terms are looked for in a string, not in a {kind}"),
                );
            }
        };
        let array = match list {
            List::Array(array) => array,
            List::Values(values) => {
                let terms = values.into_iter().map(|value| super::pack(self.converted(value, Text)).expr);
                let array = ARRAY.call(terms.collect());
                self.fold(Typed::new(array, Dynamic))
            }
        };
        let kernel = if op == InOp::HasAny { &HAS_ANY } else { &HAS_ALL };
        self.fold(Typed::new(kernel.call(vec![value.expr, array.expr]), Bool))
    }
}

/// The type in which a value is compared with a list.
fn list_kind(value: KustoType, items: &[Typed]) -> KustoType {
    use KustoType::{Decimal, Int, Long, Real};
    let kinds: BTreeSet<KustoType> = items.iter().map(|item| item.kind).collect();
    match value {
        Int | Long if kinds.contains(&Decimal) => Decimal,
        Int | Long if kinds.contains(&Real) => Real,
        Int => Long,
        kind => kind,
    }
}

/// The elements of a constant array as constants; nothing when the constant is no array.
fn elements(constant: &ScalarValue) -> Option<Vec<Typed>> {
    let ScalarValue::BinaryView(Some(bytes)) = constant else { return None };
    let view = View::new(bytes);
    (view.kind() == weir_value::dynamic::Kind::Array)
        .then(|| view.items().map(|item| conversion::constant_of(item)).collect())
}

impl Typed {
    /// The null that stands for nothing found.
    pub(crate) fn blank(kind: KustoType) -> Self {
        Typed::constant(physical::null(kind), kind)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows, value};

    #[test]
    fn lists_are_compared_in_the_type_of_the_value() {
        assert_eq!(
            value(
                "7 in ('7', 'x'), '7' in (7, 8), 7.0 in (7), true in ('true'), 1h in (1h, 1d), decimal(7) in (7, 8.5)"
            ),
            "True | True | True | True | True | True"
        );
        assert_eq!(
            value(
                "'a' in ('A'), 'a' in~ ('A'), 'a' !in ('A'), dynamic('a') in~ ('A'), 'b' in (dynamic(['a', 'b']))"
            ),
            "False | True | True | True | True"
        );
        assert!(refused("print 7 in~ ('7')").contains("KS106"));
    }

    #[test]
    fn nulls_are_in_no_list() {
        let t = "datatable(x:long, s:string)[1, 'a', long(null), '', 3, 'c']";
        assert_eq!(rows(&format!("{t} | where x in (1, long(null)) | project x")), "1");
        assert_eq!(rows(&format!("{t} | where x !in (1) | project s")), "\nc");
        assert_eq!(rows(&format!("{t} | where s !in ('a', '') | project s")), "c");
        assert_eq!(rows(&format!("{t} | where x in ({t} | where s == 'c' | project x) | project s")), "c");
        assert_eq!(rows(&format!("{t} | project y = x in (1)")), "True\nFalse\nFalse");
    }

    #[test]
    fn terms_may_differ_from_row_to_row() {
        let t =
            "datatable(a:string, b:string, d:dynamic)['x y', 'Y', dynamic(['q']), 'x', 'z', dynamic(['X'])]";
        assert_eq!(
            rows(&format!("{t} | project a has_any (b, 'w'), a has_all ('x', b), a has_any (d)")),
            "True | True | False\nFalse | False | True"
        );
        assert_eq!(
            value("'a 5' has_any (5, 6), 'a' has_any (dynamic([])), '' has_any ('a')"),
            "True | False | False"
        );
        assert!(refused("print 5 has_any ('a')").contains("KS106"));
    }
}
