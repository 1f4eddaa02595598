//! Time zones, by the IANA database.
//!
//! Source: <https://learn.microsoft.com/kusto/query/datetime-utc-to-local-function>

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use datafusion::arrow::array::{ArrayRef, Int64Array};
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use weir_kql::{Diagnostic, nearest};
use weir_value::Dynamic;
use weir_value::KustoType::{self, Datetime, String as Text};
use weir_value::datetime::{UNIX_EPOCH, in_range};
use weir_value::timespan::TICKS_PER_SECOND;

use crate::bind::Arguments;
use crate::functions::{Function, Naming, exactly, with};
use crate::kernel;
use crate::kernel::{Column, Kernel, Long, Str};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&UTC_TO_LOCAL, &LOCAL_TO_UTC, &LIST_TIMEZONES];

const ARGUMENTS: &[crate::functions::Parameter] = &[exactly("datetime", Datetime), exactly("timezone", Text)];

function!(
    UTC_TO_LOCAL = ["datetime_utc_to_local"],
    Naming::None,
    [with(ARGUMENTS, |a| shifted(a, &TO_LOCAL))]
);
function!(LOCAL_TO_UTC = ["datetime_local_to_utc"], Naming::None, [with(ARGUMENTS, |a| shifted(a, &TO_UTC))]);

fn shifted(a: &mut Arguments<'_, '_, '_>, kernel: &'static Kernel) -> Typed {
    let (date, zone) = (a.take(0), a.take(1));
    if let Some(name) = zone.as_text().filter(|name| name.parse::<Tz>().is_err()) {
        let error = Diagnostic::error(None, a.span_of(1), format!("no time zone is named '{name}'"));
        let near = nearest(name, TZ_VARIANTS.iter().map(|zone| zone.name()));
        a.binder.tell(match near {
            Some(near) => error.with_hint(format!("did you mean {near}?")),
            None => error,
        });
        return Typed::poison();
    }
    a.binder.fold(Typed::new(kernel.call(vec![date.expr, zone.expr]), Datetime))
}

kernel!(TO_LOCAL = "kql_datetime_utc_to_local" -> Datetime, |a, n| shift(a, n, |zone, utc| {
    Some(seconds_east(&zone.offset_from_utc_datetime(&utc)))
}));
kernel!(TO_UTC = "kql_datetime_local_to_utc" -> Datetime, |a, n| shift(a, n, |zone, local| {
    let found = zone.offset_from_local_datetime(&local);
    // A time that a change of the clock has skipped is told by the clock before the change.
    let offset = found.earliest().or_else(|| {
        let before = local.checked_sub_signed(TimeDelta::hours(3))?;
        zone.offset_from_local_datetime(&before).latest()
    })?;
    Some(-seconds_east(&offset))
}));

fn seconds_east(offset: &impl Offset) -> i64 {
    offset.fix().local_minus_utc().into()
}

/// Datetimes moved by so many seconds; null for a zone that does not exist.
fn shift(
    a: &[ColumnarValue],
    rows: usize,
    seconds: impl Fn(Tz, NaiveDateTime) -> Option<i64>,
) -> Result<ArrayRef> {
    let dates = Column::<Long>::of(&a[0])?;
    let names = Column::<Str>::of(&a[1])?;
    let mut zones: HashMap<&str, Option<Tz>> = HashMap::new();
    let shifted: Int64Array = crate::limits::rows(rows)
        .map(|row| {
            let (ticks, name) = (dates.get(row)?, names.get(row)?);
            let zone = (*zones.entry(name).or_insert_with(|| name.parse().ok()))?;
            let since_epoch = ticks.checked_sub(UNIX_EPOCH)?.div_euclid(TICKS_PER_SECOND);
            let seconds = seconds(zone, DateTime::from_timestamp(since_epoch, 0)?.naive_utc())?;
            in_range(ticks + seconds * TICKS_PER_SECOND)
        })
        .collect();
    Ok(std::sync::Arc::new(shifted))
}

function!(
    LIST_TIMEZONES = ["datetime_list_timezones"],
    Naming::None,
    [with(&[], |_| {
        let mut names: Vec<&str> = TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
        names.sort_unstable();
        let names = Dynamic::Array(names.into_iter().map(|name| Dynamic::String(name.to_owned())).collect());
        let packed = datafusion::common::ScalarValue::BinaryView(Some(names.pack()));
        Typed::constant(packed, KustoType::Dynamic)
    })]
);

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows, value};

    #[test]
    fn zones_have_their_summers() {
        let local = |date: &str| value(&format!("datetime_utc_to_local(datetime({date}), 'Europe/Berlin')"));
        assert_eq!(local("2024-01-01 12:00"), "2024-01-01T13:00:00.0000000Z");
        assert_eq!(local("2024-07-01 12:00:00.0000001"), "2024-07-01T14:00:00.0000001Z");
        let utc = |date: &str| value(&format!("datetime_local_to_utc(datetime({date}), 'Europe/Berlin')"));
        assert_eq!(utc("2024-07-01 14:00"), "2024-07-01T12:00:00.0000000Z");
        // Skipped, and there twice.
        assert_eq!(utc("2024-03-31 02:30"), "2024-03-31T01:30:00.0000000Z");
        assert_eq!(utc("2024-10-27 02:30"), "2024-10-27T00:30:00.0000000Z");
    }

    #[test]
    fn zones_have_names() {
        assert!(
            refused("print datetime_utc_to_local(now(), 'Europe/Berlim')")
                .contains("did you mean Europe/Berlin?")
        );
        assert_eq!(
            rows("datatable(z:string)['UTC', ''] | project datetime_utc_to_local(datetime(2024-01-01), z)"),
            "2024-01-01T00:00:00.0000000Z\nnull"
        );
        assert_eq!(value("datetime_utc_to_local(datetime(9999-12-31 23:59), 'Asia/Tokyo')"), "null");
        assert_eq!(value("set_has_element(datetime_list_timezones(), 'Asia/Tokyo')"), "True");
    }
}
