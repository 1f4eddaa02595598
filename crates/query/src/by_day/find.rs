use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, DFSchemaRef, Result, ScalarValue, internal_err};
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{
    BinaryExpr, Expr, Extension, Filter, LogicalPlan, Operator, TableScan, UserDefinedLogicalNodeCore,
};
use weir_value::datetime::{TICKS_PER_MICROSECOND, UNIX_EPOCH};

use crate::engine::is_steady;
use crate::scan::StoredTable;
use crate::ticks;

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// Intervals have ten minutes, or a multiple.
const MICROS_PER_INTERVAL: i64 = 600_000_000;

/// Groups that are made a day at a time.
///
/// It has no inputs: rules of the engine that look through plans are not to look into it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Hash)]
pub(super) struct ByDay {
    /// The groups as an aggregate of the engine.
    pub groups: LogicalPlan,
}

impl UserDefinedLogicalNodeCore for ByDay {
    fn name(&self) -> &'static str {
        "KqlByDay"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        Vec::new()
    }

    fn schema(&self) -> &DFSchemaRef {
        self.groups.schema()
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KqlByDay: {}", self.groups.display())
    }

    fn with_exprs_and_inputs(&self, _: Vec<Expr>, _: Vec<LogicalPlan>) -> Result<Self> {
        Ok(ByDay { groups: self.groups.clone() })
    }
}

/// The plan with its outermost groups that can be made day by day marked.
pub(crate) fn marked(plan: LogicalPlan) -> Result<LogicalPlan> {
    plan.transform_down(|node| {
        let LogicalPlan::Aggregate(aggregate) = &node else { return Ok(Transformed::no(node)) };
        let by_day = aggregate.aggr_expr.iter().all(can_be_put_together) && times(&aggregate.input).is_some();
        // What is random must not be kept.
        if !by_day || !is_steady(&node) {
            return Ok(Transformed::no(node));
        }
        let marked = LogicalPlan::Extension(Extension { node: Arc::new(ByDay { groups: node }) });
        Ok(Transformed::new(marked, true, TreeNodeRecursion::Jump))
    })
    .data()
}

/// Whether an aggregate has the same result in whatever order days are added to it.
fn can_be_put_together(aggregate: &Expr) -> bool {
    match aggregate.clone().unalias() {
        Expr::AggregateFunction(AggregateFunction { params, .. }) => params.order_by.is_empty(),
        _ => false,
    }
}

/// Columns, by their places, that have the time whose day the files are apart by.
type Times = BTreeSet<usize>;

/// The times among the columns of a plan; nothing where its rows cannot be made day by day.
fn times(plan: &LogicalPlan) -> Option<Times> {
    if let LogicalPlan::TableScan(scan) = plan {
        return times_of_scan(scan);
    }
    let of_inputs = plan.inputs().into_iter().map(times).collect::<Option<Vec<_>>>()?;
    times_over(plan, &of_inputs)
}

/// The same for a plan of whose inputs it is known.
fn times_over(plan: &LogicalPlan, of_inputs: &[Times]) -> Option<Times> {
    let of = |input: &LogicalPlan, exprs: &[Expr]| -> Times {
        let is_time = |expr: &Expr| is_time(expr, input.schema(), &of_inputs[0]);
        exprs.iter().enumerate().filter(|(_, expr)| is_time(expr)).map(|(place, _)| place).collect()
    };
    match plan {
        LogicalPlan::Filter(_) | LogicalPlan::SubqueryAlias(_) => of_inputs.first().cloned(),
        LogicalPlan::Projection(projection) => Some(of(&projection.input, &projection.expr)),
        // Groups of one day have no rows of another.
        LogicalPlan::Aggregate(aggregate) => {
            Some(of(&aggregate.input, &aggregate.group_expr)).filter(|times| !times.is_empty())
        }
        LogicalPlan::Union(_) => of_inputs.iter().cloned().reduce(|all, more| &all & &more),
        _ => None,
    }
}

fn times_of_scan(scan: &TableScan) -> Option<Times> {
    // So many rows of any day are not so many of each.
    let table = stored(scan).filter(|_| scan.fetch.is_none())?;
    let time = table.time_of_day()?;
    let place = scan.projected_schema.fields().iter().position(|field| field.name() == time);
    Some(place.into_iter().collect())
}

/// The stored table that is read, if it is one.
pub(super) fn stored(scan: &TableScan) -> Option<StoredTable> {
    let provider = source_as_provider(&scan.source).ok()?;
    provider.downcast_ref::<StoredTable>().cloned()
}

/// Whether an expression is the time, or its ticks.
fn is_time(expr: &Expr, schema: &DFSchema, times: &Times) -> bool {
    let is_column = |expr: &Expr| match expr {
        Expr::Column(column) => {
            schema.maybe_index_of_column(column).is_some_and(|place| times.contains(&place))
        }
        _ => false,
    };
    match expr {
        Expr::Alias(alias) => is_time(&alias.expr, schema, times),
        Expr::ScalarFunction(call) if call.func == ticks::function() => call.args.iter().all(is_column),
        expr => is_column(expr),
    }
}

/// The groups of a day alone: over its files, without the conditions that are true all day: whatever time a query asks for,
/// the days that lie within have the same plan.
pub(super) fn of_day(groups: &LogicalPlan, day: i32) -> Result<LogicalPlan> {
    let inputs =
        groups.inputs().into_iter().map(|input| Ok(narrowed(input, day)?.0)).collect::<Result<_>>()?;
    groups.with_new_exprs(groups.expressions(), inputs)
}

fn narrowed(plan: &LogicalPlan, day: i32) -> Result<(LogicalPlan, Times)> {
    if let LogicalPlan::TableScan(scan) = plan {
        let (Some(table), Some(times)) = (stored(scan), times_of_scan(scan)) else {
            return internal_err!("{} cannot be read by day", scan.table_name);
        };
        let schema = DFSchema::try_from_qualified_schema(scan.table_name.clone(), &scan.source.schema())?;
        let everywhere =
            schema.fields().iter().position(|field| Some(field.name().as_str()) == table.time_of_day());
        let everywhere: Times = everywhere.into_iter().collect();
        let mut scan = scan.clone();
        let filters = scan.filters.into_iter();
        scan.filters = filters.filter_map(|filter| left_of(filter, &schema, &everywhere, day)).collect();
        scan.source = provider_as_source(Arc::new(table.of_day(day)));
        return Ok((LogicalPlan::TableScan(scan), times));
    }
    let inputs = plan.inputs().into_iter().map(|input| narrowed(input, day)).collect::<Result<Vec<_>>>()?;
    let (mut inputs, of_inputs): (Vec<_>, Vec<_>) = inputs.into_iter().unzip();
    let Some(times) = times_over(plan, &of_inputs) else {
        return internal_err!("{} cannot be made by day", plan.display());
    };
    if let (LogicalPlan::Filter(filter), [input]) = (plan, inputs.as_slice()) {
        let conditions = split_conjunction_owned(filter.predicate.clone());
        let left = conditions.into_iter().filter_map(|one| left_of(one, input.schema(), &of_inputs[0], day));
        return Ok(match conjunction(left) {
            Some(left) => (LogicalPlan::Filter(Filter::try_new(left, Arc::new(inputs.remove(0)))?), times),
            None => (inputs.remove(0), times),
        });
    }
    Ok((plan.with_new_exprs(plan.expressions(), inputs)?, times))
}

/// What is left of a condition for rows of a day: nothing where it is true of all.
///
/// A bound of the time is that of the interval it lies in, so that a query that asks for the last day, minute after minute,
/// has the same plan until an interval is over.
fn left_of(condition: Expr, schema: &DFSchema, times: &Times, day: i32) -> Option<Expr> {
    let Expr::BinaryExpr(BinaryExpr { left, op, right }) = &condition else { return Some(condition) };
    let (Expr::Literal(bound, metadata), true) = (right.as_ref(), is_time(left, schema, times)) else {
        return Some(condition);
    };
    // The bound, in ticks or in microseconds, and how many of these a microsecond has.
    let (bound, micro, epoch) = match bound {
        ScalarValue::Int64(Some(ticks)) => (*ticks, TICKS_PER_MICROSECOND, UNIX_EPOCH),
        ScalarValue::TimestampMicrosecond(Some(micros), _) => (*micros, 1, 0),
        _ => return Some(condition),
    };
    let (first, length, interval) = (
        i64::from(day) * MICROS_PER_DAY * micro + epoch,
        MICROS_PER_DAY * micro,
        MICROS_PER_INTERVAL * micro,
    );
    // How far into the day it lies; what lies further away is as far as matters.
    let into = bound.saturating_sub(first).clamp(-length, 2 * length);
    let floor = into.div_euclid(interval) * interval;
    let ceiling = -((-into).div_euclid(interval) * interval);
    let (into, holds) = match op {
        Operator::GtEq => (ceiling, ceiling <= 0),
        Operator::Gt => (floor, floor < 0),
        Operator::Lt => (ceiling, ceiling >= length),
        Operator::LtEq => (floor, floor >= length - interval),
        _ => return Some(condition),
    };
    let bound = match micro {
        1 => ScalarValue::TimestampMicrosecond(Some(first + into), Some("UTC".into())),
        _ => ScalarValue::Int64(Some(first + into)),
    };
    let right = Box::new(Expr::Literal(bound, metadata.clone()));
    (!holds).then(|| Expr::BinaryExpr(BinaryExpr { left: left.clone(), op: *op, right }))
}
