//! `sliding_window_counts`, `active_users_count`: ids counted over windows of time.
//!
//! Source: <https://learn.microsoft.com/kusto/query/sliding-window-counts-plugin>,
//! <https://learn.microsoft.com/kusto/query/active-users-count-plugin>

use datafusion::arrow::array::ArrayRef;
use datafusion::common::{Result, ScalarValue};
use datafusion::functions_aggregate::expr_fn::{count, count_distinct};
use datafusion::logical_expr::{ColumnarValue, LogicalPlan, LogicalPlanBuilder};
use weir_kql::ast::Expr;
use weir_value::KustoType;
use weir_value::dynamic::{Packer, View};

use super::super::summarize;
use super::Plugin;
use crate::bind::{Aggregates, Binder};
use crate::kernel;
use crate::kernel::{Column as Values, Dyn, Long, PackedOut};
use crate::steps::{Bags, Expand, Step, step};
use crate::typed::{Column, Relation, Typed, column};

/// Windows that one row may belong to.
const WINDOWS_MAX: i64 = 10_000;
const WINDOW: &str = "user window";

/// The column of ids, the timeline, and the columns that slice the counts.
struct Columns {
    id: Column,
    time: Column,
    dimensions: Vec<Column>,
}

fn columns(plugin: &mut Plugin<'_, '_, '_>, arguments: &[&Expr], constants: usize) -> Option<Columns> {
    let id = plugin.column(arguments.first().copied(), "IdColumn")?;
    let time = plugin.column(arguments.get(1).copied(), "TimelineColumn")?;
    if !matches!(time.kind, KustoType::Datetime | KustoType::Long | KustoType::Timespan) {
        let message = format!("not supported yet: a timeline of type {}", time.kind);
        plugin.binder.error(None, plugin.span, message);
        return None;
    }
    let mut dimensions = Vec::new();
    for argument in arguments.get(2 + constants..).unwrap_or_default() {
        dimensions.push(plugin.column(Some(argument), "dimension")?);
    }
    for known in dimensions.iter().chain([&id]) {
        if known.kind == KustoType::Dynamic {
            let message = format!("'{}' is a dynamic, and those cannot be told apart", known.name);
            plugin.binder.error(None, plugin.span, message);
            return None;
        }
    }
    Some(Columns { id, time, dimensions })
}

/// Constants, some in the type of the timeline and some in that of its spans.
fn ticks(
    plugin: &mut Plugin<'_, '_, '_>,
    arguments: &[&Expr],
    names: &[&str],
    time: KustoType,
) -> Option<Vec<i64>> {
    let mut constants = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let kind = match (*name, time) {
            ("Start" | "End", time) => time,
            (_, KustoType::Datetime) => KustoType::Timespan,
            (_, time) => time,
        };
        match plugin.constant(arguments.get(2 + place).copied(), name, kind)? {
            ScalarValue::Int64(Some(value)) => constants.push(value),
            _ => return None,
        }
    }
    Some(constants)
}

pub(super) fn sliding_window_counts(mut plugin: Plugin<'_, '_, '_>) -> Relation {
    const CONSTANTS: [&str; 4] = ["Start", "End", "LookbackWindow", "Bin"];
    plugin.no_named();
    plugin.no_schema();
    let arguments = plugin.positional();
    let Some(columns) = columns(&mut plugin, &arguments, CONSTANTS.len()) else { return Relation::poison() };
    let Some(constants) = ticks(&mut plugin, &arguments, &CONSTANTS, columns.time.kind) else {
        return Relation::poison();
    };
    let [_, _, lookback, bin] = constants[..] else { return Relation::poison() };
    if bin <= 0 || lookback < bin || lookback / bin > WINDOWS_MAX {
        let message = format!("the lookback must be 1 to {WINDOWS_MAX} bins, and a bin more than nothing");
        plugin.binder.error(None, plugin.span, message);
        return Relation::poison();
    }
    let mut kernel = vec![column(&columns.time.name)];
    kernel.extend(constants.iter().map(|constant| Typed::long(*constant).expr));
    let windows = SLIDING.call(kernel);
    let plan = plugin.binder.step(plugin.span, &plugin.input, |plan| expand(plan, windows));
    let aggregates = Aggregates::default();
    let all = aggregates.add(count(Typed::long(1).expr));
    let distinct = aggregates.add(count_distinct(column(&columns.id.name)));
    let long = |name: &str| Typed::new(column(name), KustoType::Long);
    let results = vec![("Count".to_owned(), long(&all)), ("Dcount".to_owned(), long(&distinct))];
    let keys = keys(plugin.binder, &columns);
    let input = Relation { plan, ..plugin.input };
    summarize::group(plugin.binder, input, keys, results, aggregates, plugin.span)
}

pub(super) fn active_users_count(mut plugin: Plugin<'_, '_, '_>) -> Relation {
    const CONSTANTS: [&str; 4] = ["Start", "End", "LookbackWindow", "Period"];
    plugin.no_named();
    plugin.no_schema();
    let arguments = plugin.positional();
    let Some(columns) = columns(&mut plugin, &arguments, CONSTANTS.len() + 2) else {
        return Relation::poison();
    };
    let time = columns.time.kind;
    let Some(mut constants) = ticks(&mut plugin, &arguments, &CONSTANTS, time) else {
        return Relation::poison();
    };
    let periods = plugin.constant(arguments.get(6).copied(), "ActivePeriods", KustoType::Long);
    let span = if time == KustoType::Datetime { KustoType::Timespan } else { time };
    let bin = plugin.constant(arguments.get(7).copied(), "Bin", span);
    let (Some(ScalarValue::Int64(Some(periods))), Some(ScalarValue::Int64(Some(bin)))) = (periods, bin)
    else {
        return Relation::poison();
    };
    constants.extend([periods, bin]);
    if constants[2..].iter().any(|constant| *constant <= 0) {
        plugin.binder.error(None, plugin.span, "windows, periods and bins must be more than nothing");
        return Relation::poison();
    }
    // First the times of each id, then the bins in which it is active.
    let aggregates = Aggregates::default();
    let times = aggregates.add(crate::aggregates::list_of(&columns.time));
    let results = vec![(TIMES.to_owned(), Typed::new(column(&times), KustoType::Dynamic))];
    let mut ids: Vec<(String, Typed)> =
        columns.dimensions.iter().map(|column| (column.name.clone(), column.typed())).collect();
    ids.push((ID.to_owned(), columns.id.typed()));
    let grouped = summarize::group(plugin.binder, plugin.input, ids, results, aggregates, plugin.span);
    let mut kernel = vec![column(TIMES)];
    kernel.extend(constants.iter().map(|constant| Typed::long(*constant).expr));
    let bins = ACTIVE.call(kernel);
    let plan = plugin.binder.step(plugin.span, &grouped, |plan| expand(plan, bins));
    let aggregates = Aggregates::default();
    let users = aggregates.add(count(Typed::long(1).expr));
    let results = vec![("dcount".to_owned(), Typed::new(column(&users), KustoType::Long))];
    let keys = keys(plugin.binder, &columns);
    summarize::group(plugin.binder, Relation { plan, ..grouped }, keys, results, aggregates, plugin.span)
}

const TIMES: &str = "user times";
const ID: &str = "user id";

/// A row for each window of the array.
fn expand(plan: LogicalPlan, windows: datafusion::logical_expr::Expr) -> Result<LogicalPlan> {
    let by_window = Step::Expand(Expand {
        elements: vec![WINDOW.to_owned()],
        index: None,
        row: None,
        unique: None,
        bags: Bags::Bag,
        limit: usize::MAX,
        ordered: false,
    });
    let plan = step(plan, by_window, vec![windows])?;
    LogicalPlanBuilder::from(plan).filter(column(WINDOW).is_not_null())?.build()
}

/// The window and the dimensions, by which is counted.
fn keys(binder: &mut Binder<'_>, columns: &Columns) -> Vec<(String, Typed)> {
    let window = Typed::new(column(WINDOW), KustoType::Dynamic);
    let window = Typed { kind: columns.time.kind, ..binder.converted(window, KustoType::Long) };
    let dimensions = columns.dimensions.iter().map(|column| (column.name.clone(), column.typed()));
    std::iter::once((columns.time.name.clone(), window)).chain(dimensions).collect()
}

/// Whole constants behind the first argument.
fn constants<const N: usize>(arguments: &[ColumnarValue]) -> Result<[i64; N]> {
    let mut constants = [0; N];
    for (slot, argument) in constants.iter_mut().zip(arguments.iter().skip(1)) {
        *slot = Values::<Long>::of(argument)?.constant().flatten().unwrap_or(0);
    }
    Ok(constants)
}

kernel!(
    /// The windows from start to end that a time lies in, by the bins in which they end; null where there are none.
    SLIDING = "kql_sliding_windows" -> Dynamic, |a, n| sliding(a, n)
);

fn sliding(arguments: &[ColumnarValue], rows: usize) -> Result<ArrayRef> {
    let [start, end, lookback, bin] = constants(arguments)?;
    let times = Values::<Long>::of(&arguments[0])?;
    let mut out = PackedOut::new(rows);
    for row in crate::limits::rows(rows) {
        let windows = times.get(row).and_then(|time| {
            let own =
                time.checked_sub(start)?.checked_div_euclid(bin)?.checked_mul(bin)?.checked_add(start)?;
            let first = own.max(start);
            let last = own.checked_add(lookback.checked_sub(bin)?)?.min(end);
            // Windows end in bins counted from the start.
            (time <= end && first <= last).then_some((first, last))
        });
        match windows {
            Some((first, last)) => out.pack(|bytes| {
                Packer::new(bytes).array(|array| {
                    let mut window = first;
                    while window <= last {
                        array.item(|packer| packer.long(window));
                        window = match window.checked_add(bin.max(1)) {
                            Some(next) => next,
                            None => break,
                        };
                    }
                });
            }),
            None => out.push_null(),
        }
    }
    Ok(out.finish())
}

kernel!(
    /// The bins in which an id is active that was seen at these times; null where there are none.
    ACTIVE = "kql_active_bins" -> Dynamic, |a, n| active(a, n)
);

fn active(arguments: &[ColumnarValue], rows: usize) -> Result<ArrayRef> {
    let [start, end, lookback, period, least, bin] = constants(arguments)?;
    let lists = Values::<Dyn>::of(&arguments[0])?;
    let mut out = PackedOut::new(rows);
    for row in crate::limits::rows(rows) {
        let mut times: Vec<i64> =
            lists.get(row).into_iter().flat_map(|list| list.items()).filter_map(View::as_long).collect();
        times.sort_unstable();
        let bins = active_bins(&times, (start, end), lookback, period, least, bin);
        match bins.is_empty() {
            true => out.push_null(),
            false => out.pack(|bytes| {
                Packer::new(bytes)
                    .array(|array| bins.iter().for_each(|bin| array.item(|packer| packer.long(*bin))));
            }),
        }
    }
    Ok(out.finish())
}

/// Each bin once. An id is active at a time when it was seen in enough periods of the lookback that ends there.
fn active_bins(
    times: &[i64],
    (start, end): (i64, i64),
    lookback: i64,
    period: i64,
    least: i64,
    bin: i64,
) -> Vec<i64> {
    let periods: Vec<i64> =
        times.iter().map(|time| time.saturating_sub(start).div_euclid(period.max(1))).collect();
    let mut bins: Vec<i64> = Vec::new();
    // The periods of the lookback: times from `from` on, their number counted as both ends move.
    let (mut from, mut seen) = (0, 0_i64);
    for (at, time) in times.iter().enumerate() {
        if at == 0 || periods[at] != periods[at - 1] || from == at {
            seen += 1;
        }
        while from < at && times[from] <= time.saturating_sub(lookback) {
            if periods[from] != periods[from + 1] {
                seen -= 1;
            }
            from += 1;
        }
        if seen >= least && (start..=end).contains(time) {
            let own =
                time.saturating_sub(start).div_euclid(bin.max(1)).saturating_mul(bin).saturating_add(start);
            if bins.last() != Some(&own) {
                bins.push(own);
            }
        }
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{answer, refused, rows};

    #[test]
    fn an_id_is_active_when_it_was_seen_in_enough_periods() {
        let bins = |times: &[i64], least| active_bins(times, (0, 100), 5, 1, least, 10);
        assert_eq!(bins(&[1, 2, 3], 3), [0]);
        assert_eq!(bins(&[1, 2, 6], 3), Vec::<i64>::new());
        assert_eq!(bins(&[1, 1, 1, 2], 2), [0]);
        assert_eq!(bins(&[-3, -2, 1, 12, 13], 2), [0, 10]);
        assert_eq!(bins(&[], 1), Vec::<i64>::new());
        assert_eq!(bins(&[99, 100, 101], 2), [100]);
    }

    const T: &str = "datatable(who:string, t:long, g:string)['a', 1, 'p', 'b', 1, 'q', 'a', 2, 'p', 'a', 4, 'p', 'c', 9, 'p']";

    #[test]
    fn windows_count_rows_and_ids() {
        assert_eq!(
            answer(&format!("{T} | evaluate sliding_window_counts(who, t, 1, 5, 2, 1) | sort by t asc")),
            "t:long, Count:long, Dcount:long\n1 | 2 | 2\n2 | 3 | 2\n3 | 1 | 1\n4 | 1 | 1\n5 | 1 | 1"
        );
        assert_eq!(
            rows(&format!(
                "{T} | evaluate sliding_window_counts(who, t, 1, 2, 1, 1, g) | sort by t asc, g asc"
            )),
            "1 | p | 1 | 1\n1 | q | 1 | 1\n2 | p | 1 | 1"
        );
    }

    #[test]
    fn active_ids_are_counted_once_a_bin() {
        assert_eq!(
            answer(&format!("{T} | evaluate active_users_count(who, t, 0, 10, 4, 1, 2, 5) | sort by t asc")),
            "t:long, dcount:long\n0 | 1"
        );
        assert_eq!(
            rows(&format!(
                "{T} | evaluate active_users_count(who, t, 0, 10, 4, 1, 1, 5, g) | sort by t asc, g asc"
            )),
            "0 | p | 1\n0 | q | 1\n5 | p | 1"
        );
    }

    #[test]
    fn arguments_are_checked() {
        assert!(refused(&format!("{T} | evaluate sliding_window_counts(who, t, 1, 5, 2)")).contains("KS119"));
        assert!(
            refused(&format!("{T} | evaluate sliding_window_counts(who, t, 1, 5, 2, 0)"))
                .contains("more than nothing")
        );
        assert!(
            refused(&format!("{T} | evaluate sliding_window_counts(who, g, 1, 5, 2, 1)"))
                .contains("timeline")
        );
        assert!(
            refused(&format!("{T} | evaluate sliding_window_counts(who, t, 1, 5, 2, 'week')"))
                .contains("constant long")
        );
    }
}
