//! Punycode of strings, and of the labels of domains.
//!
//! Source: <https://learn.microsoft.com/kusto/query/punycode-from-string-function>

use idna::punycode::{decode_to_string, encode_str};
use weir_value::KustoType::String as Text;

use crate::functions::{Naming, by_kernel, exactly};
use crate::kernel;
use crate::kernel::{Str, write1};

const INPUT: &[crate::functions::Parameter] = &[exactly("input", Text)];

/// What a label that is not ASCII begins with.
const PREFIX: &str = "xn--";

function!(pub(super) FROM_STRING = ["punycode_from_string"], Naming::None, [by_kernel(INPUT, &ENCODED)]);
kernel!(ENCODED = "kql_punycode_from_string" -> String, |a, n| {
    write1::<Str>(a, n, |text, out| out.push_str(&encode_str(text).unwrap_or_default()))
});

function!(pub(super) TO_STRING = ["punycode_to_string"], Naming::None, [by_kernel(INPUT, &DECODED)]);
kernel!(DECODED = "kql_punycode_to_string" -> String, |a, n| {
    write1::<Str>(a, n, |text, out| out.push_str(&decode_to_string(text).unwrap_or_default()))
});

function!(
    pub(super) DOMAIN_FROM_STRING = ["punycode_domain_from_string"],
    Naming::None,
    [by_kernel(INPUT, &DOMAIN_DECODED)]
);
kernel!(
    /// Blank where a label is no Punycode.
    DOMAIN_DECODED = "kql_punycode_domain_from_string" -> String, |a, n| write1::<Str>(a, n, |text, out| {
        labels(text, out, |label| match label.strip_prefix(PREFIX) {
            Some(encoded) => decode_to_string(encoded),
            None => Some(label.to_owned()),
        });
    })
);

function!(
    pub(super) DOMAIN_TO_STRING = ["punycode_domain_to_string"],
    Naming::None,
    [by_kernel(INPUT, &DOMAIN_ENCODED)]
);
kernel!(DOMAIN_ENCODED = "kql_punycode_domain_to_string" -> String, |a, n| write1::<Str>(a, n, |text, out| {
    labels(text, out, |label| match label.is_ascii() {
        true => Some(label.to_owned()),
        false => encode_str(label).map(|encoded| format!("{PREFIX}{encoded}")),
    });
}));

/// Appends a domain with each label changed; nothing where one cannot be.
fn labels(domain: &str, out: &mut String, change: impl Fn(&str) -> Option<String>) {
    // The full stops that IDNA knows.
    let labels: Option<Vec<String>> =
        domain.split(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}']).map(change).collect();
    out.push_str(&labels.unwrap_or_default().join("."));
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    #[test]
    fn strings_go_there_and_back() {
        assert_eq!(value("punycode_from_string('bücher')"), "bcher-kva");
        assert_eq!(value("punycode_to_string('bcher-kva')"), "bücher");
        assert_eq!(value("punycode_to_string('ü')"), "");
    }

    #[test]
    fn domains_change_label_by_label() {
        assert_eq!(value("punycode_domain_to_string('www.Bücher。example')"), "www.xn--Bcher-kva.example");
        assert_eq!(value("punycode_domain_from_string('www.xn--bcher-kva.example')"), "www.bücher.example");
        assert_eq!(value("punycode_domain_from_string('')"), "");
    }
}
