//! `top-nested n of key by aggregate, …`: the best groups, in each the best of its groups, and so on.
//!
//! A level groups the rows of the groups that the level before kept, and keeps the best in each of them. What a level
//! leaves out becomes one more row for each group before it, where `with others` asks for it.
//!
//! Source: <https://learn.microsoft.com/kusto/query/top-nested-operator>

use datafusion::common::{Column as PlanColumn, JoinType, NullEquality, Result};
use datafusion::functions_window::row_number::row_number;
use datafusion::logical_expr::{
    Expr as PlanExpr, ExprFunctionExt, LogicalPlan, LogicalPlanBuilder, SortExpr,
};
use weir_kql::ast::{Direction, Span, TopNestedClause};
use weir_value::KustoType;

use super::project::assemble;
use super::take::row_count;
use crate::bind::{Aggregates, Binder, Env, Scope, UniqueNames, default_name};
use crate::physical::literal;
use crate::typed::{Relation, Typed, column};

/// Levels that a query may have.
const LEVELS_MAX: usize = 16;

/// A level.
struct Level {
    /// How many groups are kept; all where nothing is said.
    count: Option<usize>,
    key: Typed,
    key_name: String,
    /// The value of the key in the row of what is left out.
    others: Option<Typed>,
    aggregates: Vec<(PlanExpr, String)>,
    /// What the groups are ranked by, of the aggregates.
    rank: Typed,
    rank_name: String,
    ascending: bool,
}

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    clauses: &[TopNestedClause],
    span: Span,
    env: &Env,
) -> Relation {
    if clauses.len() > LEVELS_MAX {
        binder.error(None, span, format!("top-nested has at most {LEVELS_MAX} levels"));
        return Relation::poison();
    }
    let mut names = UniqueNames::default();
    for name in clauses.iter().flat_map(|clause| [clause.of.names.first(), clause.by.names.first()]).flatten()
    {
        names.take(&name.text);
    }
    let levels: Vec<Option<Level>> =
        clauses.iter().map(|clause| level(binder, &input, clause, &mut names, env)).collect();
    let levels: Option<Vec<Level>> = levels.into_iter().collect();
    let (Some(levels), false) = (levels, input.is_poisoned()) else { return Relation::poison() };
    let mut items = Vec::new();
    for (place, level) in levels.iter().enumerate() {
        items.push((level.key_name.clone(), Typed { expr: column(&key_column(place)), ..level.key.clone() }));
        items.push((
            level.rank_name.clone(),
            Typed { expr: column(&rank_column(place)), ..level.rank.clone() },
        ));
    }
    match nested(&input, &levels) {
        Ok(plan) => {
            let order =
                (0..levels.len()).map(|place| column(&place_column(place)).sort(true, false)).collect();
            let made = Relation::new(plan, Vec::new());
            // The order is by columns that the answer has not: it is told before they go.
            let mut with_places = items;
            for place in 0..levels.len() {
                let typed = Typed::new(column(&place_column(place)), KustoType::Long);
                with_places.push((place_column(place), typed));
            }
            let named = assemble(binder, made, with_places, span);
            let kept = named.columns[..2 * levels.len()].to_vec();
            let ordered = binder.ordered(named, order, span);
            Relation { serialized: true, ..super::project::keep(binder, ordered, kept, span) }
        }
        Err(error) => {
            binder.planning_failed(span, &error);
            Relation::poison()
        }
    }
}

fn level(
    binder: &mut Binder<'_>,
    input: &Relation,
    clause: &TopNestedClause,
    names: &mut UniqueNames,
    env: &Env,
) -> Option<Level> {
    let scope = Scope::of(env, input);
    let count = match &clause.count {
        Some(count) => Some(row_count(binder, count, env)?),
        None => None,
    };
    let key = binder.scalar(&clause.of.value, scope);
    if key.kind == KustoType::Dynamic && !key.poisoned {
        let hint = "convert it, with tostring() for example";
        let message = "a dynamic cannot be grouped by";
        binder
            .tell(weir_kql::Diagnostic::error(Some("KS127"), clause.of.value.span, message).with_hint(hint));
        return None;
    }
    let key_name = match clause.of.names.first() {
        Some(name) => name.text.clone(),
        None => match default_name(&clause.of.value) {
            Some(name) => names.unique(&name),
            None => names.numbered(),
        },
    };
    let others = match &clause.others {
        Some(others) => {
            let typed = binder.scalar(others, Scope::outside(env));
            let converted = binder.converted(typed.clone(), key.kind);
            if typed.poisoned || key.poisoned {
                return None;
            }
            if typed.kind != key.kind && !(typed.kind.is_integer() && key.kind.is_integer()) {
                let message = format!("the others are named by a {}, as the groups are", key.kind);
                binder.error(Some("KS107"), others.span, message);
                return None;
            }
            Some(converted)
        }
        None => None,
    };
    let collected = Aggregates::default();
    let rank = binder.scalar(&clause.by.value, scope.aggregating(&collected));
    if !rank.poisoned && rank.kind == KustoType::Dynamic {
        binder.error(None, clause.by.value.span, "a dynamic has no order");
        return None;
    }
    let rank_name = match clause.by.names.first() {
        Some(name) => name.text.clone(),
        None => names.unique(&format!("aggregated_{key_name}")),
    };
    if key.poisoned || rank.poisoned {
        return None;
    }
    if collected.is_empty() {
        binder.error(None, clause.by.value.span, "groups are ranked by an aggregate, sum(…) for example");
        return None;
    }
    Some(Level {
        count,
        key,
        key_name,
        others,
        aggregates: collected.into_inner(),
        rank,
        rank_name,
        ascending: clause.direction == Some(Direction::Ascending),
    })
}

fn key_column(place: usize) -> String {
    format!("key {place}")
}

fn rank_column(place: usize) -> String {
    format!("rank {place}")
}

/// Where a group stands among those of the group before.
fn place_column(place: usize) -> String {
    format!("place {place}")
}

/// All rows with the key of every level.
fn keyed(input: &Relation, levels: &[Level]) -> Result<LogicalPlan> {
    let columns = input.columns.iter().map(|kept| column(&kept.name));
    let keys =
        levels.iter().enumerate().map(|(place, level)| level.key.expr.clone().alias(key_column(place)));
    LogicalPlanBuilder::from(input.plan.clone()).project(columns.chain(keys).collect::<Vec<_>>())?.build()
}

/// The rows that share the first keys with a row of `kept`, or those that share them with none.
fn of_groups(rows: LogicalPlan, kept: &LogicalPlan, keys: usize, kind: JoinType) -> Result<LogicalPlan> {
    if keys == 0 {
        return Ok(rows);
    }
    let right: Vec<PlanExpr> =
        (0..keys).map(|place| column(&key_column(place)).alias(format!("kept {place}"))).collect();
    let kept = LogicalPlanBuilder::from(kept.clone()).project(right)?.distinct()?.build()?;
    let names =
        |prefix: &str| (0..keys).map(|n| PlanColumn::new_unqualified(format!("{prefix} {n}"))).collect();
    let (left, right): (Vec<PlanColumn>, Vec<PlanColumn>) = (names("key"), names("kept"));
    LogicalPlanBuilder::from(rows)
        .join_detailed(kept, kind, (left, right), None, NullEquality::NullEqualsNull)?
        .build()
}

/// What each level so far says of a group: its key, its rank, its place.
fn said(levels: usize) -> Vec<PlanExpr> {
    let said = |place: usize| [key_column(place), rank_column(place), place_column(place)];
    (0..levels).flat_map(said).map(|name| column(&name)).collect()
}

fn nested(input: &Relation, levels: &[Level]) -> Result<LogicalPlan> {
    let rows = keyed(input, levels)?;
    // Groups kept by the levels so far, with what those said of them.
    let mut kept = LogicalPlanBuilder::empty(true).build()?;
    let mut left_out: Vec<LogicalPlan> = Vec::new();
    for (place, level) in levels.iter().enumerate() {
        let within = of_groups(rows.clone(), &kept, place, JoinType::LeftSemi)?;
        let best = ranked(within.clone(), level, place)?;
        if let (Some(others), Some(_)) = (&level.others, level.count) {
            let rest = of_groups(within, &best, place + 1, JoinType::LeftAnti)?;
            let rest = remaining(rest, levels, place, others)?;
            left_out.push(beside(&kept, rest, place)?);
        }
        kept = beside(&kept, best, place)?;
    }
    let mut plan = LogicalPlanBuilder::from(kept).project(said(levels.len()))?;
    for rest in left_out {
        plan = plan.union(LogicalPlanBuilder::from(rest).project(said(levels.len()))?.build()?)?;
    }
    plan.build()
}

/// The best groups of a level in each group before it.
fn ranked(rows: LogicalPlan, level: &Level, place: usize) -> Result<LogicalPlan> {
    let keys: Vec<PlanExpr> = (0..=place).map(|place| column(&key_column(place))).collect();
    let aggregates: Vec<PlanExpr> =
        level.aggregates.iter().map(|(expr, name)| expr.clone().alias(name)).collect();
    let mut items = keys.clone();
    items.push(level.rank.expr.clone().alias(rank_column(place)));
    let grouped = LogicalPlanBuilder::from(rows).aggregate(keys.clone(), aggregates)?;
    let order: Vec<SortExpr> = vec![
        column(&rank_column(place)).sort(level.ascending, level.ascending),
        column(&key_column(place)).sort(level.ascending, level.ascending),
    ];
    let mut number = row_number().order_by(order);
    if place > 0 {
        number = number.partition_by((0..place).map(|place| column(&key_column(place))).collect());
    }
    let number = number.build()?;
    let made = column(&number.schema_name().to_string());
    let mut numbered = keys;
    numbered.push(column(&rank_column(place)));
    numbered.push(crate::typed::cast_to(made, KustoType::Long).alias(place_column(place)));
    let numbered = grouped.project(items)?.window([number])?.project(numbered)?;
    match level.count {
        None => numbered.build(),
        Some(count) => {
            let count = Typed::long(i64::try_from(count).unwrap_or(i64::MAX));
            numbered.filter(column(&place_column(place)).lt_eq(count.expr))?.build()
        }
    }
}

/// One row for each group before a level, of the rows that the level left out; it comes behind the others.
fn remaining(rows: LogicalPlan, levels: &[Level], place: usize, others: &Typed) -> Result<LogicalPlan> {
    let keys: Vec<PlanExpr> = (0..place).map(|place| column(&key_column(place))).collect();
    let mut aggregates: Vec<PlanExpr> = Vec::new();
    let mut items = keys.clone();
    // Levels behind that have no others of their own say nothing of what was left out before.
    for (behind, level) in levels.iter().enumerate().skip(place) {
        let (key, rank) = match (behind == place, &level.others) {
            (true, _) => (others.expr.clone(), Some(())),
            (false, Some(name)) => (name.expr.clone(), Some(())),
            (false, None) => (Typed::null(level.key.kind).expr, None),
        };
        items.push(key.alias(key_column(behind)));
        let rank = match rank {
            Some(()) => renamed(&level.rank.expr, &level.aggregates, behind, &mut aggregates)?,
            None => literal(crate::physical::null(level.rank.kind)),
        };
        items.push(rank.alias(rank_column(behind)));
        items.push(Typed::long(i64::MAX).expr.alias(place_column(behind)));
    }
    aggregates
        .push(datafusion::functions_aggregate::expr_fn::count(Typed::long(1).expr).alias("rows left out"));
    // Where nothing was left out there is no row.
    LogicalPlanBuilder::from(rows)
        .aggregate(keys, aggregates)?
        .filter(column("rows left out").gt(Typed::long(0).expr))?
        .project(items)?
        .build()
}

/// A rank over aggregates whose names are of their level alone.
fn renamed(
    rank: &PlanExpr,
    aggregates: &[(PlanExpr, String)],
    level: usize,
    all: &mut Vec<PlanExpr>,
) -> Result<PlanExpr> {
    use datafusion::common::tree_node::{Transformed, TreeNode};
    let name = |name: &str| format!("level {level} {name}");
    all.extend(aggregates.iter().map(|(expr, own)| expr.clone().alias(name(own))));
    let rank = rank.clone().transform(|expr| {
        Ok(match &expr {
            PlanExpr::Column(found) if aggregates.iter().any(|(_, own)| *own == found.name) => {
                Transformed::yes(column(&name(&found.name)))
            }
            _ => Transformed::no(expr),
        })
    })?;
    Ok(rank.data)
}

/// The groups of a level with what the levels before said of the groups they are in.
fn beside(before: &LogicalPlan, groups: LogicalPlan, place: usize) -> Result<LogicalPlan> {
    if place == 0 {
        return Ok(groups);
    }
    let shared = |n: usize| format!("before {n}");
    let mut left: Vec<PlanExpr> = (0..place).map(|n| column(&key_column(n)).alias(shared(n))).collect();
    for n in 0..place {
        left.push(column(&rank_column(n)));
        left.push(column(&place_column(n)));
    }
    let before = LogicalPlanBuilder::from(before.clone()).project(left)?.build()?;
    let keys =
        |name: &dyn Fn(usize) -> String| (0..place).map(|n| PlanColumn::new_unqualified(name(n))).collect();
    let (left, right): (Vec<PlanColumn>, Vec<PlanColumn>) = (keys(&key_column), keys(&shared));
    LogicalPlanBuilder::from(groups)
        .join_detailed(before, JoinType::Inner, (left, right), None, NullEquality::NullEqualsNull)?
        .build()
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const T: &str = "datatable(g:string, p:long, v:long)\
        ['a', 1, 10, 'a', 2, 30, 'a', 3, 5, 'b', 1, 7, 'b', long(null), 8, 'c', 1, 1, '', 2, 2]";

    #[test]
    fn the_best_of_the_best() {
        assert_eq!(
            answer(&format!("{T} | top-nested 2 of g by sum(v), top-nested 1 of p by m = max(v)")),
            "g:string, aggregated_g:long, p:long, m:long\na | 45 | 2 | 30\nb | 15 | null | 8"
        );
        assert_eq!(
            rows(&format!("{T} | top-nested 2 of g by sum(v) asc, top-nested of q = p % 2 by count() asc")),
            "c | 1 | 1 | 1\n | 2 | 0 | 1"
        );
    }

    #[test]
    fn all_groups_and_expressions_of_aggregates() {
        assert_eq!(
            answer(&format!("{T} | top-nested of g by max(1) | summarize count(), take_any(aggregated_g)")),
            "count_:long, aggregated_g:long\n4 | 1"
        );
        assert_eq!(rows(&format!("{T} | top-nested 1 of g by sum(v) * 1.0 / count()")), "a | 15.0");
    }

    #[test]
    fn what_is_left_out_is_a_row() {
        assert_eq!(
            rows(&format!(
                "{T} | top-nested 1 of g with others = 'rest' by sum(v), top-nested 1 of p by sum(v)"
            )),
            "a | 45 | 2 | 30\nrest | 18 | null | null"
        );
        assert_eq!(
            rows(&format!("{T} | top-nested 2 of g by sum(v), top-nested 1 of p with others = -1 by sum(v)")),
            "a | 45 | 2 | 30\na | 45 | -1 | 15\nb | 15 | null | 8\nb | 15 | -1 | 7"
        );
        assert_eq!(
            rows(&format!(
                "{T} | top-nested 1 of g with others = 'rest' by sum(v), top-nested 1 of p with others = -1 by max(v)"
            )),
            "a | 45 | 2 | 30\na | 45 | -1 | 10\nrest | 18 | -1 | 8"
        );
        assert_eq!(rows(&format!("{T} | top-nested 9 of g with others = 'rest' by sum(v) | count")), "4");
    }

    #[test]
    fn the_order_is_that_of_the_levels() {
        assert_eq!(
            rows(&format!(
                "{T} | top-nested of g by sum(v), top-nested of p by sum(v) | extend n = row_number() | where n in (1, 3, 4) | project n, g, p"
            )),
            "1 | a | 2\n3 | a | 3\n4 | b | null"
        );
    }

    #[test]
    fn what_has_no_rank_is_refused() {
        assert!(refused(&format!("{T} | top-nested 1 of g by v")).len() > 1);
        assert!(refused(&format!("{T} | top-nested 1 of pack_array(g) by sum(v)")).contains("KS127"));
        assert!(refused(&format!("{T} | top-nested 1 of p with others = 'x' by sum(v)")).contains("KS107"));
        assert!(refused(&format!("{T} | top-nested 1 of q by sum(v)")).contains("KS142"));
    }
}
