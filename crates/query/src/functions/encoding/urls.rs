//! Percent-encoding.
//!
//! Source: <https://learn.microsoft.com/kusto/query/url-encode-function>

use weir_value::KustoType::String as Text;

use crate::functions::{Naming, by_kernel, exactly};
use crate::kernel;
use crate::kernel::{Str, write1};

const URL: &[crate::functions::Parameter] = &[exactly("url", Text)];

function!(pub(super) ENCODE = ["url_encode"], Naming::None, [by_kernel(URL, &FORM)]);
kernel!(
    /// A blank becomes a plus.
    FORM = "kql_url_encode" -> String, |a, n| write1::<Str>(a, n, |text, out| encode(text, "+", out))
);

function!(pub(super) ENCODE_COMPONENT = ["url_encode_component"], Naming::None, [by_kernel(URL, &COMPONENT)]);
kernel!(COMPONENT = "kql_url_encode_component" -> String, |a, n| {
    write1::<Str>(a, n, |text, out| encode(text, "%20", out))
});

fn encode(text: &str, blank: &str, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'!' | b'*' | b'(' | b')' => {
                out.push(byte.into());
            }
            b' ' => out.push_str(blank),
            _ => {
                out.push('%');
                out.push(DIGITS[usize::from(byte >> 4)].into());
                out.push(DIGITS[usize::from(byte & 15)].into());
            }
        }
    }
}

function!(
    pub(super) DECODE = ["url_decode"],
    Naming::None,
    [by_kernel(&[exactly("encoded url", Text)], &PLAIN)]
);
kernel!(
    /// What is no encoding stays as it is.
    PLAIN = "kql_url_decode" -> String, |a, n| write1::<Str>(a, n, |text, out| {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text.as_bytes();
        while let Some((byte, tail)) = rest.split_first() {
            let digit = |place: usize| tail.get(place).and_then(|digit| char::from(*digit).to_digit(16));
            match (byte, digit(0), digit(1)) {
                (b'%', Some(high), Some(low)) => {
                    bytes.push((high * 16 + low) as u8);
                    rest = tail.get(2..).unwrap_or_default();
                }
                (byte, ..) => {
                    bytes.push(if *byte == b'+' { b' ' } else { *byte });
                    rest = tail;
                }
            }
        }
        out.push_str(&String::from_utf8_lossy(&bytes));
    })
);

#[cfg(test)]
mod tests {
    use crate::testing::{refused, value};

    #[test]
    fn urls_go_there_and_back() {
        assert_eq!(value("url_encode('a b/ü?x=1')"), "a+b%2f%c3%bc%3fx%3d1");
        assert_eq!(value("url_encode_component('a b')"), "a%20b");
        assert_eq!(value("url_decode('a+b%2F%c3%bc')"), "a b/ü");
        assert_eq!(value("url_decode('100%')"), "100%");
        assert_eq!(value("url_decode('')"), "");
        assert!(refused("print url_encode(1)").contains("takes a string"));
    }
}
