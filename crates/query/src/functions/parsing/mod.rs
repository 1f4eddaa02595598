//! Strings taken apart: CSV, URLs, paths, command lines, versions, XML.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#string-functions>

mod command_line;
mod csv;
mod path;
mod url;
mod version;
mod xml;

use super::Function;

pub(crate) const FUNCTIONS: &[&Function] = &[
    &command_line::PARSE_COMMAND_LINE,
    &csv::PARSE_CSV,
    &path::PARSE_PATH,
    &url::PARSE_URL,
    &url::PARSE_URL_QUERY,
    &version::PARSE_VERSION,
    &xml::PARSE_XML,
];
