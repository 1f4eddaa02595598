//! `parse_version`: versions as numbers that compare as the versions do.
//!
//! Source: <https://learn.microsoft.com/kusto/query/parse-version-function>

use weir_value::{Decimal, KustoType};

use super::super::decimal::decimals;
use super::super::{Naming, by_kernel, exactly};
use crate::kernel;
use crate::kernel::Str;

/// Parts of a version.
const PARTS: usize = 4;
/// Digits of a part.
const DIGITS: usize = 8;

function!(
    pub(super) PARSE_VERSION = ["parse_version"],
    Naming::None,
    [by_kernel(&[exactly("version", KustoType::String)], &VERSION)]
);
kernel!(VERSION = "kql_parse_version" -> Decimal, |a, n| decimals::<Str>(a, n, version));

/// Up to four parts of up to eight digits, dots between them; those that are missing count as 0.
fn version(text: &str) -> Option<Decimal> {
    let mut digits = String::with_capacity(PARTS * DIGITS);
    let mut parts = 0;
    for part in text.split('.') {
        parts += 1;
        let whole = (1..=DIGITS).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if !whole || parts > PARTS {
            return None;
        }
        digits.extend(std::iter::repeat_n('0', DIGITS - part.len()));
        digits.push_str(part);
    }
    digits.extend(std::iter::repeat_n('0', (PARTS - parts) * DIGITS));
    Decimal::parse(&digits)
}

#[cfg(test)]
mod tests {
    use crate::testing::{kind, value};

    #[test]
    fn versions_compare_by_their_parts() {
        assert_eq!(value("parse_version('0.0.0.5'), parse_version('0.0.7.0')"), "5 | 700000000");
        assert_eq!(value("parse_version('1.2.3.4')"), "1000000020000000300000004");
        assert_eq!(value("parse_version('1.10') > parse_version('1.9.9.9')"), "True");
        assert_eq!(value("parse_version('1') == parse_version('1.0.0.0')"), "True");
        assert_eq!(value("parse_version('99999999.0.0.1') > parse_version('99999999')"), "True");
        assert_eq!(kind("parse_version('1')"), "decimal");
    }

    #[test]
    fn what_is_no_version_is_null() {
        for text in ["", "1.", "a", "1.2.3.4.5", "123456789", "-1", "1..2"] {
            assert_eq!(value(&format!("parse_version('{text}')")), "null", "{text}");
        }
    }
}
