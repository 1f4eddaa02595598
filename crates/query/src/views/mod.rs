//! Tables that are made of other tables: one query each, the older generation over the newer one.
//!
//! To add one: its columns in `weir_schema`, its query here. A column that the query does not make is blank.

/// The queries by the names of their tables.
const VIEWS: [(&str, &str); 2] = [
    ("AzureNetworkAnalytics_CL", include_str!("AzureNetworkAnalytics_CL.kql")),
    ("AzureNetworkAnalyticsIPDetails_CL", include_str!("AzureNetworkAnalyticsIPDetails_CL.kql")),
];

/// The query whose rows a table has; nothing for a table that is stored.
pub fn view(table: &str) -> Option<&'static str> {
    VIEWS.iter().find(|(name, _)| *name == table).map(|(_, query)| *query)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use weir_schema::{TableKind, tables};

    use super::{VIEWS, view};
    use crate::testing::columns_over_empty_tables;

    #[test]
    fn every_view_has_its_query() {
        let views = tables::ALL.iter().filter(|table| table.kind == TableKind::View).map(|table| table.name);
        let views: BTreeSet<&str> = views.collect();
        assert_eq!(views, VIEWS.iter().map(|(name, _)| *name).collect());
    }

    #[test]
    fn a_query_makes_documented_columns_and_nearly_all_of_them() {
        for (name, query) in VIEWS {
            let table = weir_schema::table(name).unwrap();
            let made = columns_over_empty_tables(query);
            for (column, kind) in &made {
                let documented = table.column(column).unwrap_or_else(|| panic!("{name} has no {column}"));
                assert_eq!(documented.kind, *kind, "{name}.{column}");
            }
            let blank: Vec<&str> = table
                .columns
                .iter()
                .map(|column| column.name)
                .filter(|column| made.iter().all(|(made, _)| made != column))
                .collect();
            assert_eq!(blank, ["Computer", "_ResourceId"], "{name}");
        }
    }

    #[test]
    fn a_view_has_the_columns_of_its_table() {
        for (name, _) in VIEWS {
            assert!(view(name).is_some());
            let table = weir_schema::table(name).unwrap();
            let documented: Vec<_> = table.columns.iter().map(|c| (c.name.to_owned(), c.kind)).collect();
            assert_eq!(columns_over_empty_tables(name), documented);
        }
    }
}
