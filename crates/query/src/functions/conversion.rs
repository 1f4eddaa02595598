//! `tostring`, `tolong` and their kin, and the kernels by which values change their type.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#conversion-functions>

use std::fmt::Write;

use datafusion::arrow::array::{BooleanArray, Float64Array, Int32Array, Int64Array};
use weir_value::dynamic::{Kind, Packer, View};
use weir_value::{KustoType, datetime, dynamic, guid, real, timespan};

use super::{Accepts, Function, Naming, one, with};
use crate::bind::Arguments;
use crate::kernel;
use crate::kernel::{Column, Dyn, Int, Kernel, Long, PackedOut, Real, Str, TextOut, map1, write1};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] =
    &[&TO_STRING, &TO_LONG, &TO_INT, &TO_REAL, &TO_BOOL, &TO_DATETIME, &TO_TIMESPAN, &TO_GUID];

function!(TO_STRING = ["tostring"], Naming::FirstArgument, [with(VALUE, |a| convert(a, KustoType::String))]);
function!(TO_LONG = ["tolong"], Naming::FirstArgument, [with(VALUE, |a| convert(a, KustoType::Long))]);
function!(TO_INT = ["toint"], Naming::FirstArgument, [with(VALUE, |a| convert(a, KustoType::Int))]);
function!(
    TO_REAL = ["toreal", "todouble"],
    Naming::FirstArgument,
    [with(VALUE, |a| convert(a, KustoType::Real))]
);
function!(
    TO_BOOL = ["tobool", "toboolean"],
    Naming::FirstArgument,
    [with(VALUE, |a| convert(a, KustoType::Bool))]
);
function!(
    TO_DATETIME = ["todatetime"],
    Naming::FirstArgument,
    [with(VALUE, |a| convert(a, KustoType::Datetime))]
);
function!(
    TO_TIMESPAN = ["totimespan", "totime"],
    Naming::FirstArgument,
    [with(VALUE, |a| { convert(a, KustoType::Timespan) })]
);
function!(TO_GUID = ["toguid"], Naming::FirstArgument, [with(VALUE, |a| convert(a, KustoType::Guid))]);

const VALUE: &[super::Parameter] = &[one("value", Accepts::Any)];

fn convert(a: &mut Arguments<'_, '_, '_>, kind: KustoType) -> Typed {
    let value = a.take(0);
    a.binder.converted(value, kind)
}

kernel!(LONG_TO_INT = "kql_long_to_int" -> Int, |a, n| {
    // The upper half is cut off.
    map1::<Long, i32, Int32Array>(a, n, |value| Some(value as i32))
});
kernel!(REAL_TO_INT = "kql_real_to_int" -> Int, |a, n| {
    // Beyond the range stand its ends.
    map1::<Real, i32, Int32Array>(a, n, |value| (!value.is_nan()).then_some(value as i32))
});
kernel!(REAL_TO_LONG = "kql_real_to_long" -> Long, |a, n| {
    map1::<Real, i64, Int64Array>(a, n, |value| (!value.is_nan()).then_some(value as i64))
});
kernel!(REAL_TO_BOOL = "kql_real_to_bool" -> Bool, |a, n| {
    map1::<Real, bool, BooleanArray>(a, n, |value| Some(value != 0.0))
});
kernel!(TICKS_TO_DATETIME = "kql_ticks_to_datetime" -> Datetime, |a, n| {
    map1::<Long, i64, Int64Array>(a, n, datetime::in_range)
});

/// A real without its fraction; nothing when it does not fit.
fn whole(value: f64) -> Option<i64> {
    let whole = value.trunc();
    // 2^63 itself is one too many.
    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole).then_some(whole as i64)
}

kernel!(TEXT_TO_LONG = "kql_text_to_long" -> Long, |a, n| map1::<Str, i64, Int64Array>(a, n, text_to_long));
kernel!(TEXT_TO_INT = "kql_text_to_int" -> Int, |a, n| {
    map1::<Str, i32, Int32Array>(a, n, |text| text_to_long(text).and_then(|value| i32::try_from(value).ok()))
});
kernel!(TEXT_TO_REAL = "kql_text_to_real" -> Real, |a, n| map1::<Str, f64, Float64Array>(a, n, text_to_real));
kernel!(TEXT_TO_BOOL = "kql_text_to_bool" -> Bool, |a, n| map1::<Str, bool, BooleanArray>(a, n, text_to_bool));
kernel!(TEXT_TO_DATETIME = "kql_text_to_datetime" -> Datetime, |a, n| {
    map1::<Str, i64, Int64Array>(a, n, datetime::parse)
});
kernel!(TEXT_TO_TIMESPAN = "kql_text_to_timespan" -> Timespan, |a, n| {
    map1::<Str, i64, Int64Array>(a, n, text_to_timespan)
});
kernel!(TEXT_TO_GUID = "kql_text_to_guid" -> Guid, |a, n| {
    let texts = Column::<Str>::of(&a[0])?;
    let mut out = TextOut::new(n);
    for row in crate::limits::rows(n) {
        match texts.get(row).and_then(guid::parse) {
            Some(canonical) => out.push(&canonical),
            None => out.push_null(),
        }
    }
    Ok(out.finish())
});
kernel!(
    /// JSON text as a dynamic; text that is no JSON stays a string, blank text is null.
    PARSE_JSON = "kql_parse_json" -> Dynamic, |a, n| {
        crate::kernel::pack1::<Str>(a, n, |text, out| {
            if !text.is_empty() && dynamic::pack_json(text, out).is_err() {
                Packer::new(out).string(text);
            }
        })
    }
);

/// The kernel that reads text as a value of this type.
pub(crate) fn from_text(kind: KustoType) -> &'static Kernel {
    match kind {
        KustoType::Bool => &TEXT_TO_BOOL,
        KustoType::Int => &TEXT_TO_INT,
        KustoType::Long => &TEXT_TO_LONG,
        KustoType::Real => &TEXT_TO_REAL,
        KustoType::Decimal => &super::decimal::TEXT_TO_DECIMAL,
        KustoType::Datetime => &TEXT_TO_DATETIME,
        KustoType::Timespan => &TEXT_TO_TIMESPAN,
        KustoType::Guid => &TEXT_TO_GUID,
        KustoType::Dynamic => &PACK_TEXT,
        KustoType::String => &TEXT_OF_GUID,
    }
}

/// A whole number in decimal or hexadecimal digits, blanks around it allowed.
fn text_to_long(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        let value = u64::from_str_radix(hex, 16).ok()?;
        return Some(if negative { (value as i64).wrapping_neg() } else { value as i64 });
    }
    // A sign was taken off, a second one is no digit.
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// A clock, a number with a unit, or a whole number of days.
fn text_to_timespan(text: &str) -> Option<i64> {
    let days = text.trim().strip_prefix(['-', '+']).unwrap_or(text.trim());
    let is_fraction = days.contains('.') && days.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_fraction { None } else { timespan::parse(text) }
}

fn text_to_real(text: &str) -> Option<f64> {
    let text = text.trim();
    match text.to_ascii_lowercase().as_str() {
        "nan" => Some(f64::NAN),
        // The short word in capitals is none, the long one is.
        "infinity" | "+infinity" => Some(f64::INFINITY),
        "-infinity" => Some(f64::NEG_INFINITY),
        "inf" | "+inf" | "-inf" if !text.ends_with("INF") => text.parse().ok(),
        // Numbers too large are infinite.
        _ if text.bytes().any(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}

fn text_to_bool(text: &str) -> Option<bool> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        text_to_long(text).map(|value| value != 0)
    }
}

kernel!(LONG_TO_TEXT = "kql_long_to_text" -> String, |a, n| {
    write1::<Long>(a, n, |value, out| { let _ = write!(out, "{value}"); })
});
kernel!(INT_TO_TEXT = "kql_int_to_text" -> String, |a, n| {
    write1::<Int>(a, n, |value, out| { let _ = write!(out, "{value}"); })
});
kernel!(REAL_TO_TEXT = "kql_real_to_text" -> String, |a, n| {
    write1::<Real>(a, n, |value, out| out.push_str(&real::format(value)))
});
kernel!(BOOL_TO_TEXT = "kql_bool_to_text" -> String, |a, n| {
    write1::<bool>(a, n, |value, out| out.push_str(if value { "True" } else { "False" }))
});
kernel!(DATETIME_TO_TEXT = "kql_datetime_to_text" -> String, |a, n| {
    write1::<Long>(a, n, |ticks, out| datetime::write(out, ticks))
});
kernel!(TIMESPAN_TO_TEXT = "kql_timespan_to_text" -> String, |a, n| {
    write1::<Long>(a, n, |ticks, out| timespan::write(out, ticks))
});
kernel!(
    /// The text of a guid; blank for a null.
    TEXT_OF_GUID = "kql_guid_to_text" -> String, |a, n| write1::<Str>(a, n, |text, out| out.push_str(text))
);

/// The kernel that prints values of this type.
pub(crate) fn to_text(kind: KustoType) -> &'static Kernel {
    match kind {
        KustoType::Bool => &BOOL_TO_TEXT,
        KustoType::Int => &INT_TO_TEXT,
        KustoType::Long => &LONG_TO_TEXT,
        KustoType::Real => &REAL_TO_TEXT,
        KustoType::Decimal => &super::decimal::DECIMAL_TO_TEXT,
        KustoType::Datetime => &DATETIME_TO_TEXT,
        KustoType::Timespan => &TIMESPAN_TO_TEXT,
        KustoType::Dynamic => &DYNAMIC_TO_TEXT,
        KustoType::Guid | KustoType::String => &TEXT_OF_GUID,
    }
}

kernel!(DYNAMIC_TO_TEXT = "kql_dynamic_to_text" -> String, |a, n| write1::<Dyn>(a, n, write_dynamic));
kernel!(DYNAMIC_TO_LONG = "kql_dynamic_to_long" -> Long, |a, n| map1::<Dyn, i64, Int64Array>(a, n, dynamic_to_long));
kernel!(DYNAMIC_TO_INT = "kql_dynamic_to_int" -> Int, |a, n| {
    map1::<Dyn, i32, Int32Array>(a, n, |view| dynamic_to_long(view).and_then(|value| i32::try_from(value).ok()))
});
kernel!(DYNAMIC_TO_REAL = "kql_dynamic_to_real" -> Real, |a, n| map1::<Dyn, f64, Float64Array>(a, n, dynamic_to_real));
kernel!(DYNAMIC_TO_BOOL = "kql_dynamic_to_bool" -> Bool, |a, n| {
    map1::<Dyn, bool, BooleanArray>(a, n, |view| match view.kind() {
        Kind::Bool => view.as_bool(),
        Kind::Long => view.as_long().map(|value| value != 0),
        Kind::Real => view.as_real().map(|value| value != 0.0),
        Kind::String => view.as_str().and_then(text_to_bool),
        _ => None,
    })
});
kernel!(DYNAMIC_TO_DATETIME = "kql_dynamic_to_datetime" -> Datetime, |a, n| {
    map1::<Dyn, i64, Int64Array>(a, n, |view| match view.kind() {
        Kind::Datetime | Kind::Timespan | Kind::Long => view.as_long().and_then(datetime::in_range),
        Kind::String => view.as_str().and_then(datetime::parse),
        _ => None,
    })
});
kernel!(DYNAMIC_TO_TIMESPAN = "kql_dynamic_to_timespan" -> Timespan, |a, n| {
    map1::<Dyn, i64, Int64Array>(a, n, |view| match view.kind() {
        Kind::Datetime | Kind::Timespan | Kind::Long => view.as_long(),
        Kind::String => view.as_str().and_then(text_to_timespan),
        _ => None,
    })
});
kernel!(DYNAMIC_TO_GUID = "kql_dynamic_to_guid" -> Guid, |a, n| {
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

/// The kernel that reads a dynamic as a value of this type.
pub(crate) fn from_dynamic(kind: KustoType) -> &'static Kernel {
    match kind {
        KustoType::Bool => &DYNAMIC_TO_BOOL,
        KustoType::Int => &DYNAMIC_TO_INT,
        KustoType::Long => &DYNAMIC_TO_LONG,
        KustoType::Real => &DYNAMIC_TO_REAL,
        KustoType::Decimal => &super::decimal::DYNAMIC_TO_DECIMAL,
        KustoType::Datetime => &DYNAMIC_TO_DATETIME,
        KustoType::Timespan => &DYNAMIC_TO_TIMESPAN,
        KustoType::Guid => &DYNAMIC_TO_GUID,
        KustoType::String | KustoType::Dynamic => &DYNAMIC_TO_TEXT,
    }
}

/// Appends the text of a dynamic: a string without quotes, anything else as JSON, nothing for a null.
pub(crate) fn write_dynamic(view: View<'_>, out: &mut String) {
    match view.kind() {
        Kind::Null => {}
        Kind::String | Kind::Guid => out.push_str(view.as_str().unwrap_or_default()),
        Kind::Bool => out.push_str(if view.as_bool() == Some(true) { "true" } else { "false" }),
        Kind::Datetime => datetime::write(out, view.as_long().unwrap_or_default()),
        Kind::Timespan => timespan::write(out, view.as_long().unwrap_or_default()),
        _ => dynamic::write_json(view, out),
    }
}

fn dynamic_to_long(view: View<'_>) -> Option<i64> {
    match view.kind() {
        Kind::Long | Kind::Datetime | Kind::Timespan => view.as_long(),
        Kind::Real => view.as_real().and_then(whole),
        Kind::Bool => view.as_bool().map(i64::from),
        Kind::String => view.as_str().and_then(text_to_long),
        _ => None,
    }
}

fn dynamic_to_real(view: View<'_>) -> Option<f64> {
    match view.kind() {
        Kind::Long => view.as_long().map(|value| value as f64),
        Kind::Real => view.as_real(),
        Kind::Bool => view.as_bool().map(|value| f64::from(u8::from(value))),
        Kind::String => view.as_str().and_then(text_to_real),
        _ => None,
    }
}

macro_rules! pack_kernel {
    ($name:ident, $text:literal, $type:ty, |$value:ident, $packer:ident| $pack:expr) => {
        kernel!($name = $text -> Dynamic, |a, n| {
            let values = Column::<$type>::of(&a[0])?;
            let mut out = PackedOut::new(n);
            for row in crate::limits::rows(n) {
                match values.get(row) {
                    Some($value) => out.pack(|bytes| {
                        let mut $packer = Packer::new(bytes);
                        $pack;
                    }),
                    None => out.push_null(),
                }
            }
            Ok(out.finish())
        });
    };
}

pack_kernel!(PACK_TEXT, "kql_pack_text", Str, |value, packer| packer.string(value));
pack_kernel!(PACK_GUID, "kql_pack_guid", Str, |value, packer| packer.guid(value));
pack_kernel!(PACK_LONG, "kql_pack_long", Long, |value, packer| packer.long(value));
pack_kernel!(PACK_INT, "kql_pack_int", Int, |value, packer| packer.long(value.into()));
pack_kernel!(PACK_REAL, "kql_pack_real", Real, |value, packer| packer.real(value));
pack_kernel!(PACK_BOOL, "kql_pack_bool", bool, |value, packer| packer.bool(value));
pack_kernel!(PACK_DATETIME, "kql_pack_datetime", Long, |value, packer| packer.datetime(value));
pack_kernel!(PACK_TIMESPAN, "kql_pack_timespan", Long, |value, packer| packer.timespan(value));

/// The kernel that makes a dynamic of values of this type.
pub(crate) fn pack(kind: KustoType) -> &'static Kernel {
    match kind {
        KustoType::Bool => &PACK_BOOL,
        KustoType::Int => &PACK_INT,
        KustoType::Long => &PACK_LONG,
        KustoType::Real => &PACK_REAL,
        KustoType::Decimal => &super::decimal::PACK_DECIMAL,
        KustoType::Datetime => &PACK_DATETIME,
        KustoType::Timespan => &PACK_TIMESPAN,
        KustoType::Guid => &PACK_GUID,
        KustoType::String | KustoType::Dynamic => &PACK_TEXT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_the_engine_reads_it() {
        assert_eq!(text_to_long("  45  "), Some(45));
        assert_eq!(text_to_long("0xFF"), Some(255));
        assert_eq!(text_to_long("3.99"), None);
        assert_eq!(text_to_long("1e3"), None);
        assert_eq!(text_to_long("--1"), None);
        assert_eq!(text_to_long(""), None);
        assert_eq!(text_to_real("1e3"), Some(1000.0));
        assert_eq!(text_to_real("0x1F"), None);
        assert_eq!(
            [text_to_bool("1"), text_to_bool("-1"), text_to_bool("yes")],
            [Some(true), Some(true), None]
        );
    }

    #[test]
    fn reals_beyond_long_are_none() {
        assert_eq!(whole(3.99), Some(3));
        assert_eq!(whole(-3.99), Some(-3));
        assert_eq!(whole(9.3e18), None);
        assert_eq!(whole(f64::NAN), None);
    }
}
