//! `join kind=… (right) on conditions`: rows of two tables brought together by equal keys.
//!
//! Source: <https://learn.microsoft.com/kusto/query/join-operator>

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column as PlanColumn, JoinType, NullEquality};
use datafusion::functions_aggregate::first_last::first_value;
use datafusion::logical_expr::{Expr as PlanExpr, LogicalPlan, LogicalPlanBuilder, lit};
use weir_kql::ast::{BinaryOp, Expr, ExprKind, Join, Name, Property, Span};
use weir_value::KustoType;

use super::project::assemble;
use crate::bind::{Binder, Env, Scope, UniqueNames};
use crate::physical;
use crate::typed::{Column, Relation, Typed, column};

/// How rows are brought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Left rows are made unique by their keys first; the default.
    InnerUnique,
    Plain(JoinType),
}

/// The kinds as they are written.
const KINDS: [(&str, Kind); 12] = [
    ("innerunique", Kind::InnerUnique),
    ("inner", Kind::Plain(JoinType::Inner)),
    ("leftouter", Kind::Plain(JoinType::Left)),
    ("rightouter", Kind::Plain(JoinType::Right)),
    ("fullouter", Kind::Plain(JoinType::Full)),
    ("leftsemi", Kind::Plain(JoinType::LeftSemi)),
    ("rightsemi", Kind::Plain(JoinType::RightSemi)),
    ("leftanti", Kind::Plain(JoinType::LeftAnti)),
    ("leftantisemi", Kind::Plain(JoinType::LeftAnti)),
    ("anti", Kind::Plain(JoinType::LeftAnti)),
    ("rightanti", Kind::Plain(JoinType::RightAnti)),
    ("rightantisemi", Kind::Plain(JoinType::RightAnti)),
];

/// A condition: a value of each side, in one type.
pub(crate) type Key = (Typed, Typed);

pub(crate) fn bind(binder: &mut Binder<'_>, left: Relation, join: &Join, span: Span, env: &Env) -> Relation {
    let kind = kind(binder, &join.properties);
    let right = binder.table(&join.right, Scope::outside(env));
    let Some(keys) = keys(binder, &left, &right, &join.on, env) else { return Relation::poison() };
    if left.open || right.open {
        return Relation::poison();
    }
    if keys.is_empty() {
        binder.error(None, span, "a join needs a condition: on key, or on $left.a == $right.b");
        return Relation::poison();
    }
    match joined(binder, left, right, kind, keys, &[], span) {
        Ok(relation) => relation,
        Err(error) => {
            binder.planning_failed(span, &error);
            Relation::poison()
        }
    }
}

fn kind(binder: &mut Binder<'_>, properties: &[Property]) -> Kind {
    let mut kind = Kind::InnerUnique;
    for property in properties {
        let name = property.name.text.to_ascii_lowercase();
        if name.starts_with("hint.") {
            continue;
        }
        let word = match &property.value.kind {
            ExprKind::Name(name) => name.text.as_str(),
            _ => "",
        };
        match KINDS.iter().find(|(known, _)| *known == word) {
            Some((_, known)) if name == "kind" => kind = *known,
            None if name == "kind" => {
                let known: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
                let message = format!("a join has no kind '{word}'");
                let hint = format!("kinds are {}", known.join(", "));
                binder.tell(weir_kql::Diagnostic::error(None, property.value.span, message).with_hint(hint));
            }
            _ => binder.error(None, property.name.span, format!("a join has no property '{name}'")),
        }
    }
    kind
}

/// The conditions; nothing when one of them could not be bound.
pub(crate) fn keys(
    binder: &mut Binder<'_>,
    left: &Relation,
    right: &Relation,
    on: &[Expr],
    _: &Env,
) -> Option<Vec<Key>> {
    let mut keys = Vec::new();
    let mut whole = true;
    for condition in on {
        whole &= add_keys(binder, left, right, condition, &mut keys);
    }
    whole.then_some(keys)
}

fn add_keys(
    binder: &mut Binder<'_>,
    left: &Relation,
    right: &Relation,
    condition: &Expr,
    keys: &mut Vec<Key>,
) -> bool {
    match &condition.kind {
        ExprKind::Paren(inner) => add_keys(binder, left, right, inner, keys),
        ExprKind::Binary { op: BinaryOp::And, left: first, right: second, .. } => {
            let first = add_keys(binder, left, right, first, keys);
            add_keys(binder, left, right, second, keys) && first
        }
        ExprKind::Name(name) => {
            match (column_of(binder, left, name, "left"), column_of(binder, right, name, "right")) {
                (Some(a), Some(b)) => key(binder, a.typed(), b.typed(), condition.span, keys),
                _ => false,
            }
        }
        ExprKind::Binary { op: BinaryOp::Equal, left: first, right: second, .. } => {
            let mut columns = [None, None];
            let mut told = false;
            for operand in [first, second] {
                match side_of(operand) {
                    Some((Side::Left, name)) => columns[0] = Some(name),
                    Some((Side::Right, name)) => columns[1] = Some(name),
                    None => {
                        let hint = "calculate it with extend before the join";
                        let message = "a side of a condition is a column, $left.column or $right.column";
                        let diagnostic = weir_kql::Diagnostic::error(Some("KS183"), operand.span, message);
                        binder.tell(diagnostic.with_hint(hint));
                        told = true;
                    }
                }
            }
            let [Some(a), Some(b)] = columns else {
                if !told {
                    let message = "a condition compares a column of $left with one of $right";
                    binder.error(Some("KS182"), condition.span, message);
                }
                return false;
            };
            match (column_of(binder, left, a, "left"), column_of(binder, right, b, "right")) {
                (Some(a), Some(b)) => key(binder, a.typed(), b.typed(), condition.span, keys),
                _ => false,
            }
        }
        ExprKind::Missing => false,
        _ => {
            binder.tell(
                weir_kql::Diagnostic::error(
                    Some("KS182"),
                    condition.span,
                    "a join compares for equality only",
                )
                .with_hint("write on key, or on $left.a == $right.b; filter with where behind the join"),
            );
            false
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// The column that an operand of a condition is.
fn side_of(expr: &Expr) -> Option<(Side, &Name)> {
    match &expr.kind {
        ExprKind::Paren(inner) => side_of(inner),
        ExprKind::Member { base, member } => match &base.kind {
            ExprKind::Name(name) if name.text == "$left" => Some((Side::Left, member)),
            ExprKind::Name(name) if name.text == "$right" => Some((Side::Right, member)),
            _ => None,
        },
        _ => None,
    }
}

/// A column of one side; an error is told where it has none of this name.
fn column_of(binder: &mut Binder<'_>, relation: &Relation, name: &Name, which: &str) -> Option<Column> {
    if relation.open {
        return None;
    }
    let found = relation.column(&name.text).cloned();
    if found.is_none() {
        let known = relation.visible().map(|column| column.name.as_str());
        binder.unknown_name(name, &format!("column of the {which} side"), known);
    }
    found
}

fn key(binder: &mut Binder<'_>, left: Typed, right: Typed, span: Span, keys: &mut Vec<Key>) -> bool {
    if left.poisoned || right.poisoned {
        return false;
    }
    let kinds = (left.kind, right.kind);
    let numbers = kinds.0.is_integer() && kinds.1.is_integer();
    if kinds.0 == KustoType::Dynamic || kinds.1 == KustoType::Dynamic {
        let hint = "convert it, with tostring() for example";
        binder.tell(weir_kql::Diagnostic::error(None, span, "a dynamic cannot be a key").with_hint(hint));
        return false;
    }
    if kinds.0 != kinds.1 && !numbers {
        let hint = "convert one of them with extend before the join";
        let message = format!("the keys are a {} and a {}", kinds.0, kinds.1);
        binder.tell(weir_kql::Diagnostic::error(Some("KS227"), span, message).with_hint(hint));
        return false;
    }
    keys.push(if kinds.0 == kinds.1 { (left, right) } else { (left.widened(), right.widened()) });
    true
}

/// Rows of both sides, without the columns of the right one that repeat its keys.
pub(crate) fn lookup_rows(
    binder: &mut Binder<'_>,
    left: Relation,
    right: Relation,
    kind: JoinType,
    keys: Vec<Key>,
    repeated: &[String],
    span: Span,
) -> datafusion::common::Result<Relation> {
    joined(binder, left, right, Kind::Plain(kind), keys, repeated, span)
}

fn joined(
    binder: &mut Binder<'_>,
    left: Relation,
    right: Relation,
    kind: Kind,
    keys: Vec<Key>,
    repeated: &[String],
    span: Span,
) -> datafusion::common::Result<Relation> {
    let (left_keys, right_keys): (Vec<Typed>, Vec<Typed>) = keys.into_iter().unzip();
    let (kind, left_plan) = match kind {
        Kind::InnerUnique => {
            (JoinType::Inner, unique(side(&left, &left_keys, "left")?, &left, left_keys.len())?)
        }
        Kind::Plain(kind) => (kind, side(&left, &left_keys, "left")?),
    };
    let right_plan = side(&right, &right_keys, "right")?;
    let key_names = |which: &str| -> Vec<PlanColumn> {
        (0..left_keys.len()).map(|n| PlanColumn::new_unqualified(key_column(which, n))).collect()
    };
    let plan = LogicalPlanBuilder::from(left_plan)
        .join_detailed(
            right_plan,
            kind,
            (key_names("left"), key_names("right")),
            None,
            NullEquality::NullEqualsNull,
        )?
        .build()?;
    if !binder.is_bounded(&plan, span) {
        return Ok(Relation::poison());
    }
    let (with_left, with_right) = match kind {
        JoinType::LeftSemi | JoinType::LeftAnti => (true, false),
        JoinType::RightSemi | JoinType::RightAnti => (false, true),
        _ => (true, true),
    };
    let mut names = UniqueNames::default();
    let mut items = Vec::new();
    for (relation, which, with) in [(&left, "left", with_left), (&right, "right", with_right)] {
        let repeats = |name: &String| which == "right" && repeated.contains(name);
        for column in relation.visible().filter(|column| with && !repeats(&column.name)) {
            let padded = match which {
                "left" => matches!(kind, JoinType::Right | JoinType::Full),
                _ => matches!(kind, JoinType::Left | JoinType::Full),
            };
            items.push((
                names.unique(&column.name),
                padded_text(side_column(which, &column.name), column, padded),
            ));
        }
    }
    Ok(assemble(binder, Relation::new(plan, Vec::new()), items, span))
}

/// A column behind the join: where rows are padded, strings are blank instead of null.
pub(crate) fn padded_text(name: String, declared: &Column, padded: bool) -> Typed {
    let expr = column(&name);
    let expr = match declared.kind {
        KustoType::String if padded => {
            datafusion::functions::expr_fn::coalesce(vec![expr, physical::literal(physical::text(""))])
        }
        _ => expr,
    };
    Typed { expr, kind: declared.kind, poisoned: declared.poisoned }
}

/// One side of a join, its columns and keys under names that the other side does not have.
pub(crate) fn side(
    relation: &Relation,
    keys: &[Typed],
    which: &str,
) -> datafusion::common::Result<LogicalPlan> {
    let columns = relation.visible().map(|c| column(&c.name).alias(side_column(which, &c.name)));
    let keys = keys.iter().enumerate().map(|(n, key)| key.expr.clone().alias(key_column(which, n)));
    LogicalPlanBuilder::from(relation.plan.clone())
        .project(columns.chain(keys).collect::<Vec<PlanExpr>>())?
        .build()
}

/// One row for each combination of keys, any of them.
fn unique(plan: LogicalPlan, relation: &Relation, keys: usize) -> datafusion::common::Result<LogicalPlan> {
    let groups: Vec<PlanExpr> = (0..keys).map(|n| column(&key_column("left", n))).collect();
    let firsts: Vec<PlanExpr> = relation
        .visible()
        .map(|c| {
            let name = side_column("left", &c.name);
            first_value(column(&name), Vec::new()).alias(name)
        })
        .collect();
    let firsts = if firsts.is_empty() {
        vec![datafusion::functions_aggregate::expr_fn::count(lit(1_i64))]
    } else {
        firsts
    };
    LogicalPlanBuilder::from(plan).aggregate(groups, firsts)?.build()
}

/// The plan of a join that makes its left rows unique, with a condition on left columns put before that; nothing
/// where there is no such join, or another condition.
///
/// Which of several rows of a key stays is arbitrary: the original takes one for which the condition behind the join
/// holds, and reads less.
pub(crate) fn before_unique(
    plan: &LogicalPlan,
    condition: &PlanExpr,
) -> datafusion::common::Result<Option<LogicalPlan>> {
    let LogicalPlan::Projection(projection) = plan else { return Ok(None) };
    let LogicalPlan::Join(join) = projection.input.as_ref() else { return Ok(None) };
    let LogicalPlan::Aggregate(unique) = join.left.as_ref() else { return Ok(None) };
    let is_left = |name: &str| unique.input.schema().has_column_with_unqualified_name(name);
    let behind = |name: &str| {
        projection.expr.iter().find_map(|expr| match expr {
            PlanExpr::Alias(alias) if alias.name == name => match alias.expr.as_ref() {
                PlanExpr::Column(column) if is_left(&column.name) => Some(column.clone()),
                _ => None,
            },
            _ => None,
        })
    };
    if !condition.column_refs().iter().all(|column| behind(&column.name).is_some()) {
        return Ok(None);
    }
    let condition = condition.clone().transform_up(|node| {
        Ok(match &node {
            PlanExpr::Column(column) => match behind(&column.name) {
                Some(left) => Transformed::yes(PlanExpr::Column(left)),
                None => Transformed::no(node),
            },
            _ => Transformed::no(node),
        })
    })?;
    let filtered = LogicalPlanBuilder::from(unique.input.as_ref().clone()).filter(condition.data)?.build()?;
    let with_inputs = |plan: &LogicalPlan, inputs| plan.with_new_exprs(plan.expressions(), inputs);
    let unique = with_inputs(&join.left, vec![filtered])?;
    let join = with_inputs(&projection.input, vec![unique, join.right.as_ref().clone()])?;
    with_inputs(plan, vec![join]).map(Some)
}

pub(crate) fn side_column(which: &str, name: &str) -> String {
    format!("{which} {name}")
}

pub(crate) fn key_column(which: &str, place: usize) -> String {
    format!("{which} key {place}")
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const L: &str = "let L = datatable(k:long, s:string)[1, 'a', 1, 'b', 2, 'c', long(null), 'n'];";
    const R: &str = "let R = datatable(k:int, v:long, s:string)[1, 10, 'x', 3, 30, '', int(null), 99, 'm'];";

    #[test]
    fn kinds_keep_the_rows_of_their_sides() {
        for (kind, expected) in [
            ("inner", "null | n | null | 99 | m\n1 | a | 1 | 10 | x\n1 | b | 1 | 10 | x"),
            ("innerunique", "null | n | null | 99 | m\n1 | a | 1 | 10 | x"),
            (
                "leftouter",
                "null | n | null | 99 | m\n1 | a | 1 | 10 | x\n1 | b | 1 | 10 | x\n2 | c | null | null | ",
            ),
            (
                "rightouter",
                "null |  | 3 | 30 | \nnull | n | null | 99 | m\n1 | a | 1 | 10 | x\n1 | b | 1 | 10 | x",
            ),
            ("leftsemi", "null | n\n1 | a\n1 | b"),
            ("leftanti", "2 | c"),
            ("rightsemi", "null | 99 | m\n1 | 10 | x"),
            ("rightanti", "3 | 30 | "),
        ] {
            let order =
                if kind.starts_with("right") && kind != "rightouter" { "k asc" } else { "k asc, s asc" };
            assert_eq!(
                rows(&format!("{L} {R} L | join kind={kind} R on k | sort by {order}")),
                expected,
                "{kind}"
            );
        }
        assert_eq!(rows(&format!("{L} {R} L | join kind=fullouter R on k | count")), "5");
    }

    #[test]
    fn clashing_names_are_numbered() {
        assert_eq!(
            answer(&format!(
                "{L} L | join kind=inner (L) on $left.k == $right.k, s | join kind=inner (L) on k | take 0"
            )),
            "k:long, s:string, k1:long, s1:string, k2:long, s2:string"
        );
        assert_eq!(
            answer("print a = 1, a1 = 2 | join (print a = 1) on a"),
            "a:long, a1:long, a2:long\n1 | 2 | 1"
        );
    }

    #[test]
    fn a_condition_behind_chooses_the_row_of_a_key() {
        let join = format!("{L} {R} L | join R on k");
        assert_eq!(rows(&format!("{join} | where s == 'b'")), "1 | b | 1 | 10 | x");
        assert_eq!(rows(&format!("{join} | where s == 'a' and v > 5 | project s, v")), "a | 10");
        assert_eq!(rows(&format!("{join} | where s == 'b' and k == 1 | where v == 10 | count")), "1");
        assert_eq!(rows(&format!("{join} | where s1 == 'x' | count")), "1");
    }

    #[test]
    fn conditions_are_columns_of_both_sides() {
        assert_eq!(
            rows(
                "print a = 1, b = 2 | join hint.strategy=shuffle (print x = 2, y = 1) on ($left.a == $right.y) and $right.x == $left.b"
            ),
            "1 | 2 | 2 | 1"
        );
        for (on, said) in [
            ("$left.a > $right.x", "KS182"),
            ("tolong($left.a) == $right.x", "KS183"),
            ("$left.a == $left.a", "KS182"),
            ("b", "no column of the left side"),
            ("$left.a == $right.z", "no column of the right side"),
            ("$left.a == $right.s", "KS227"),
            ("$left.a == $right.d", "dynamic cannot be a key"),
        ] {
            let told =
                refused(&format!("print a = 1 | join (print x = 1, s = '', d = dynamic(1), b = 1) on {on}"));
            assert!(told.contains(said), "{on}: {told}");
        }
        assert!(
            refused("print a = 1 | join kind=sideways (print a = 1) on a").contains("kinds are innerunique")
        );
    }
}
