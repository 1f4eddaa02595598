//! Rows of `NTATopologyDetails` from what an inventory tells.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch};
use arrow_schema::{Field, Schema};
use weir_schema::Table;
use weir_topology::details::{Detail, Value};
use weir_value::KustoType;

use super::columns::{batch, constant, times, words};
use super::numbered::Numbered;
use crate::Error;
use crate::writer::named;

/// Layout of the rows; Microsoft does not say how it counts.
const SCHEMA_VERSION: &str = "1";

/// The rows of one snapshot, without the time of a run: they are the same for every run that it holds for.
#[derive(Debug)]
pub struct TopologyRows {
    table: &'static Table,
    batch: RecordBatch,
}

impl TopologyRows {
    /// The rows of a snapshot. `version` is its name.
    pub fn new(details: &[Detail], workspace_id: &str, version: &str) -> Result<Self, Error> {
        let table = named("NTATopologyDetails")?;
        let filled = Filled::new(details);
        let sizes = details.iter().map(|row| billed_bytes(row, workspace_id, version) as f64);
        let column = |name: &str| {
            let is_status = |row: &Detail| row.kind.is_empty();
            Some(match name {
                "SubType" => text(details, |row| if is_status(row) { "StatusMessage" } else { "Topology" }),
                "ComponentType" => text(details, |row| if is_status(row) { "Topology" } else { "" }),
                "Status" => text(details, |row| if is_status(row) { "Completed" } else { "" }),
                "AzureResourceType" => text(details, |row| row.kind),
                "Name" => text(details, |row| &row.name),
                "Subscription" => text(details, |row| &row.subscription),
                "SubscriptionName" => text(details, |row| &row.subscription_name),
                "Region" => text(details, |row| if is_status(row) { "" } else { &row.region }),
                "DiscoveryRegion" => text(details, |row| &row.region),
                "SchemaVersion" => constant(SCHEMA_VERSION, details.len()),
                "TopologyVersion" => constant(version, details.len()),
                "TenantId" => constant(workspace_id, details.len()),
                "Type" => constant(table.name, details.len()),
                "_IsBillable" => constant("false", details.len()),
                "_BilledSize" => Arc::new(Float64Array::from_iter_values(sizes.clone())),
                other => return filled.column(other, table.column(other)?.kind, details.len()),
            })
        };
        Ok(TopologyRows { table, batch: batch(table, column)? })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The table that they are of.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// The rows of a run, at a time in microseconds since the Unix epoch.
    pub fn at(&self, micros: i64) -> Result<RecordBatch, Error> {
        let time: ArrayRef = times(std::iter::repeat_n(micros, self.len()));
        let (mut fields, mut columns) =
            (self.batch.schema().fields().to_vec(), self.batch.columns().to_vec());
        for name in ["TimeGenerated", "TimeProcessed"] {
            fields.push(Arc::new(Field::new(name, time.data_type().clone(), true)));
            columns.push(Arc::clone(&time));
        }
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
            .map_err(|source| Error::BadRows { table: self.table.name.to_owned(), source })
    }
}

/// Bytes of a row's values: text by its length, numbers and times by eight, as rows of flows are counted.
fn billed_bytes(row: &Detail, workspace_id: &str, version: &str) -> usize {
    let values = row.values.iter().map(|(_, value)| match value {
        Value::Text(text) => text.len(),
        Value::Truth(_) => 1,
        Value::Number(_) => 8,
    });
    let own = row.kind.len() + row.name.len() + row.subscription.len() + row.subscription_name.len();
    own + 2 * row.region.len() + values.sum::<usize>() + workspace_id.len() + version.len() + 2 * 8
}

/// A column that every row has.
fn text<'a>(details: &'a [Detail], value: impl Fn(&'a Detail) -> &'a str) -> ArrayRef {
    Numbered::new(details.iter().map(value), |word| word).column(|word| word)
}

/// The columns that some rows fill: which row, with what.
struct Filled<'a> {
    columns: HashMap<&'static str, Vec<(usize, &'a Value)>>,
}

impl<'a> Filled<'a> {
    fn new(details: &'a [Detail]) -> Self {
        let mut columns: HashMap<&'static str, Vec<(usize, &Value)>> = HashMap::new();
        for (number, row) in details.iter().enumerate() {
            for (name, value) in &row.values {
                columns.entry(name).or_default().push((number, value));
            }
        }
        Filled { columns }
    }

    /// A column; nothing when no row fills it.
    fn column(&self, name: &str, kind: KustoType, rows: usize) -> Option<ArrayRef> {
        let filled = self.columns.get(name)?;
        let number = |value: &Value| match value {
            Value::Number(number) => Some(*number),
            _ => None,
        };
        Some(match kind {
            KustoType::Bool => {
                let mut all = vec![false; rows];
                filled.iter().for_each(|(row, value)| all[*row] = **value == Value::Truth(true));
                Arc::new(BooleanArray::from(all))
            }
            KustoType::Int => {
                let mut all = vec![None; rows];
                for (row, value) in filled {
                    all[*row] = number(value).and_then(|number| i32::try_from(number).ok());
                }
                Arc::new(Int32Array::from(all))
            }
            KustoType::Long => {
                let mut all = vec![None; rows];
                filled.iter().for_each(|(row, value)| all[*row] = number(value));
                Arc::new(Int64Array::from(all))
            }
            _ => {
                let texts = filled.iter().filter_map(|(row, value)| match value {
                    Value::Text(text) => Some((*row, text.as_str())),
                    _ => None,
                });
                let all = Numbered::new(texts.clone().map(|(_, text)| text), |word| word);
                // A column is blank in most rows.
                let mut numbers = vec![0; rows];
                for ((row, _), number) in texts.zip(all.numbers()) {
                    numbers[row] = number + 1;
                }
                words(numbers, std::iter::once("").chain(all.values().iter().copied()))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Int32Type, TimestampMicrosecondType};
    use arrow_array::{Array, StringArray};

    use super::*;

    fn detail(kind: &'static str, name: &str, values: Vec<(&'static str, Value)>) -> Detail {
        let text = |word: &str| word.to_owned();
        let (subscription, region) = (text("s"), text("eastus"));
        Detail { kind, name: text(name), subscription, subscription_name: String::new(), region, values }
    }

    fn word(batch: &RecordBatch, column: &str, row: usize) -> String {
        let array = batch.column_by_name(column).unwrap().as_dictionary::<Int32Type>();
        let words: &StringArray = array.values().as_string();
        words.value(array.keys().value(row) as usize).to_owned()
    }

    #[test]
    fn each_value_is_in_its_column() {
        let rows = [
            detail("", "", Vec::new()),
            detail("NetworkSecurityGroupRule", "g/nsg/r", vec![("Priority", Value::Number(100))]),
            detail(
                "NetworkInterface",
                "g/n",
                vec![
                    ("EnableIpForwarding", Value::Truth(true)),
                    ("MacAddress", Value::Text("00-0D-3A-70-33-10".to_owned())),
                ],
            ),
        ];
        let rows = TopologyRows::new(&rows, "workspace", "version").unwrap();
        let batch = rows.at(1_000_000).unwrap();
        assert_eq!(word(&batch, "SubType", 0), "StatusMessage");
        assert_eq!(word(&batch, "Status", 0), "Completed");
        assert_eq!(
            (word(&batch, "Region", 0), word(&batch, "DiscoveryRegion", 0)),
            (String::new(), "eastus".into())
        );
        assert_eq!(word(&batch, "MacAddress", 2), "00-0D-3A-70-33-10");
        assert_eq!(word(&batch, "MacAddress", 1), "");
        let priority = batch.column_by_name("Priority").unwrap().as_primitive::<Int32Type>();
        assert_eq!((priority.is_null(0), priority.value(1)), (true, 100));
        assert!(batch.column_by_name("EnableIpForwarding").unwrap().as_boolean().value(2));
        let time = batch.column_by_name("TimeProcessed").unwrap();
        assert_eq!(time.as_primitive::<TimestampMicrosecondType>().value(2), 1_000_000);
        assert_eq!(word(&batch, "TopologyVersion", 1), "version");
    }

    /// A column that a row fills and the table has not would be lost without a word.
    #[test]
    fn rows_fill_columns_of_the_table_with_values_of_their_type() {
        let table = weir_schema::table("NTATopologyDetails").unwrap();
        for path in ["network", "host", "security", "balancing", "gateway", "edge", "link"] {
            let path = format!("../topology/src/details/{path}.rs");
            let source = std::fs::read_to_string(path).unwrap();
            for (method, kinds) in [
                ("row.text(", &[KustoType::String][..]),
                ("row.list(", &[KustoType::String]),
                ("row.truth(", &[KustoType::Bool]),
                ("row.number(", &[KustoType::Int, KustoType::Long]),
            ] {
                for call in source.split(method).skip(1) {
                    let Some(name) =
                        call.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next())
                    else {
                        continue;
                    };
                    let column = table.column(name).unwrap_or_else(|| panic!("there is no column {name}"));
                    assert!(kinds.contains(&column.kind), "{method}{name}");
                }
            }
        }
    }
}
