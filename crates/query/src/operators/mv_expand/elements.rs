//! Elements of arrays in the type that `to typeof(…)` asks for.
//!
//! Stricter than `tolong()` and its kin: text is no number here, and only text is a datetime or a guid.

use datafusion::arrow::array::{BooleanArray, Float64Array, Int32Array, Int64Array};
use weir_value::dynamic::{Kind, View};
use weir_value::{KustoType, datetime, guid};

use crate::functions::conversion::from_dynamic;
use crate::kernel;
use crate::kernel::{Column, Dyn, Kernel, TextOut, map1};

/// The kernel that takes an element as a value of this type; nothing where an element needs no change.
pub(super) fn element(kind: KustoType) -> Option<&'static Kernel> {
    Some(match kind {
        KustoType::Bool => &TO_BOOL,
        KustoType::Int => &TO_INT,
        KustoType::Long => &TO_LONG,
        KustoType::Real => &TO_REAL,
        KustoType::Datetime => &TO_DATETIME,
        KustoType::Timespan => &TO_TIMESPAN,
        KustoType::Guid => &TO_GUID,
        KustoType::String | KustoType::Decimal => from_dynamic(kind),
        KustoType::Dynamic => return None,
    })
}

kernel!(TO_LONG = "kql_element_to_long" -> Long, |a, n| map1::<Dyn, i64, Int64Array>(a, n, whole));
kernel!(TO_INT = "kql_element_to_int" -> Int, |a, n| {
    map1::<Dyn, i32, Int32Array>(a, n, |view| whole(view).and_then(|value| i32::try_from(value).ok()))
});
kernel!(TO_REAL = "kql_element_to_real" -> Real, |a, n| {
    map1::<Dyn, f64, Float64Array>(a, n, |view| match view.kind() {
        Kind::Long => view.as_long().map(|value| value as f64),
        _ => view.as_real(),
    })
});
kernel!(TO_BOOL = "kql_element_to_bool" -> Bool, |a, n| {
    map1::<Dyn, bool, BooleanArray>(a, n, |view| match view.kind() {
        Kind::Long => view.as_long().map(|value| value != 0),
        _ => view.as_bool(),
    })
});
kernel!(TO_DATETIME = "kql_element_to_datetime" -> Datetime, |a, n| {
    map1::<Dyn, i64, Int64Array>(a, n, |view| match view.kind() {
        Kind::Datetime => view.as_long(),
        Kind::String => view.as_str().and_then(datetime::parse),
        _ => None,
    })
});
kernel!(TO_TIMESPAN = "kql_element_to_timespan" -> Timespan, |a, n| {
    map1::<Dyn, i64, Int64Array>(a, n, |view| match view.kind() {
        Kind::Timespan => view.as_long(),
        // The original reads no text as a timespan here.
        _ => None,
    })
});
kernel!(TO_GUID = "kql_element_to_guid" -> Guid, |a, n| {
    let values = Column::<Dyn>::of(&a[0])?;
    let mut out = TextOut::new(n);
    for row in crate::limits::rows(n) {
        match values.get(row).and_then(|view| view.as_str()).and_then(guid::parse) {
            Some(canonical) => out.push(&canonical),
            None => out.push_null(),
        }
    }
    Ok(out.finish())
});

/// A number without its fraction; nothing when it does not fit.
fn whole(view: View<'_>) -> Option<i64> {
    match view.kind() {
        Kind::Long => view.as_long(),
        Kind::Real => {
            let whole = view.as_real()?.trunc();
            // 2^63 itself is one too many.
            (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0)
                .contains(&whole)
                .then_some(whole as i64)
        }
        _ => None,
    }
}
