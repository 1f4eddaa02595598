//! Gzip and zlib, in base64.
//!
//! Source: <https://learn.microsoft.com/kusto/query/gzip-base64-compress>

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use weir_value::KustoType::String as Text;

use super::base64::{decode, encode};
use crate::functions::{Naming, by_kernel, exactly};
use crate::kernel;
use crate::kernel::{Budget, Column, Str, TextOut, write1};

/// Bytes that a compressed text may have in full.
const TEXT_BYTES_MAX: usize = 64 << 20;
/// How hard the compressor tries.
const LEVEL: u8 = 6;
/// What every gzip member begins with: deflate, no name, no time, of an unknown system.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

const TEXT: &[crate::functions::Parameter] = &[exactly("string", Text)];

function!(
    pub(super) GZIP_COMPRESS = ["gzip_compress_to_base64_string"],
    Naming::None,
    [by_kernel(TEXT, &GZIPPED)]
);
kernel!(GZIPPED = "kql_gzip_compress" -> String, |a, n| write1::<Str>(a, n, |text, out| {
    let mut bytes = GZIP_HEADER.to_vec();
    bytes.extend(deflate(text.as_bytes()));
    bytes.extend(crc32fast::hash(text.as_bytes()).to_le_bytes());
    // The size counts modulo 2^32.
    bytes.extend((text.len() as u32).to_le_bytes());
    encode(&bytes, out);
}));

function!(
    pub(super) GZIP_DECOMPRESS = ["gzip_decompress_from_base64_string"],
    Naming::None,
    [by_kernel(TEXT, &GUNZIPPED)]
);
kernel!(
    /// Blank where the text is no gzip in base64.
    GUNZIPPED = "kql_gzip_decompress" -> String, |a, n| decompress(a, n, gunzip)
);

function!(
    pub(super) ZLIB_COMPRESS = ["zlib_compress_to_base64_string"],
    Naming::None,
    [by_kernel(TEXT, &DEFLATED)]
);
kernel!(DEFLATED = "kql_zlib_compress" -> String, |a, n| write1::<Str>(a, n, |text, out| {
    let mut bytes = vec![0x78, 0x01];
    bytes.extend(deflate(text.as_bytes()));
    bytes.extend(adler32(text.as_bytes()).to_be_bytes());
    encode(&bytes, out);
}));

function!(
    pub(super) ZLIB_DECOMPRESS = ["zlib_decompress_from_base64_string"],
    Naming::None,
    [by_kernel(TEXT, &INFLATED)]
);
kernel!(
    /// Blank where the text is no zlib in base64.
    INFLATED = "kql_zlib_decompress" -> String, |a, n| decompress(a, n, inflate)
);

/// Compressed bytes; as they are, in one stored block, where compressing them gains nothing.
fn deflate(bytes: &[u8]) -> Vec<u8> {
    let compressed = compress_to_vec(bytes, LEVEL);
    match u16::try_from(bytes.len()) {
        Ok(length) if length > 0 && compressed.len() >= bytes.len() => {
            let mut stored = vec![1];
            stored.extend(length.to_le_bytes());
            stored.extend((!length).to_le_bytes());
            stored.extend_from_slice(bytes);
            stored
        }
        _ => compressed,
    }
}

/// One text a row; blank where what is decoded cannot be read.
fn decompress(a: &[ColumnarValue], rows: usize, read: fn(&[u8]) -> Option<String>) -> Result<ArrayRef> {
    let texts = Column::<Str>::of(&a[0])?;
    let mut out = TextOut::new(rows);
    let mut budget = Budget::default();
    for row in crate::limits::rows(rows) {
        let text = texts.get(row).and_then(decode).and_then(|bytes| read(&bytes)).unwrap_or_default();
        budget.spend(text.len())?;
        out.push(&text);
    }
    Ok(out.finish())
}

fn gunzip(bytes: &[u8]) -> Option<String> {
    let (header, mut rest) = bytes.split_first_chunk::<10>()?;
    let [0x1f, 0x8b, 8, flags, ..] = *header else { return None };
    if flags & 4 != 0 {
        let (length, tail) = rest.split_first_chunk::<2>()?;
        rest = tail.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    // A name and a comment, each up to a zero.
    for flag in [8, 16] {
        if flags & flag != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & 2 != 0 {
        rest = rest.get(2..)?;
    }
    let (body, trailer) = rest.split_last_chunk::<8>()?;
    let text = decompress_to_vec_with_limit(body, TEXT_BYTES_MAX).ok()?;
    let checksum = crc32fast::hash(&text).to_le_bytes();
    (trailer.get(..4)? == checksum).then(|| String::from_utf8(text).ok())?
}

fn inflate(bytes: &[u8]) -> Option<String> {
    let (header, rest) = bytes.split_first_chunk::<2>()?;
    let valid = header[0] & 15 == 8 && u16::from_be_bytes(*header).is_multiple_of(31) && header[1] & 32 == 0;
    let (body, checksum) = rest.split_last_chunk::<4>()?;
    let text = decompress_to_vec_with_limit(body, TEXT_BYTES_MAX).ok()?;
    (valid && adler32(&text).to_be_bytes() == *checksum).then(|| String::from_utf8(text).ok())?
}

fn adler32(bytes: &[u8]) -> u32 {
    const BASE: u32 = 65_521;
    let (mut low, mut high) = (1_u32, 0_u32);
    // So many bytes that the sums cannot overflow.
    for chunk in bytes.chunks(5_552) {
        for byte in chunk {
            low += u32::from(*byte);
            high += low;
        }
        low %= BASE;
        high %= BASE;
    }
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use crate::testing::{rows, value};

    #[test]
    fn what_was_compressed_comes_back() {
        for kind in ["gzip", "zlib"] {
            for text in ["'flow'", "''", "strrep('10.0.0.1 ', 1000)"] {
                let there = format!("{kind}_compress_to_base64_string({text})");
                assert_eq!(
                    value(&format!("{kind}_decompress_from_base64_string({there}) == {text}")),
                    "True",
                    "{there}"
                );
            }
            assert_eq!(
                value(&format!("strlen({kind}_compress_to_base64_string(strrep('ab', 1000))) < 60")),
                "True"
            );
        }
    }

    #[test]
    fn what_others_compressed_is_read() {
        assert_eq!(value("zlib_decompress_from_base64_string('eJxLy8kvBwAENQG5')"), "flow");
        assert_eq!(value("gzip_decompress_from_base64_string('H4sIAAAAAAACA0vLyS8HAHDWwFIEAAAA')"), "flow");
        // Another checksum.
        assert_eq!(value("gzip_decompress_from_base64_string('H4sIAAAAAAACA0vLyS8HAHDWwFMEAAAA')"), "");
    }

    #[test]
    fn anything_else_is_blank() {
        assert_eq!(
            rows("datatable(s:string)['', 'x', 'AAAA'] | project gzip_decompress_from_base64_string(s)"),
            "\n\n"
        );
        assert_eq!(value("zlib_decompress_from_base64_string('H4sIAAAA')"), "");
    }
}
