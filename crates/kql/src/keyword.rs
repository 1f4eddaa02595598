//! Which words are names, and where.
//!
//! KQL has some three hundred keywords and lets most of the usual ones be names. The three groups below are those
//! of Microsoft's parser, and the engine refuses the same: `extend first = 1` needs `['first']`.

/// Where a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where a column, a parameter or a part of a pattern gets its name: `extend title = 1`.
    Column,
    /// Where a variable gets its name, or anything is referred to.
    Elsewhere,
}

/// Words that name a column only where it is made.
const COLUMN_ONLY: &[&str] = &[
    "accumulate",
    "as",
    "by",
    "contains",
    "datatable",
    "earliest",
    "externaldata",
    "find",
    "has",
    "in",
    "invoke",
    "latest",
    "materialize",
    "mdm",
    "of",
    "print",
    "sample",
    "search",
    "set",
    "sql",
    "title",
    "to",
    "toscalar",
    "totable",
    "verbose",
    "viewers",
    "where",
];

/// Words that refer to a column, but give none its name.
const REFERENCE_ONLY: &[&str] = &["kind", "with_source", "withsource"];

/// Words that are never names without brackets.
#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "__contextual_datatable", "__crossCluster", "__crossDB", "__executeAndCache", "__id", "__isFuzzy",
    "__noWithSource", "__packedColumn", "__sourceColumnIndex", "and", "anomalychart", "areachart", "asc",
    "bagexpansion", "barchart", "between", "bin_legacy", "boolean", "byte", "cachingpolicy", "callout", "cancel",
    "card", "char", "columnchart", "contains_cs", "containscs", "cycles", "dataexport", "datascope", "date",
    "datetime", "decimal", "decodeblocks", "desc", "double", "dynamic", "encodingpolicy", "endswith",
    "endswith_cs", "expandoutput", "extent_tags_retention", "external_data", "first", "flags", "float",
    "force_remote", "harddelete", "hardretention", "has_all", "has_any", "has_cs", "hasprefix", "hasprefix_cs",
    "hassuffix", "hassuffix_cs", "hotcache", "int", "int16", "int32", "int64", "int8", "in~", "isfuzzy",
    "journal", "ladderchart", "last", "like", "likecs", "linechart", "long", "matches", "missing",
    "nooptimization", "notcontains", "notcontainscs", "notlike", "notlikecs", "or", "others", "pathformat",
    "piechart", "pivotchart", "project", "queries", "query_results", "real", "relaxed", "restricted_view_access",
    "row_level_security", "rowstore", "rowstore_references", "rowstore_sealinfo", "rowstorepolicy", "rowstores",
    "scatterchart", "seal", "seals", "shards", "simple", "softdelete", "softretention", "stackedareachart",
    "startswith", "startswith_cs", "statistics", "storedqueryresultcontainers", "string", "tablepurge", "time",
    "timechart", "timeline", "timepivot", "timespan", "treemap", "uint", "uint16", "uint32", "uint64", "uint8",
    "ulong", "union", "uniqueid", "unrestrictedviewers", "views", "with_itemindex", "with_match_id",
    "with_step_name", "writeaheadlog",
];

/// Whether a word needs brackets to be a name at this place.
pub(crate) fn needs_brackets(word: &str, place: Place) -> bool {
    let listed = |words: &[&str]| words.binary_search(&word).is_ok();
    match place {
        Place::Column => listed(RESERVED) || listed(REFERENCE_ONLY),
        Place::Elsewhere => listed(RESERVED) || listed(COLUMN_ONLY),
    }
}

/// Whether a text has the form of a name, and so may do without brackets and quotes where it is no keyword.
pub(crate) fn has_plain_form(text: &str) -> bool {
    let rest = text.strip_prefix('$').unwrap_or(text);
    let first = rest.bytes().next();
    first.is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether an operator on values is written with this word; such words are never the start of an operand.
pub(crate) fn is_infix(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "or"
            | "asc"
            | "desc"
            | "between"
            | "in"
            | "in~"
            | "has"
            | "has_any"
            | "has_all"
            | "has_cs"
            | "hasprefix"
            | "hasprefix_cs"
            | "hassuffix"
            | "hassuffix_cs"
            | "contains"
            | "contains_cs"
            | "containscs"
            | "startswith"
            | "startswith_cs"
            | "endswith"
            | "endswith_cs"
            | "matches"
            | "like"
            | "likecs"
            | "notlike"
            | "notlikecs"
            | "notcontains"
            | "notcontainscs"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        for list in [COLUMN_ONLY, REFERENCE_ONLY, RESERVED] {
            assert!(list.is_sorted(), "binary search needs order: {list:?}");
        }
    }

    #[test]
    fn usual_column_names_are_free() {
        for word in ["type", "count", "from", "order", "id", "step", "Title", "max", "_x", "$left"] {
            assert!(has_plain_form(word), "{word}");
            assert!(!needs_brackets(word, Place::Column), "{word}");
            assert!(!needs_brackets(word, Place::Elsewhere), "{word}");
        }
        for text in ["", "a b", "1a", "é", "$", "a-b"] {
            assert!(!has_plain_form(text), "{text}");
        }
    }

    #[test]
    fn keywords_depend_on_the_place() {
        assert!(needs_brackets("first", Place::Column));
        assert!(needs_brackets("first", Place::Elsewhere));
        assert!(!needs_brackets("title", Place::Column));
        assert!(needs_brackets("title", Place::Elsewhere));
        assert!(needs_brackets("kind", Place::Column));
        assert!(!needs_brackets("kind", Place::Elsewhere));
    }
}
