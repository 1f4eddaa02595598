//! `scan [order by …] [partition by …] [declare (…)] with (step …; …)`: sequences of rows that match steps one after
//! the other.
//!
//! A row is held against the steps from the last to the first. A step that follows another begins with what the state
//! of that one holds, which is empty from then on; a step that matches again goes on with its own state. Conditions and
//! assignments read the row, and by `step.column` what the state holds of rows before. Each key of `partition by` has states
//! of its own; matches are numbered over all of them.
//!
//! Rows depend on each other one by one, so that they are read and matched while the query is bound.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scan-operator>

mod machine;

use datafusion::common::ScalarValue;
use weir_kql::ast::{Expr, ExprKind, ParameterType, Scan, ScanStep, Span};
use weir_value::KustoType;

use super::sort;
use crate::bind::{Binder, Env, Scope, numbered};
use crate::physical;
use crate::typed::{Column, Relation, Typed, column};
use machine::{Machine, Output, Step};

/// Steps that a scan may have.
const STEPS_MAX: usize = 32;

pub(crate) fn bind(binder: &mut Binder<'_>, input: Relation, scan: &Scan, span: Span, env: &Env) -> Relation {
    let id_name = properties(binder, scan);
    let input = match scan.order_by.is_empty() {
        true => input,
        false => sort::bind(binder, input, &scan.order_by, span, env),
    };
    if !input.serialized && !input.open {
        let diagnostic =
            weir_kql::Diagnostic::error(Some("KS199"), span, "scan needs rows in an order, these have none");
        binder.tell(diagnostic.with_hint("put sort by … or serialize before, or order by … inside"));
        return Relation::poison();
    }
    let keys = partition_keys(binder, &input, &scan.partition_by, env);
    let Some((declared, defaults)) = declared(binder, &input, scan, env) else { return Relation::poison() };
    if input.open {
        return Relation::poison();
    }
    let Some(keys) = keys else { return Relation::poison() };
    let own: Vec<Column> = input.visible().cloned().collect();
    // What conditions and assignments can read: the row, the declared columns, what the states hold.
    let mut readable: Vec<Column> = own.iter().chain(&declared).cloned().collect();
    let held = readable.len();
    for step in &scan.steps {
        for at in 0..held {
            let name = format!("{}.{}", step.name.text, readable[at].name);
            readable.push(Column { hidden: true, name, ..readable[at].clone() });
        }
    }
    let read =
        Relation { columns: readable, serialized: false, ..Relation::new(input.plan.clone(), Vec::new()) };
    let steps: Vec<Option<Step>> =
        scan.steps.iter().map(|step| bound_step(binder, &read, step, &declared, env)).collect();
    let Some(steps) = steps.into_iter().collect::<Option<Vec<Step>>>() else { return Relation::poison() };
    let Some(rows) = binder.read(&input, span) else { return Relation::poison() };
    let machine = Machine { steps, keys, readable: &read.columns, own: own.len(), defaults };
    let matched = machine.run(&rows.batch).and_then(|matched| {
        let mut columns: Vec<Column> = own.into_iter().chain(declared).collect();
        let mut arrays = matched.arrays;
        if let Some(name) = id_name {
            columns.push(Column::new(name, KustoType::Long));
            arrays.push(matched.ids);
        }
        let count = arrays.first().map_or(0, |array| array.len());
        numbered(columns, arrays, count)
    });
    match matched {
        Ok(relation) => relation,
        Err(error) => {
            binder.error(None, span, format!("these rows cannot be scanned: {}", error.strip_backtrace()));
            Relation::poison()
        }
    }
}

/// The name of the column that numbers the matches, where one is asked for.
fn properties(binder: &mut Binder<'_>, scan: &Scan) -> Option<String> {
    let mut id_name = None;
    for property in &scan.properties {
        match (property.name.text.to_ascii_lowercase().as_str(), &property.value.kind) {
            ("with_match_id", ExprKind::Name(name)) => id_name = Some(name.text.clone()),
            (name, _) if name.starts_with("hint.") => {}
            (name, _) => binder.error(None, property.name.span, format!("a scan has no property '{name}'")),
        }
    }
    if let Some(step) = scan.steps.get(STEPS_MAX) {
        binder.error(None, step.name.span, format!("a scan has at most {STEPS_MAX} steps"));
    }
    for step in scan.steps.iter().filter(|step| step.optional) {
        binder.unsupported(step.name.span, "optional steps of scan");
    }
    for (place, step) in scan.steps.iter().enumerate() {
        if scan.steps[..place].iter().any(|other| other.name.text == step.name.text) {
            binder.error(None, step.name.span, format!("there are two steps '{}'", step.name.text));
        }
    }
    id_name
}

/// What rows are kept apart by; nothing where a key could not be bound.
fn partition_keys(
    binder: &mut Binder<'_>,
    input: &Relation,
    by: &[Expr],
    env: &Env,
) -> Option<Vec<datafusion::logical_expr::Expr>> {
    let mut keys = Vec::with_capacity(by.len());
    let mut whole = true;
    for expr in by {
        let typed = binder.scalar(expr, Scope::of(env, input));
        if typed.kind == KustoType::Dynamic && !typed.poisoned {
            let diagnostic =
                weir_kql::Diagnostic::error(Some("KS127"), expr.span, "a dynamic cannot be grouped by");
            binder.tell(diagnostic.with_hint("convert it, with tostring() for example"));
            whole = false;
        }
        whole &= !typed.poisoned;
        keys.push(typed.expr);
    }
    whole.then_some(keys)
}

/// The declared columns and the values they have where no step assigns one.
fn declared(
    binder: &mut Binder<'_>,
    input: &Relation,
    scan: &Scan,
    env: &Env,
) -> Option<(Vec<Column>, Vec<ScalarValue>)> {
    let mut columns: Vec<Column> = Vec::new();
    let mut defaults = Vec::new();
    let mut whole = true;
    for parameter in &scan.declare {
        let name = &parameter.name.text;
        let ParameterType::Scalar(kind) = parameter.kind else {
            binder.error(None, parameter.name.span, "a column of a scan is a scalar");
            return None;
        };
        if input.visible().chain(&columns).any(|column| column.name == *name) {
            binder.error(Some("KS171"), parameter.name.span, format!("there are two columns '{name}'"));
            whole = false;
        }
        let default = match &parameter.default {
            None => physical::null(kind),
            Some(default) => {
                let typed = binder.scalar(default, Scope::outside(env));
                let converted = binder.converted(typed.clone(), kind);
                match converted.as_constant() {
                    Some(value) if !typed.poisoned => value.clone(),
                    _ => {
                        if !typed.poisoned {
                            binder.error(None, default.span, "a default of a scan must be a constant");
                        }
                        whole = false;
                        physical::null(kind)
                    }
                }
            }
        };
        columns.push(Column::new(name, kind));
        defaults.push(default);
    }
    whole.then_some((columns, defaults))
}

fn bound_step(
    binder: &mut Binder<'_>,
    read: &Relation,
    step: &ScanStep,
    declared: &[Column],
    env: &Env,
) -> Option<Step> {
    let output = match step.output.as_ref().map(|name| name.text.as_str()) {
        None | Some("all") => Output::All,
        Some("last") => Output::Last,
        Some("none") => Output::None,
        Some(_) => {
            let span = step.output.as_ref().map(|name| name.span).unwrap_or_default();
            binder.error(None, span, "the output of a step is all, last or none");
            return None;
        }
    };
    let scope = Scope::of(env, read);
    let condition = binder.predicate(&step.condition, scope);
    let mut whole = !condition.poisoned;
    let mut assignments = Vec::new();
    for item in &step.assignments {
        let Some(name) = item.names.first() else {
            binder.error(None, item.value.span, "write column = value");
            whole = false;
            continue;
        };
        let Some(place) = declared.iter().position(|column| column.name == name.text) else {
            binder.unknown_name(name, "declared column", declared.iter().map(|column| column.name.as_str()));
            whole = false;
            continue;
        };
        let typed = binder.scalar(&item.value, scope);
        match assigned(binder, typed, &declared[place], &item.value) {
            Some(typed) => assignments.push((place, typed.expr)),
            None => whole = false,
        }
    }
    whole.then_some(Step { output, condition: condition.expr, assignments })
}

/// A value in the type of the column it is assigned to.
fn assigned(binder: &mut Binder<'_>, typed: Typed, to: &Column, expr: &Expr) -> Option<Typed> {
    if typed.poisoned {
        return None;
    }
    let fits = typed.kind == to.kind
        || typed.kind == KustoType::Dynamic
        || crate::bind::is_number(typed.kind) && crate::bind::is_number(to.kind)
        || typed.as_constant().is_some_and(ScalarValue::is_null);
    if !fits {
        let message = format!("'{}' is a {}, this is a {}", to.name, to.kind, typed.kind);
        binder.error(Some("KS107"), expr.span, message);
        return None;
    }
    Some(binder.converted(typed, to.kind))
}

/// The column that holds what a state knows of a step.
pub(crate) fn held_column(columns: &[Column], step: &str, name: &str) -> Option<Typed> {
    let held = columns.iter().find(|column| {
        let rest = column.name.strip_prefix(step).and_then(|rest| rest.strip_prefix('.'));
        column.hidden && rest == Some(name)
    })?;
    Some(Typed { expr: column(&held.name), ..held.typed() })
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const T: &str = "range t from 1 to 6 step 1 | extend e = substring('abbacb', t - 1, 1) | sort by t asc";

    #[test]
    fn a_step_goes_on_with_its_own_state() {
        assert_eq!(
            answer(
                "range x from 1 to 4 step 1 | scan declare (s:long = 10, n:real) with (step a: true => s = a.s + x, n = coalesce(a.n, 0.0) + 1;)"
            ),
            "x:long, s:long, n:real\n1 | 11 | 1.0\n2 | 13 | 2.0\n3 | 16 | 3.0\n4 | 20 | 4.0"
        );
        assert_eq!(
            rows(
                "range x from 1 to 4 step 1 | scan declare (p:long = -1) with (step a: x % 2 == 0 => p = a.x;)"
            ),
            "2 | null\n4 | 2"
        );
    }

    #[test]
    fn steps_follow_each_other() {
        let t = "datatable(e:string)['a', 'x', 'b', 'a', 'a', 'b', 'b'] | serialize";
        assert_eq!(
            answer(&format!("{t} | scan with_match_id = id with (step one: e == 'a'; step two: e == 'b';)")),
            "e:string, id:long\na | 0\nb | 0\na | 1\na | 1\nb | 1\nb | 1"
        );
        assert_eq!(
            rows(&format!(
                "{t} | extend n = row_number() | scan with (step one output=last: e == 'a'; step two output=none: e == 'b';)"
            )),
            "a | 1\na | 5"
        );
        assert_eq!(
            rows(&format!(
                "{t} | extend n = row_number() | scan declare (began:long) with \
                 (step one output=none: e == 'a'; step two output=all: e == 'b' => began = one.n;)"
            )),
            "b | 3 | 1\nb | 6 | 5\nb | 7 | 5"
        );
    }

    #[test]
    fn a_row_may_end_one_match_and_begin_another() {
        assert_eq!(
            answer(
                "datatable(t:long)[0, 1, 2, 10, 11, 30] | sort by t asc | scan with_match_id = id declare (start:long) with \
                 (step inside: true => start = coalesce(inside.start, t); step over output=none: t - inside.start > 5;)"
            ),
            "t:long, start:long, id:long\n0 | 0 | 0\n1 | 0 | 0\n2 | 0 | 0\n10 | 10 | 1\n11 | 10 | 1\n30 | 30 | 2"
        );
    }

    #[test]
    fn keys_have_states_of_their_own() {
        let t =
            "datatable(k:string, e:string)['p', 'a', 'q', 'a', 'q', 'b', 'p', 'b', 'q', 'b'] | extend n = 1";
        assert_eq!(
            answer(&format!(
                "{t} | project-away n | serialize | scan with_match_id = id partition by k \
                 with (step one: e == 'a'; step two: e == 'b';)"
            )),
            "k:string, e:string, id:long\np | a | 0\nq | a | 1\nq | b | 1\np | b | 0\nq | b | 1"
        );
        assert_eq!(
            rows(
                "datatable(x:long, g:string)[3, 'a', 1, 'b', 2, 'a', 4, 'b'] | summarize by x, g \
                 | scan order by x asc partition by toupper(g) declare (s:long = 0) with (step a: true => s = a.s + x;) \
                 | project x, g, s"
            ),
            "1 | b | 1\n2 | a | 2\n3 | a | 5\n4 | b | 5"
        );
        assert_eq!(
            rows(
                "datatable(x:long, g:string)[1, 'a', 2, 'b', 3, 'a', 9, ''] | serialize | scan partition by g \
                 with (step s output=last: true;) | sort by x asc"
            ),
            "2 | b\n3 | a\n9 | "
        );
    }

    #[test]
    fn its_rows_stay_in_order() {
        assert_eq!(
            rows(&format!(
                "{T} | scan declare (n:long = 0) with (step s: e == 'b' => n = s.n + 1;) | extend r = row_number() | project r, n, t"
            )),
            "1 | 1 | 2\n2 | 2 | 3\n3 | 3 | 6"
        );
        assert_eq!(
            rows(
                "range x from 1 to 3 step 1 | where x > 5 | scan declare (s:long) with (step a: true => s = x;)"
            ),
            ""
        );
    }

    #[test]
    fn many_rows_are_scanned() {
        assert_eq!(
            rows(
                "range x from 1 to 20000 step 1 | scan declare (s:long = 0, t:string) with \
                 (step a: x % 2 == 0 => s = a.s + 1, t = strcat(a.t, iff(x < 10, tostring(x), ''));) \
                 | summarize count(), max(s), max(t)"
            ),
            "10000 | 10000 | 2468"
        );
    }

    #[test]
    fn what_cannot_be_scanned_is_refused() {
        let scan = "scan declare (s:long) with (step a: true => s = x;)";
        assert!(
            refused(&format!("range x from 1 to 3 step 1 | summarize count() by x | {scan}"))
                .contains("rows in an order")
        );
        let t = "range x from 1 to 3 step 1 | scan";
        assert!(refused(&format!("{t} declare (s:long) with (step a: true => s = 'x';)")).contains("KS107"));
        assert!(
            refused(&format!("{t} declare (s:long) with (step a: true => y = x;)"))
                .contains("declared column")
        );
        assert!(refused(&format!("{t} declare (x:long) with (step a: true => x = 1;)")).contains("KS171"));
        assert!(refused(&format!("{t} declare (s:long) with (step a: b.s > 1 => s = x;)")).contains("KS142"));
        assert!(refused(&format!("{t} with (step a: true; step a: true;)")).contains("two steps"));
        assert!(refused(&format!("{t} with (step a optional: true;)")).contains("optional steps of scan"));
        assert!(refused(&format!("{t} with_step_name=n with (step a: true;)")).contains("with_step_name"));
        assert!(refused(&format!("{t} partition by y with (step a: true;)")).contains("KS142"));
        let dynamic = "print d = dynamic([1]) | scan order by 1 asc partition by d with (step a: true;)";
        assert!(refused(dynamic).contains("KS127"));
    }
}
