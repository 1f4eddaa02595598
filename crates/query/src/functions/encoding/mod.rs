//! Strings in other clothes: base64, compressed, percent-encoded, Punycode.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#string-functions>

mod base64;
mod compression;
mod punycode;
mod urls;

use super::Function;

pub(crate) const FUNCTIONS: &[&Function] = &[
    &base64::DECODE_TO_ARRAY,
    &base64::DECODE_TO_GUID,
    &base64::DECODE_TO_STRING,
    &base64::ENCODE_FROM_ARRAY,
    &base64::ENCODE_FROM_GUID,
    &base64::ENCODE_TO_STRING,
    &compression::GZIP_COMPRESS,
    &compression::GZIP_DECOMPRESS,
    &compression::ZLIB_COMPRESS,
    &compression::ZLIB_DECOMPRESS,
    &punycode::DOMAIN_FROM_STRING,
    &punycode::DOMAIN_TO_STRING,
    &punycode::FROM_STRING,
    &punycode::TO_STRING,
    &urls::DECODE,
    &urls::ENCODE,
    &urls::ENCODE_COMPONENT,
];
