//! Base64 of text, of bytes in arrays, of guids.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use weir_value::KustoType::{Dynamic, Guid, String as Text};
use weir_value::dynamic::{Kind, Packer, View};
use weir_value::guid;

use crate::functions::{Naming, by_kernel, exactly};
use crate::kernel;
use crate::kernel::{Column, Dyn, Str, TextOut, pack1, write1};

/// The bytes of a base64 text; nothing where it is none.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.trim()).ok()
}

/// Appends the base64 of bytes.
pub(super) fn encode(bytes: &[u8], out: &mut String) {
    STANDARD.encode_string(bytes, out);
}

const TEXT: &[crate::functions::Parameter] = &[exactly("base64 string", Text)];

function!(
    pub(super) ENCODE_TO_STRING = ["base64_encode_tostring", "base64_encodestring"],
    Naming::None,
    [by_kernel(&[exactly("string", Text)], &ENCODED)]
);
kernel!(ENCODED = "kql_base64_encode" -> String, |a, n| {
    write1::<Str>(a, n, |text, out| encode(text.as_bytes(), out))
});

function!(
    pub(super) DECODE_TO_STRING = ["base64_decode_tostring", "base64_decodestring"],
    Naming::None,
    [by_kernel(TEXT, &DECODED)]
);
kernel!(
    /// Blank where the text is no base64, or what it stands for no UTF-8.
    DECODED = "kql_base64_decode" -> String, |a, n| write1::<Str>(a, n, |text, out| {
        out.push_str(&decode(text).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default());
    })
);

function!(pub(super) DECODE_TO_ARRAY = ["base64_decode_toarray"], Naming::None, [by_kernel(TEXT, &BYTES)]);
kernel!(BYTES = "kql_base64_decode_toarray" -> Dynamic, |a, n| pack1::<Str>(a, n, |text, bytes| {
    if let Some(decoded) = decode(text) {
        Packer::new(bytes).array(|array| {
            for byte in decoded {
                array.item(|packer| packer.long(byte.into()));
            }
        });
    }
}));

function!(
    pub(super) ENCODE_FROM_ARRAY = ["base64_encode_fromarray"],
    Naming::None,
    [by_kernel(&[exactly("array", Dynamic)], &OF_BYTES)]
);
kernel!(
    /// Blank where an element is no byte.
    OF_BYTES = "kql_base64_encode_fromarray" -> String, |a, n| write1::<Dyn>(a, n, |array, out| {
        let byte = |item: View<'_>| item.as_long().and_then(|value| u8::try_from(value).ok());
        let bytes: Option<Vec<u8>> = array.items().map(byte).collect();
        if let (Some(bytes), Kind::Array) = (bytes, array.kind()) {
            encode(&bytes, out);
        }
    })
);

function!(pub(super) DECODE_TO_GUID = ["base64_decode_toguid"], Naming::None, [by_kernel(TEXT, &GUID)]);
kernel!(GUID = "kql_base64_decode_toguid" -> Guid, |a, n| {
    let texts = Column::<Str>::of(&a[0])?;
    let mut out = TextOut::new(n);
    for row in crate::limits::rows(n) {
        let bytes: Option<[u8; 16]> = texts.get(row).and_then(decode).and_then(|bytes| bytes.try_into().ok());
        match bytes {
            Some(bytes) => out.write(|text| {
                let hex: String = shuffled(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
                text.push_str(&guid::parse(&hex).unwrap_or_default());
            }),
            None => out.push_null(),
        }
    }
    Ok(out.finish())
});

function!(
    pub(super) ENCODE_FROM_GUID = ["base64_encode_fromguid"],
    Naming::None,
    [by_kernel(&[exactly("guid", Guid)], &OF_GUID)]
);
kernel!(OF_GUID = "kql_base64_encode_fromguid" -> String, |a, n| write1::<Str>(a, n, |text, out| {
    let digits: Vec<u8> =
        text.chars().filter_map(|c| c.to_digit(16)).filter_map(|digit| u8::try_from(digit).ok()).collect();
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    if let Ok(bytes) = <[u8; 16]>::try_from(bytes) {
        encode(&shuffled(bytes), out);
    }
}));

/// The bytes of a guid as they are stored, from those as they are written, or the other way: the first three groups
/// are little-endian numbers.
fn shuffled(mut bytes: [u8; 16]) -> [u8; 16] {
    bytes[0..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes
}

#[cfg(test)]
mod tests {
    use crate::testing::{kind, refused, value};

    #[test]
    fn text_goes_there_and_back() {
        assert_eq!(value("base64_encode_tostring('flöw')"), "ZmzDtnc=");
        assert_eq!(value("base64_decode_tostring('ZmzDtnc=')"), "flöw");
        assert_eq!(value("base64_encode_tostring('')"), "");
        assert_eq!(value("base64_decode_tostring('no base64!')"), "");
        assert_eq!(value("base64_decode_tostring('/w==')"), "");
        assert!(refused("print base64_encode_tostring(1)").contains("takes a string"));
    }

    #[test]
    fn bytes_are_an_array() {
        assert_eq!(value("base64_decode_toarray('AAH/')"), "[0,1,255]");
        assert_eq!(value("base64_encode_fromarray(dynamic([0, 1, 255]))"), "AAH/");
        assert_eq!(value("base64_encode_fromarray(dynamic([256]))"), "");
        assert_eq!(value("base64_decode_toarray('?')"), "null");
    }

    #[test]
    fn guids_have_little_endian_groups() {
        let guid = "01020304-0506-0708-090a-0b0c0d0e0f10";
        assert_eq!(value(&format!("base64_encode_fromguid(toguid('{guid}'))")), "BAMCAQYFCAcJCgsMDQ4PEA==");
        assert_eq!(value("base64_decode_toguid('BAMCAQYFCAcJCgsMDQ4PEA==')"), guid);
        assert_eq!(value("base64_decode_toguid('AAH/')"), "null");
        assert_eq!(kind("base64_decode_toguid('x')"), "guid");
    }
}
