//! `join kind=… (right) on conditions`: rows of two tables brought together by equal keys.
//!
//! Source: <https://learn.microsoft.com/kusto/query/join-operator>

use datafusion::common::{Column as PlanColumn, JoinType, NullEquality};
use datafusion::functions_aggregate::first_last::first_value;
use datafusion::logical_expr::{Expr as PlanExpr, LogicalPlan, LogicalPlanBuilder, lit};
use weir_kql::ast::{BinaryOp, Expr, ExprKind, Join, Property, Span};
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
    env: &Env,
) -> Option<Vec<Key>> {
    let mut keys = Vec::new();
    let mut whole = true;
    for condition in on {
        whole &= add_keys(binder, left, right, condition, env, &mut keys);
    }
    whole.then_some(keys)
}

fn add_keys(
    binder: &mut Binder<'_>,
    left: &Relation,
    right: &Relation,
    condition: &Expr,
    env: &Env,
    keys: &mut Vec<Key>,
) -> bool {
    match &condition.kind {
        ExprKind::Paren(inner) => add_keys(binder, left, right, inner, env, keys),
        ExprKind::Binary { op: BinaryOp::And, left: first, right: second, .. } => {
            let first = add_keys(binder, left, right, first, env, keys);
            add_keys(binder, left, right, second, env, keys) && first
        }
        ExprKind::Name(name) => {
            let mut side = |relation: &Relation, which: &str| {
                if relation.open {
                    return None;
                }
                let found = relation.column(&name.text).cloned();
                if found.is_none() {
                    let known = relation.visible().map(|column| column.name.as_str());
                    binder.unknown_name(name, &format!("column of the {which} side"), known);
                }
                found
            };
            match (side(left, "left"), side(right, "right")) {
                (Some(a), Some(b)) => key(binder, a.typed(), b.typed(), condition.span, keys),
                _ => false,
            }
        }
        ExprKind::Binary { op: BinaryOp::Equal, left: first, right: second, .. } => {
            let (first_side, second_side) = (side_of(first), side_of(second));
            let scope = |_: ()| Scope {
                sides: Some((&left.columns, &right.columns)),
                columns: &[],
                open: left.open || right.open,
                ..Scope::outside(env)
            };
            let a = binder.scalar(first, scope(()));
            let b = binder.scalar(second, scope(()));
            match (first_side, second_side) {
                (Some(Side::Left), Some(Side::Right)) => key(binder, a, b, condition.span, keys),
                (Some(Side::Right), Some(Side::Left)) => key(binder, b, a, condition.span, keys),
                _ => {
                    binder.error(
                        None,
                        condition.span,
                        "a condition compares $left.column with $right.column",
                    );
                    false
                }
            }
        }
        ExprKind::Missing => false,
        _ => {
            binder.tell(
                weir_kql::Diagnostic::error(None, condition.span, "a join compares for equality only")
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

/// The side that an operand of a condition reads.
fn side_of(expr: &Expr) -> Option<Side> {
    match &expr.kind {
        ExprKind::Paren(inner) => side_of(inner),
        ExprKind::Member { base, .. } => match &base.kind {
            ExprKind::Name(name) if name.text == "$left" => Some(Side::Left),
            ExprKind::Name(name) if name.text == "$right" => Some(Side::Right),
            _ => side_of(base),
        },
        ExprKind::Index { base, .. } => side_of(base),
        ExprKind::Call(call) => call.arguments.iter().find_map(|argument| side_of(&argument.value)),
        _ => None,
    }
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
        binder.error(None, span, format!("the keys are a {} and a {}", kinds.0, kinds.1));
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

pub(crate) fn side_column(which: &str, name: &str) -> String {
    format!("{which} {name}")
}

pub(crate) fn key_column(which: &str, place: usize) -> String {
    format!("{which} key {place}")
}
