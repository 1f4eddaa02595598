use std::collections::HashMap;

use url::Url;
use weir_schema::Table;
use weir_value::{KustoType, datetime};

use crate::part::parse_day;
use crate::{Error, Workspace, delta};

/// The files of a table at one version: what a reader plans on.
#[derive(Debug, Clone)]
pub struct TableFiles {
    /// The table.
    pub table: &'static Table,
    /// Delta version; none for a table without files of its own.
    pub version: Option<u64>,
    /// The last batch that was committed to it; none before the first.
    pub batch: Option<u64>,
    /// The table's folder, relative to the root of the workspace.
    pub path: String,
    /// Where that folder is.
    pub url: Option<Url>,
    /// The files, in no particular order.
    pub files: Vec<DataFile>,
}

/// One Parquet file of a table.
#[derive(Debug, Clone)]
pub struct DataFile {
    /// Relative to the table's folder.
    pub path: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Its day, counted from 1970-01-01.
    pub day: i32,
    /// Rows in it.
    pub rows: u64,
    /// Smallest and largest value and number of nulls of some columns.
    pub bounds: HashMap<String, ColumnBounds>,
}

/// What is known of the values of a column in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnBounds {
    /// No value is smaller.
    pub low: Option<Bound>,
    /// No value is larger.
    pub high: Option<Bound>,
    /// How many values are null.
    pub nulls: Option<u64>,
}

/// A smallest or largest value. It may lie outside the values, never inside.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    /// A whole number, or a time in microseconds since the Unix epoch.
    Number(i64),
    /// A number.
    Real(f64),
    /// Text.
    Text(String),
}

impl TableFiles {
    /// A table without files.
    pub fn empty(table: &'static Table) -> Self {
        TableFiles { table, version: None, batch: None, path: String::new(), url: None, files: Vec::new() }
    }

    pub(crate) async fn load(table: &'static Table, url: Url) -> Result<Self, Error> {
        let delta = delta::open(table, url.clone()).await?;
        let snapshot = delta.snapshot().map_err(Error::delta("read", table.name))?;
        let protocol = snapshot.protocol();
        if protocol.min_reader_version() > 1 {
            let feature = format!("reader version {}", protocol.min_reader_version());
            return Err(Error::UnsupportedTable { table: table.name.to_owned(), feature });
        }
        let mut files = Vec::new();
        for file in snapshot.log_data().iter() {
            let partition = file.partition_values_map();
            let day = partition.get(delta::DAY).and_then(|day| day.as_deref()).and_then(parse_day);
            let stats = file.stats();
            files.push(DataFile {
                path: file.path().into_owned(),
                size_bytes: file.size().unsigned_abs(),
                day: day.unwrap_or(i32::MIN),
                rows: file.num_records().unwrap_or(0) as u64,
                bounds: stats.map(|stats| bounds(table, &stats)).unwrap_or_default(),
            });
        }
        let batch = delta::batch_of(table, &delta).await?.and_then(|batch| u64::try_from(batch).ok());
        let path = Workspace::table_path(table).unwrap_or_default();
        Ok(TableFiles { table, version: delta.version(), batch, path, url: Some(url), files })
    }
}

/// The bounds that the statistics of an `Add` action tell.
fn bounds(table: &Table, stats: &str) -> HashMap<String, ColumnBounds> {
    let Ok(stats) = serde_json::from_str::<serde_json::Value>(stats) else { return HashMap::new() };
    let part = |name: &str| stats.get(name).and_then(serde_json::Value::as_object);
    let mut bounds: HashMap<String, ColumnBounds> = HashMap::new();
    for column in table.columns.iter().chain(table.hidden) {
        let read = |value: &serde_json::Value, upper| read_bound(column.kind, value, upper);
        let low = part("minValues").and_then(|p| p.get(column.name)).and_then(|v| read(v, false));
        let high = part("maxValues").and_then(|p| p.get(column.name)).and_then(|v| read(v, true));
        let nulls = part("nullCount").and_then(|p| p.get(column.name)).and_then(serde_json::Value::as_u64);
        if low.is_some() || high.is_some() || nulls.is_some() {
            bounds.insert(column.name.to_owned(), ColumnBounds { low, high, nulls });
        }
    }
    bounds
}

/// Other writers cut times down to milliseconds: a largest time may be up to 999 µs later than it says.
fn read_bound(kind: KustoType, value: &serde_json::Value, upper: bool) -> Option<Bound> {
    match kind {
        KustoType::Int | KustoType::Long => value.as_i64().map(Bound::Number),
        KustoType::Real => value.as_f64().map(Bound::Real),
        KustoType::String => value.as_str().map(|text| Bound::Text(text.to_owned())),
        KustoType::Datetime => {
            let ticks = datetime::parse(value.as_str()?)?;
            let micros = datetime::to_unix_micros(ticks);
            Some(Bound::Number(if upper { micros.saturating_add(999) } else { micros }))
        }
        _ => None,
    }
}
