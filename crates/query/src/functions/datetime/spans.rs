//! `format_timespan`.
//!
//! Source: <https://learn.microsoft.com/kusto/query/format-timespan-function>

use std::fmt::Write;

use weir_value::KustoType::{String as Text, Timespan};

use crate::functions::{Accepts, Function, Naming, exactly, one, with};
use crate::kernel;
use crate::kernel::{Long, Str, write2};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&FORMAT_TIMESPAN];

/// The most digits that days can be written with.
const DAY_DIGITS_MAX: usize = 8;
/// What may stand between the parts.
const SEPARATORS: &str = " /-:,._[]";

function!(
    FORMAT_TIMESPAN = ["format_timespan"],
    Naming::FirstArgument,
    [with(&[exactly("timespan", Timespan), one("format", Accepts::Constant(Text))], |a| {
        let (span, format) = (a.take(0), a.take(1));
        let text = format.as_text().unwrap_or_default();
        if let Some(wrong) = text.chars().find(|c| !"dfFhHms".contains(*c) && !SEPARATORS.contains(*c)) {
            let message = format!("'{wrong}' means nothing in the format of a timespan");
            return a.refuse(1, message);
        }
        if text.contains(&"d".repeat(DAY_DIGITS_MAX + 1)) {
            let message = format!("the days of a timespan have {DAY_DIGITS_MAX} digits at most");
            return a.refuse(1, message);
        }
        a.binder.fold(Typed::new(FORMAT.call(vec![span.expr, format.expr]), Text))
    })]
);
kernel!(FORMAT = "kql_format_timespan" -> String, |a, n| write2::<Long, Str>(a, n, format_timespan));

/// Appends a timespan in a format of runs of letters; a negative one with its sign in front.
fn format_timespan(ticks: i64, format: &str, out: &mut String) {
    let size = ticks.unsigned_abs();
    let (second, minute, hour, day) = (10_000_000, 600_000_000, 36_000_000_000, 864_000_000_000);
    if ticks < 0 {
        out.push('-');
    }
    let mut rest = format.chars().peekable();
    while let Some(letter) = rest.next() {
        let mut length = 1;
        while rest.next_if_eq(&letter).is_some() {
            length += 1;
        }
        let value = match letter {
            'd' => size / day,
            'h' | 'H' => size / hour % 24,
            'm' => size / minute % 60,
            's' => size / second % 60,
            'f' | 'F' => {
                let digits = format!("{:07}", size % second);
                let shown = digits.get(..length.min(7)).unwrap_or_default();
                out.push_str(if letter == 'F' { shown.trim_end_matches('0') } else { shown });
                continue;
            }
            separator => {
                out.extend(std::iter::repeat_n(separator, length));
                continue;
            }
        };
        let width = if letter == 'd' { length } else { length.min(2) };
        // Writing to a String cannot fail.
        let _ = write!(out, "{value:0width$}");
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, value};

    #[test]
    fn formats_are_runs_of_letters() {
        assert_eq!(
            value("format_timespan(3d + 4h + 5m + 6s + 78ms, 'd.hh:mm:ss [fff]')"),
            "3.04:05:06 [078]"
        );
        assert_eq!(value("format_timespan(3d + 4h, 'ddd h:m:s.FFF')"), "003 4:0:0.");
        assert_eq!(value("format_timespan(-90m, 'H:mm')"), "-1:30");
        assert_eq!(value("format_timespan(timespan(null), 'hh')"), "");
        assert_eq!(answer("datatable(t:timespan)[2h] | project format_timespan(t, 'hh')"), "t:string\n02");
        assert!(refused("print format_timespan(1d, 'dd!')").contains("means nothing"));
        assert!(refused("print format_timespan(1d, 'ddddddddd')").contains("8 digits at most"));
    }
}
