use std::collections::HashSet;

use weir_schema::{Column, Source, Table, TableKind, Unit, table, tables};
use weir_value::KustoType;

fn get(name: &str) -> &'static Table {
    table(name).unwrap_or_else(|| panic!("no table {name}"))
}

fn kind(table: &str, column: &str) -> &'static str {
    get(table).column(column).unwrap_or_else(|| panic!("no column {table}.{column}")).kind.name()
}

fn all_columns() -> impl Iterator<Item = (&'static str, &'static Column)> {
    tables::ALL
        .iter()
        .flat_map(|table| table.columns.iter().chain(table.hidden).map(|column| (table.name, column)))
}

#[test]
fn tables_have_the_documented_number_of_columns() {
    assert_eq!(get("NTANetAnalytics").columns.len(), 93);
    assert_eq!(get("NTAIpDetails").columns.len(), 19);
    assert_eq!(get("NTATopologyDetails").columns.len(), 119);
    assert_eq!(get("NTAInsights").columns.len(), 25);
    assert_eq!(get("NTARuleRecommendation").columns.len(), 30);

    let legacy = get("AzureNetworkAnalytics_CL");
    let flow_rows = legacy.columns.iter().position(|column| column.name == "ResourceType");
    assert_eq!(flow_rows, Some(64));
}

#[test]
fn the_documented_tables_are_in_the_order_of_their_documentation() {
    for name in ["NTANetAnalytics", "NTAIpDetails", "NTATopologyDetails"] {
        let names: Vec<_> = get(name)
            .columns
            .iter()
            .map(|column| column.name.trim_start_matches('_').to_lowercase())
            .collect();
        assert!(names.is_sorted(), "{name}");
    }
    let legacy = get("AzureNetworkAnalytics_CL").columns;
    assert_eq!(legacy[0].name, "SubType_s");
    assert_eq!(legacy[11].name, "DestPort_d");
    assert_eq!(legacy[63].name, "IsFlowCapturedAtUDRHop_b");
}

#[test]
fn types_are_the_documented_ones() {
    for (table, column, expected) in [
        ("NTANetAnalytics", "AclGroup", "string"),
        ("NTANetAnalytics", "_BilledSize", "real"),
        ("NTANetAnalytics", "_IsBillable", "string"),
        ("NTANetAnalytics", "BytesSrcToDest", "long"),
        ("NTANetAnalytics", "DestPort", "int"),
        ("NTANetAnalytics", "FlowStartTime", "datetime"),
        ("NTANetAnalytics", "IsFlowCapturedAtUdrHop", "bool"),
        ("NTANetAnalytics", "SrcSubscription", "string"),
        ("NTANetAnalytics", "TenantId", "string"),
        ("NTAIpDetails", "Port", "int"),
        ("NTATopologyDetails", "AzureAsn", "long"),
        ("NTATopologyDetails", "IsFlowEnabled", "bool"),
        ("NTATopologyDetails", "LocalPreference", "string"),
        ("NTATopologyDetails", "VlanId", "int"),
        ("NTAInsights", "SeriesNumber", "real"),
        ("NTAInsights", "TrafficTime", "datetime"),
        ("NTARuleRecommendation", "TotalFlowCount", "int"),
        ("NTARuleRecommendation", "AdditionalProperties", "string"),
        ("AzureNetworkAnalytics_CL", "Subscription_g", "string"),
        ("AzureNetworkAnalytics_CL", "ResourceType", "string"),
        ("AzureNetworkAnalyticsIPDetails_CL", "Port", "int"),
        ("AzureNetworkAnalyticsIPDetails_CL", "Port_d", "real"),
        ("AzureNetworkAnalyticsIPDetails_CL", "IP_s", "string"),
    ] {
        assert_eq!(kind(table, column), expected, "{table}.{column}");
    }
}

#[test]
fn a_suffix_of_the_older_generation_tells_the_type() {
    for table in ["AzureNetworkAnalytics_CL", "AzureNetworkAnalyticsIPDetails_CL"].map(get) {
        for column in table.columns {
            let expected = match column.name.rsplit_once('_') {
                // Text in spite of its name: published queries compare it with text.
                Some((_, "s" | "g")) => KustoType::String,
                Some((_, "d")) => KustoType::Real,
                Some((_, "t")) => KustoType::Datetime,
                Some((_, "b")) => KustoType::Bool,
                _ => continue,
            };
            assert_eq!(column.kind, expected, "{}.{}", table.name, column.name);
        }
    }
}

#[test]
fn the_documented_query_for_blob_paths_finds_its_columns() {
    let legacy = get("AzureNetworkAnalytics_CL");
    for name in [
        "SubType_s",
        "ResourceType",
        "DiscoveryRegion_s",
        "Region_s",
        "IsFlowEnabled_b",
        "TimeProcessed_t",
        "Subscription_g",
        "Name_s",
        "FlowLogStorageAccount_s",
        "FlowEndTime_t",
        "NSGList_s",
        "FlowIntervalStartTime_t",
        "MACAddress_s",
        "FlowStartTime_t",
        "FlowType_s",
        "Subnet_s",
    ] {
        assert!(legacy.column(name).is_some(), "{name}");
    }
}

#[test]
fn every_table_carries_the_columns_of_the_system() {
    for table in tables::ALL.iter().filter(|table| table.kind != TableKind::Ledger) {
        for name in ["TimeGenerated", "TenantId", "Type", "SourceSystem", "_BilledSize", "_IsBillable"] {
            assert!(table.column(name).is_some(), "{}.{name}", table.name);
        }
    }
}

#[test]
fn names_are_unique() {
    let mut seen = HashSet::new();
    for (table, column) in all_columns() {
        assert!(seen.insert((table, column.name)), "{table}.{} twice", column.name);
    }
    let tables: HashSet<_> = tables::ALL.iter().map(|table| table.name).collect();
    assert_eq!(tables.len(), tables::ALL.len());
}

#[test]
fn every_text_is_a_sentence() {
    for (table, column) in all_columns() {
        let doc = column.doc;
        assert!(doc.ends_with('.') && doc.len() > 1, "{table}.{}: {doc:?}", column.name);
        assert!(!doc.contains("  ") && !doc.contains('\n'), "{table}.{}: {doc:?}", column.name);
    }
    for table in tables::ALL {
        assert!(table.doc.ends_with('.') && !table.doc.contains("  "), "{}: {:?}", table.name, table.doc);
    }
}

#[test]
fn counters_have_units() {
    for (table, column) in all_columns() {
        let name = column.name;
        let expected = match () {
            () if name.starts_with("Bytes") || name.contains("Bytes_") || name == "_BilledSize" => {
                Unit::Bytes
            }
            () if name.starts_with("Packets") || name.contains("Packets_") => Unit::Packets,
            () if name.ends_with("Flows") || name.ends_with("Flows_d") => Unit::Flows,
            () => continue,
        };
        assert_eq!(column.unit, expected, "{table}.{name}");
    }
}

#[test]
fn stored_tables_end_in_the_partition_column() {
    for table in tables::ALL {
        match table.kind {
            TableKind::View => assert!(table.hidden.is_empty(), "{}", table.name),
            TableKind::Stored | TableKind::Ledger => {
                let schema = table.stored_schema();
                let day = schema.fields().last().expect("a table has columns");
                assert_eq!(day.name(), "Day", "{}", table.name);
                assert_eq!(day.data_type().to_string(), "Date32", "{}", table.name);
                assert_eq!(schema.fields().len(), table.columns.len() + table.hidden.len());
            }
        }
    }
}

#[test]
fn addresses_have_hidden_twins_in_numbers() {
    let flows = get("NTANetAnalytics");
    for name in ["SrcIpNumber", "DestIpNumber"] {
        assert!(flows.column(name).is_none(), "{name} is not documented");
        let hidden = flows.hidden.iter().find(|column| column.name == name).expect("the twin is stored");
        assert_eq!((hidden.kind, hidden.source), (KustoType::Long, Source::Derived));
    }
}
