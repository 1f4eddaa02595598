//! What the language has, beyond what is there yet: so that it can be refused by its name.

/// Documented functions that are not there yet, in the order of the alphabet.
const FUNCTIONS: &[&str] = &[
    "current_cluster_endpoint",
    "current_cursor",
    "current_node_id",
    "current_principal",
    "current_principal_details",
    "current_principal_is_member_of",
    "cursor_after",
    "cursor_before_or_at",
    "cursor_current",
    "extent_id",
    "extent_tags",
    "extentid",
    "geo_closest_point_on_polygon",
    "geo_from_wkt",
    "geo_info_from_ip_address",
    "geo_intersection_2lines",
    "geo_intersection_2polygons",
    "geo_intersection_line_with_polygon",
    "geo_intersects_2lines",
    "geo_intersects_2polygons",
    "geo_intersects_line_with_polygon",
    "geo_line_buffer",
    "geo_line_densify",
    "geo_line_locate_point",
    "geo_line_simplify",
    "geo_line_to_s2cells",
    "geo_point_buffer",
    "geo_polygon_area",
    "geo_polygon_buffer",
    "geo_polygon_centroid",
    "geo_polygon_densify",
    "geo_polygon_perimeter",
    "geo_polygon_simplify",
    "geo_polygon_to_h3cells",
    "geo_polygon_to_s2cells",
    "geo_simplify_polygons_array",
    "geo_union_lines_array",
    "geo_union_polygons_array",
    "hll_isvalid",
    "inner_nodes",
    "node_degree_in",
    "node_degree_out",
    "node_id",
    "parse_user_agent",
    "passthrough",
    "row_id",
    "row_rank",
    "rowstore_ordinal_range",
    "series_decompose",
    "series_decompose_anomalies",
    "series_fft",
    "series_fit_2lines",
    "series_fit_2lines_dynamic",
    "series_fit_line",
    "series_fit_poly",
    "series_ifft",
    "series_monthly_decompose_anomalies",
    "series_outliers",
    "series_periods_detect",
    "series_periods_validate",
    "series_stats",
    "tdigest_isvalid",
];

/// The words that begin an operator.
const OPERATORS: [&str; 48] = [
    "as",
    "assert-schema",
    "consume",
    "count",
    "distinct",
    "evaluate",
    "extend",
    "facet",
    "filter",
    "find",
    "fork",
    "getschema",
    "invoke",
    "join",
    "limit",
    "lookup",
    "make-series",
    "mv-apply",
    "mv-expand",
    "mvexpand",
    "order",
    "parse",
    "parse-kv",
    "parse-where",
    "partition",
    "print",
    "project",
    "project-away",
    "project-by-names",
    "project-keep",
    "project-rename",
    "project-reorder",
    "range",
    "reduce",
    "render",
    "sample",
    "sample-distinct",
    "scan",
    "search",
    "serialize",
    "sort",
    "summarize",
    "take",
    "top",
    "top-hitters",
    "top-nested",
    "union",
    "where",
];

/// Operators that are read and refused.
#[cfg(test)]
pub(crate) const REFUSED_OPERATORS: [&str; 7] = [
    "graph-mark-components",
    "graph-match",
    "graph-shortest-paths",
    "graph-to-table",
    "graph-where-edges",
    "graph-where-nodes",
    "make-graph",
];

/// The words that begin an operator that runs.
#[cfg(test)]
pub(crate) fn operators() -> impl Iterator<Item = &'static str> {
    OPERATORS.into_iter().filter(|name| !REFUSED_OPERATORS.contains(name))
}

/// The functions that are refused by their names.
#[cfg(test)]
pub(crate) fn functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().copied()
}

/// Whether a word begins an operator.
pub(crate) fn is_operator(word: &str) -> bool {
    OPERATORS.contains(&word)
}

/// Whether the language has a function of this name.
pub(crate) fn is_function(name: &str) -> bool {
    FUNCTIONS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::refused;

    #[test]
    fn refused_operators_are_refused_by_name() {
        for name in REFUSED_OPERATORS {
            let told = refused(&format!("print a = 1 | {name} a --> b with b on c"));
            assert!(told.contains("not supported yet") && told.contains(name), "{name}: {told}");
        }
    }

    #[test]
    fn what_is_not_there_yet_is_refused_by_name() {
        assert!(FUNCTIONS.is_sorted());
        assert_eq!(
            refused("print geo_polygon_area(dynamic({}))"),
            "not supported yet: the function 'geo_polygon_area'"
        );
        assert!(refused("print geo_polygon_aria(dynamic({}))").contains("KS211"));
    }
}
