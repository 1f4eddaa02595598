//! Statistics of a data file, by which readers leave files out.
//!
//! Source: <https://github.com/delta-io/delta/blob/master/PROTOCOL.md#Per-file-Statistics>

use parquet::basic::LogicalType;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::statistics::Statistics;
use serde_json::{Map, Value};
use weir_schema::{Source, Table, Unit};
use weir_value::{KustoType, datetime};

/// Text columns whose bounds are worth keeping beside all times and numbers.
const TEXT_COLUMNS: [&str; 13] = [
    "SrcIp",
    "DestIp",
    "Ip",
    "PublicIp",
    "MacAddress",
    "FlowType",
    "FlowDirection",
    "FlowStatus",
    "AclRule",
    "L7Protocol",
    "AzureResourceType",
    "Name",
    "Blob",
];

/// The columns of a table whose smallest and largest values are kept.
pub(crate) fn columns(table: &Table) -> Vec<&'static str> {
    let kept = |column: &&weir_schema::Column| match column.kind {
        KustoType::String => TEXT_COLUMNS.contains(&column.name),
        KustoType::Datetime => column.unit != Unit::Days,
        KustoType::Int | KustoType::Long => true,
        _ => column.source == Source::Derived,
    };
    table.columns.iter().chain(table.hidden).filter(kept).map(|column| column.name).collect()
}

/// The statistics of a file as the JSON text of its `Add` action, from what Parquet says of its row groups.
pub(crate) fn from_parquet(table: &Table, metadata: &ParquetMetaData) -> String {
    let columns = columns(table);
    let (mut min, mut max, mut nulls) = (Map::new(), Map::new(), Map::new());
    let schema = metadata.file_metadata().schema_descr();
    for (index, descriptor) in schema.columns().iter().enumerate() {
        let name = descriptor.name();
        if !columns.contains(&name) {
            continue;
        }
        let time = matches!(descriptor.logical_type_ref(), Some(LogicalType::Timestamp { .. }));
        let groups = metadata.row_groups().iter().map(|group| group.column(index).statistics());
        // One group without statistics leaves the file without.
        let Some(groups) = groups.collect::<Option<Vec<_>>>() else { continue };
        let bounds: Vec<_> = groups.iter().filter_map(|group| bounds(group)).collect();
        if let (Some(low), Some(high)) = (
            bounds.iter().map(|b| b.0.clone()).reduce(smaller),
            bounds.iter().map(|b| b.1.clone()).reduce(larger),
        ) {
            min.insert(name.to_owned(), low.into_json(time, false));
            max.insert(name.to_owned(), high.into_json(time, true));
        }
        let count: u64 = groups.iter().filter_map(|group| group.null_count_opt()).sum();
        nulls.insert(name.to_owned(), count.into());
    }
    let rows = metadata.file_metadata().num_rows();
    serde_json::json!({ "numRecords": rows, "minValues": min, "maxValues": max, "nullCount": nulls })
        .to_string()
}

#[derive(Debug, Clone, PartialEq, PartialOrd)]
enum Bound {
    Number(i64),
    Real(f64),
    Text(String),
}

fn smaller(a: Bound, b: Bound) -> Bound {
    if b < a { b } else { a }
}

fn larger(a: Bound, b: Bound) -> Bound {
    if b > a { b } else { a }
}

fn bounds(statistics: &Statistics) -> Option<(Bound, Bound)> {
    let number = |a: &i32, b: &i32| (Bound::Number(i64::from(*a)), Bound::Number(i64::from(*b)));
    match statistics {
        Statistics::Int32(s) => Some(number(s.min_opt()?, s.max_opt()?)),
        Statistics::Int64(s) => Some((Bound::Number(*s.min_opt()?), Bound::Number(*s.max_opt()?))),
        Statistics::Double(s) => Some((Bound::Real(*s.min_opt()?), Bound::Real(*s.max_opt()?))),
        Statistics::ByteArray(s) => {
            let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(|t| Bound::Text(t.to_owned()));
            Some((text(s.min_opt()?.data())?, text(s.max_opt()?.data())?))
        }
        _ => None,
    }
}

impl Bound {
    /// Delta keeps times in milliseconds. A largest time is rounded up, so that no reader leaves a file out that
    /// has the last microseconds of a millisecond.
    fn into_json(self, time: bool, upper: bool) -> Value {
        match self {
            Bound::Number(micros) if time => {
                let millis = if upper {
                    micros.div_euclid(1_000) + i64::from(micros.rem_euclid(1_000) > 0)
                } else {
                    micros.div_euclid(1_000)
                };
                let ticks = datetime::from_unix_micros(millis.saturating_mul(1_000)).unwrap_or(datetime::MAX);
                let text = datetime::format(ticks);
                // Seven digits of a fraction become three.
                format!("{}Z", &text[..text.len().saturating_sub(5)]).into()
            }
            Bound::Number(number) => number.into(),
            Bound::Real(real) => real.into(),
            Bound::Text(text) => text.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_widened_to_milliseconds() {
        let micros = 1_786_654_881_019_501;
        assert_eq!(Bound::Number(micros).into_json(true, false), "2026-08-13T21:01:21.019Z");
        assert_eq!(Bound::Number(micros).into_json(true, true), "2026-08-13T21:01:21.020Z");
        assert_eq!(Bound::Number(micros - 501).into_json(true, true), "2026-08-13T21:01:21.019Z");
    }

    #[test]
    fn addresses_and_times_have_bounds() {
        let columns = columns(weir_schema::table("NTANetAnalytics").unwrap());
        for name in ["SrcIp", "DestIp", "SrcIpNumber", "DestPort", "FlowStartTime", "TimeGenerated"] {
            assert!(columns.contains(&name), "{name}");
        }
        assert!(!columns.contains(&"Day") && !columns.contains(&"TenantId"));
    }
}
