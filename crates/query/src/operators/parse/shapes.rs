//! What text of a type looks like to `parse`, where nothing else says where it ends.

use weir_value::KustoType;

const WHOLE: &str = r"\s*[-+]?\d+";
const GUID: &str = r"\s*(?:\{[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\}|[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12})";

/// The text of a type before a star, in a pattern of literals; nothing where it is not known.
pub(super) fn before_star(kind: KustoType) -> Option<&'static str> {
    match kind {
        KustoType::Int | KustoType::Long => Some(WHOLE),
        KustoType::Real | KustoType::Decimal => Some(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)"),
        KustoType::Bool => Some(r"\s*(?:[tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[-+]?\d+)"),
        KustoType::Guid => Some(GUID),
        KustoType::String | KustoType::Dynamic | KustoType::Datetime | KustoType::Timespan => None,
    }
}

/// The text of a type anywhere in a pattern of regular expressions.
pub(super) fn in_regex(kind: KustoType) -> &'static str {
    match kind {
        KustoType::Int | KustoType::Long => WHOLE,
        KustoType::Real | KustoType::Decimal => r"\s*[-+]?\d+(?:\.\d+)?",
        KustoType::Bool => r"\s*(?i:true|false)",
        KustoType::Guid => GUID,
        KustoType::Datetime => {
            r"\s*(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{1,4})(?:[Tt ]\s*\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d*)?)?)?(?:[Zz]|[-+]\d{1,2}(?::\d{1,2})?)?"
        }
        KustoType::Timespan => {
            r"\s*-?(?:\d+\.\d{1,2}:\d{1,2}:\d{1,2}|\d{1,2}:\d{1,2}(?::\d{1,2})?)(?:\.\d*)?"
        }
        KustoType::String | KustoType::Dynamic => ".*",
    }
}
