//! `mv-apply name = array on (subquery)`: a subquery over the elements of each row.
//!
//! All rows are expanded at once, each element with the number of its row and its place; the steps of the subquery
//! then work within rows of one number (`within`). A row whose arrays are empty, or of which the subquery leaves
//! nothing before it summarizes, has no result, as in the original.
//!
//! Source: <https://learn.microsoft.com/kusto/query/mv-apply-operator>

mod carry;
mod within;

use weir_kql::ast::{Expr, ExprKind, MvApply, Operator, OperatorKind, Span, StatementKind, Subquery};
use weir_value::KustoType;

use super::mv_expand::{Numbers, Wanted, expanded};
use super::project::assemble;
use crate::bind::{Binder, Env};
use crate::steps::numbered;
use crate::typed::{Column, Relation, Typed};

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    apply: &MvApply,
    span: Span,
    env: &Env,
) -> Relation {
    applied(binder, input, apply, None, span, env)
}

/// Applications inside each other: each keeps the columns of those around it.
const NESTED_MAX: usize = 6;

/// The hidden columns of rows inside a subquery.
#[derive(Debug, Clone)]
pub(super) struct Within {
    /// The number of the row that they come of.
    row: String,
    /// Their order among those of one row.
    place: String,
    /// The columns of that row as they were: the name of each and that of the hidden column that holds it.
    outer: Vec<(Column, String)>,
}

impl Within {
    /// Rows that come of a group: its number, and their order in it.
    pub(super) fn group(row: String, place: String) -> Self {
        Within { row, place, outer: Vec::new() }
    }

    /// All hidden columns.
    fn hidden(&self) -> Vec<Column> {
        let numbers = [&self.row, &self.place].into_iter().map(|name| Column::new(name, KustoType::Long));
        let outer = self.outer.iter().map(|(column, held)| Column::new(held, column.kind));
        numbers.chain(outer).map(|column| Column { hidden: true, ..column }).collect()
    }
}

/// The rows of an application; `place` names a hidden column for their order among those of one row.
pub(super) fn applied(
    binder: &mut Binder<'_>,
    input: Relation,
    apply: &MvApply,
    place: Option<&str>,
    span: Span,
    env: &Env,
) -> Relation {
    if let Some(id) = &apply.id {
        binder.unsupported(id.span, "the id of an mv-apply");
        return Relation::poison();
    }
    let depth = input.columns.iter().filter(|column| column.hidden).count();
    let nested = input.columns.iter().filter(|column| column.hidden && column.name.ends_with(" row")).count();
    if nested >= NESTED_MAX {
        binder.error(None, span, format!("mv-apply is nested more than {NESTED_MAX} deep"));
        return Relation::poison();
    }
    let ordered = input.serialized;
    let (row, own_place) = (format!("apply {depth} row"), format!("apply {depth} place"));
    let wanted = Wanted { properties: &apply.properties, items: &apply.items, limit: apply.limit.as_ref() };
    // Columns that are expanded as they are do not come back; those under a new name stay.
    let replaced: Vec<&str> =
        apply.items.iter().filter_map(|item| bare_column(&item.value.names, &item.value.value)).collect();
    let kept: Vec<Column> =
        input.columns.iter().filter(|column| !replaced.contains(&column.name.as_str())).cloned().collect();
    let outer = kept
        .into_iter()
        .enumerate()
        .map(|(n, column)| (column, format!("apply {depth} outer {n}")))
        .collect();
    let within = Within { row: row.clone(), place: own_place.clone(), outer };
    let input = sequence(binder, input, &row, span);
    let held = hold(binder, input, &within, span);
    let numbers = Numbers { row: Some(row), place: Some(own_place) };
    let elements = expanded(binder, held, &wanted, numbers, span, env);
    let Some(results) = subquery(binder, elements, &within, &apply.subquery, env) else {
        return Relation::poison();
    };
    finish(binder, results, &within, place, ordered, span)
}

/// The table with a hidden column of numbers, each row another one, rising in the order of the rows if they have one.
pub(crate) fn sequence(binder: &mut Binder<'_>, input: Relation, name: &str, span: Span) -> Relation {
    let plan = match input.open || input.columns.iter().any(|column| column.poisoned) {
        true => input.plan.clone(),
        false => binder.step(span, &input, |plan| numbered(plan, name, input.serialized)),
    };
    let mut columns = input.columns;
    columns.push(Column { hidden: true, ..Column::new(name, KustoType::Long) });
    Relation { plan, columns, ..input }
}

/// The column that an item without a name of its own expands.
fn bare_column<'e>(names: &[weir_kql::ast::Name], value: &'e Expr) -> Option<&'e str> {
    match &value.kind {
        ExprKind::Name(name) if names.is_empty() => Some(&name.text),
        ExprKind::Paren(inner) => bare_column(names, inner),
        _ => None,
    }
}

/// The input with a second, hidden copy of the columns that come back; the subquery may change the first.
fn hold(binder: &mut Binder<'_>, input: Relation, within: &Within, span: Span) -> Relation {
    let mut items: Vec<(String, Typed)> =
        input.columns.iter().map(|column| (column.name.clone(), column.typed())).collect();
    items.extend(within.outer.iter().map(|(column, held)| (held.clone(), column.typed())));
    let hidden: Vec<bool> =
        input.columns.iter().map(|c| c.hidden).chain(within.outer.iter().map(|_| true)).collect();
    let open = input.open;
    let mut output = assemble(binder, input, items, span);
    for (column, hidden) in output.columns.iter_mut().zip(hidden) {
        column.hidden = hidden;
    }
    Relation { open, ..output }
}

/// The steps of the subquery; nothing when it cannot be run.
fn subquery(
    binder: &mut Binder<'_>,
    elements: Relation,
    within: &Within,
    subquery: &Subquery,
    env: &Env,
) -> Option<Relation> {
    if let Some(source) = &subquery.source {
        binder.error(None, source.span, "the subquery of an mv-apply begins with an operator");
        return None;
    }
    let mut env = env.clone();
    for statement in &subquery.statements {
        match &statement.kind {
            StatementKind::Let { .. } => env = binder.let_statement(statement, env),
            _ => binder.error(None, statement.span, "only lets can stand before the steps"),
        }
    }
    steps(binder, elements, within, &subquery.operators, env)
}

/// Steps within the rows of each number; nothing when one of them cannot be run like that.
pub(super) fn steps(
    binder: &mut Binder<'_>,
    rows: Relation,
    within: &Within,
    operators: &[Operator],
    env: Env,
) -> Option<Relation> {
    let mut env = env;
    let mut relation = Relation { name: None, serialized: false, ..rows };
    for operator in operators {
        if matches!(operator.kind, OperatorKind::Missing) {
            return None;
        }
        (relation, env) = within::bind(binder, relation, operator, within, env)?;
        // Window functions do not stop at the end of a row's elements.
        relation.serialized = false;
    }
    Some(relation)
}

/// The columns of each row, those that the subquery changed as it left them, and what it added behind.
fn finish(
    binder: &mut Binder<'_>,
    results: Relation,
    within: &Within,
    place: Option<&str>,
    ordered: bool,
    span: Span,
) -> Relation {
    let open = results.open;
    let own: Vec<&Column> = results.visible().collect();
    let mut items: Vec<(String, Typed, bool)> = Vec::new();
    for (column, held) in &within.outer {
        let changed = own.iter().find(|result| result.name == column.name && !column.hidden);
        let typed = match changed {
            Some(result) => result.typed(),
            None => Column { name: held.clone(), ..column.clone() }.typed(),
        };
        items.push((column.name.clone(), typed, column.hidden));
    }
    for result in own {
        if !items.iter().any(|(name, ..)| *name == result.name) {
            items.push((result.name.clone(), result.typed(), false));
        }
    }
    let hidden_place = place.map(|place| {
        let column = Column::new(&within.place, KustoType::Long);
        (place.to_owned(), column.typed(), true)
    });
    items.extend(hidden_place);
    let sorted = match ordered && !open {
        true => within::in_order(binder, results, within, span),
        false => results,
    };
    let hidden: Vec<bool> = items.iter().map(|(.., hidden)| *hidden).collect();
    let items = items.into_iter().map(|(name, typed, _)| (name, typed)).collect();
    let mut output = assemble(binder, sorted, items, span);
    for (column, hidden) in output.columns.iter_mut().zip(hidden) {
        column.hidden = hidden;
    }
    Relation { open, serialized: ordered, name: None, ..output }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const T: &str = "datatable(k:string, a:dynamic)[\
        'p', dynamic([3, 1, 2]), 'q', dynamic([]), 'r', dynamic(null), 's', dynamic([5, 4])]";

    #[test]
    fn columns_of_the_row_come_first_and_those_expanded_as_they_are_move_behind() {
        assert_eq!(
            answer(&format!("{T} | extend z = 1 | mv-apply a to typeof(long) on (where a > 2)")),
            "k:string, z:long, a:long\np | 1 | 3\ns | 1 | 5\ns | 1 | 4"
        );
        assert_eq!(
            answer(&format!("{T} | mv-apply with_itemindex=i x = a to typeof(long) on (where i == 1)")),
            "k:string, a:dynamic, x:long, i:long\np | [3,1,2] | 1 | 1\ns | [5,4] | 4 | 1"
        );
    }

    #[test]
    fn each_row_is_summarized_for_itself() {
        assert_eq!(
            answer(&format!(
                "{T} | mv-apply x = a to typeof(long) on (summarize n = count(), sum(x)) | project-away a"
            )),
            "k:string, n:long, sum_x:long\np | 3 | 6\nr | 1 | 0\ns | 2 | 9"
        );
        assert_eq!(
            rows(&format!(
                "{T} | mv-apply x = a to typeof(long) on (summarize n = count() by odd = x % 2) | summarize sum(n) by k | sort by k asc"
            )),
            "p | 3\nr | 1\ns | 2"
        );
        assert_eq!(
            rows(&format!("{T} | mv-apply x = a on (count) | project k, Count")),
            "p | 3\nr | 1\ns | 2"
        );
    }

    #[test]
    fn orders_and_limits_hold_within_a_row() {
        assert_eq!(
            rows(&format!(
                "{T} | mv-apply x = a to typeof(long) on (top 2 by x asc | summarize make_list(x)) | project k, list_x"
            )),
            "p | [1,2]\nr | []\ns | [4,5]"
        );
        assert_eq!(
            rows(&format!(
                "{T} | mv-apply x = a to typeof(long) on (sort by x desc | take 1) | project k, x"
            )),
            "p | 3\nr | null\ns | 5"
        );
        assert_eq!(
            rows(&format!(
                "{T} | mv-apply x = a to typeof(long) on (where x != 3 | take 1 | project y = x * 10) | project k, y"
            )),
            "p | 10\nr | null\ns | 50"
        );
        assert_eq!(
            rows(&format!("{T} | mv-apply x = a limit 1 on (project x) | project k, x")),
            "p | 3\nr | null\ns | 5"
        );
    }

    #[test]
    fn columns_of_the_row_are_seen_inside_and_may_be_changed() {
        assert_eq!(
            answer(&format!(
                "{T} | mv-apply x = a to typeof(long) on (extend k = strcat(k, x), y = 1 | project k, y) | take 2"
            )),
            "k:string, a:dynamic, y:long\np3 | [3,1,2] | 1\np1 | [3,1,2] | 1"
        );
        assert_eq!(
            answer(&format!(
                "{T} | mv-apply x = a to typeof(long) on (project-away * | extend y = 1) | count"
            )),
            "Count:long\n6"
        );
    }

    #[test]
    fn arrays_inside_elements_are_expanded_and_applied() {
        let nested = "print g = 'g', d = dynamic([{'v': [1, 2]}, {'v': [3]}])";
        assert_eq!(
            rows(&format!(
                "{nested} | mv-apply o = d on (mv-expand v = o.v to typeof(long) | summarize sum(v), make_list(v)) | project-away d"
            )),
            "g | 6 | [1,2,3]"
        );
        assert_eq!(
            rows(&format!(
                "{nested} | mv-apply o = d on (mv-apply v = o.v to typeof(long) on (summarize s = sum(v)) | project s) | project g, s"
            )),
            "g | 3\ng | 3"
        );
    }

    #[test]
    fn the_order_of_the_rows_stays() {
        let sorted = "range i from 1 to 3 step 1 | extend a = pack_array(i, i * 10) | sort by i desc";
        assert_eq!(
            rows(&format!("{sorted} | mv-apply x = a to typeof(long) on (sort by x desc) | project x")),
            "30\n3\n20\n2\n10\n1"
        );
        assert_eq!(
            rows(&format!("{sorted} | mv-apply x = a to typeof(long) on (summarize s = sum(x)) | project s")),
            "33\n22\n11"
        );
        assert_eq!(rows(&format!("{sorted} | mv-expand a | project a")), "3\n30\n2\n20\n1\n10");
    }

    #[test]
    fn several_arrays_and_lets() {
        assert_eq!(
            rows(
                "print a = dynamic([1, 2]), b = dynamic(['x']) | mv-apply a, b to typeof(string) on (let n = 10; extend s = strcat(tolong(a) * n, b) | project s)"
            ),
            "10x\n20"
        );
        assert_eq!(
            rows(&format!(
                "{T} | mv-apply x = a on (distinct t = tostring(x)) | where k == 's' | project t | sort by t asc"
            )),
            "4\n5"
        );
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth: usize| {
            let mut query = "where x > 0".to_owned();
            for _ in 0..depth {
                query = format!("mv-apply x = pack_array(1, 2) to typeof(long) on ({query})");
            }
            format!("print k = 'v' | {query} | count")
        };
        assert_eq!(rows(&nested(4)), "16");
        assert!(refused(&nested(7)).contains("nested more than 6 deep"));
    }

    #[test]
    fn what_cannot_run_within_a_row_is_refused() {
        assert!(
            refused(&format!("{T} | mv-apply a on (join kind=inner ({T}) on k)"))
                .contains("'join' inside an mv-apply")
        );
        assert!(refused(&format!("{T} | mv-apply a on (where b > 1)")).contains("KS142"));
        assert!(refused(&format!("{T} | mv-apply k on (take 1)")).contains("KS107"));
        assert!(refused(&format!("{T} | mv-apply a on (summarize count() by a)")).contains("grouped"));
    }
}
