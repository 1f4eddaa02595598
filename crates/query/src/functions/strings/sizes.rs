//! `format_bytes`: sizes as people read them.
//!
//! Source: <https://learn.microsoft.com/kusto/query/format-bytes-function>

use weir_value::KustoType::{self, String as Text};

use crate::functions::{Accepts, Function, Naming, by_kernel, exactly, one, optional, with};
use crate::kernel;
use crate::kernel::{Column, Long, Real, Str, TextOut};

pub(crate) const FUNCTIONS: &[&Function] = &[&FORMAT_BYTES];

function!(
    FORMAT_BYTES = ["format_bytes"],
    Naming::FirstArgument,
    [
        by_kernel(
            &[
                exactly("value", KustoType::Real),
                optional("precision", Accepts::Constant(KustoType::Long)),
                optional("unit", Accepts::Constant(Text))
            ],
            &READABLE_BYTES,
        ),
        with(
            &[
                exactly("value", KustoType::Real),
                one("precision", Accepts::Constant(KustoType::Real)),
                optional("unit", Accepts::Constant(Text))
            ],
            |a| a.refuse(1, "not supported yet: a precision that is no whole number"),
        )
    ]
);
kernel!(READABLE_BYTES = "kql_format_bytes" -> String, |a, n| {
    let values = Column::<Real>::of(&a[0])?;
    let precisions = a.get(1).map(Column::<Long>::of).transpose()?;
    let units = a.get(2).map(Column::<Str>::of).transpose()?;
    let mut out = TextOut::new(n);
    for row in crate::limits::rows(n) {
        let precision = precisions.as_ref().and_then(|p| p.get(row)).unwrap_or(0);
        let unit = units.as_ref().and_then(|u| u.get(row)).unwrap_or_default();
        match values.get(row) {
            Some(value) => out.write(|text| format_bytes(value, precision, unit, text)),
            None => out.push(""),
        }
    }
    Ok(out.finish())
});

/// `1 KB`: a size in the largest unit in which it is at least one, or in the one given.
fn format_bytes(value: f64, precision: i64, unit: &str, out: &mut String) {
    use std::fmt::Write;
    const UNITS: [&str; 7] = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];
    let place = match UNITS.iter().position(|known| known.eq_ignore_ascii_case(unit)) {
        Some(place) => place,
        None => (1..UNITS.len()).rev().find(|place| value.abs() >= 1024_f64.powi(*place as i32)).unwrap_or(0),
    };
    let scale = 10_f64.powi(precision.clamp(0, 15) as i32);
    let scaled = (value / 1024_f64.powi(place as i32) * scale).round() / scale;
    // Writing to a String cannot fail.
    let _ = write!(out, "{scaled} {}", UNITS[place]);
}

#[cfg(test)]
mod tests {
    use super::format_bytes;
    use crate::testing::{refused, value};

    #[test]
    fn some_arguments_are_constant() {
        assert_eq!(value("format_bytes(2048, 1)"), "2 KB");
        assert!(refused("print format_bytes(2048, 1.5)").contains("not supported yet: a precision"));
        let told = refused("datatable(n:long)[] | project format_bytes(n, n)");
        assert!(told.contains("KS129"), "{told}");
    }

    #[test]
    fn sizes_are_readable() {
        let format = |value, precision, unit| {
            let mut out = String::new();
            format_bytes(value, precision, unit, &mut out);
            out
        };
        assert_eq!(format(564.0, 0, ""), "564 Bytes");
        assert_eq!(format(10332.0, 1, ""), "10.1 KB");
        assert_eq!(format(20010332.0, 2, ""), "19.08 MB");
        assert_eq!(format(20010332.0, 0, "KB"), "19541 KB");
    }
}
