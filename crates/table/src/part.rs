//! A data file of a table: rows of one day, sorted, as Parquet.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use bytes::Bytes;
use deltalake_core::kernel::Add;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;
use weir_schema::Table;
use weir_value::datetime;

use crate::delta::DAY;
use crate::{Error, stats};

/// Rows in a row group: small enough to skip much of a file, large enough to compress well.
const ROW_GROUP_ROWS: usize = 120_000;
/// Rows in a page, the unit in which a reader skips within a row group.
const PAGE_ROWS: usize = 20_000;

/// A data file that is not yet written.
#[derive(Debug)]
pub(crate) struct Part {
    pub bytes: Bytes,
    pub add: Add,
    pub rows: u64,
}

/// A data file that is being encoded, batch by batch.
pub(crate) struct PartWriter<'t> {
    table: &'t Table,
    writer: ArrowWriter<Vec<u8>>,
}

impl<'t> PartWriter<'t> {
    /// Begins a file of batches that have this schema; the day's column is not in it.
    pub fn new(table: &'t Table, schema: SchemaRef) -> Result<Self, Error> {
        let options =
            ArrowWriterOptions::new().with_properties(properties(table)).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(Vec::new(), schema, options)
            .map_err(Error::parquet("write", table.name))?;
        Ok(PartWriter { table, writer })
    }

    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        self.writer.write(batch).map_err(Error::parquet("write", self.table.name))
    }

    /// Ends the file. `day` counts from 1970-01-01.
    pub fn finish(mut self, day: i32, name: &str, now_millis: i64) -> Result<Part, Error> {
        let metadata = self.writer.finish().map_err(Error::parquet("write", self.table.name))?;
        let bytes = Bytes::from(std::mem::take(self.writer.inner_mut()));
        let day = day_text(day);
        let add = Add {
            path: format!("{DAY}={day}/{name}.zstd.parquet"),
            partition_values: HashMap::from([(DAY.to_owned(), Some(day))]),
            size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            modification_time: now_millis,
            data_change: true,
            stats: Some(stats::from_parquet(self.table, &metadata)),
            tags: None,
            deletion_vector: None,
            base_row_id: None,
            default_row_commit_version: None,
            clustering_provider: None,
        };
        Ok(Part { bytes, add, rows: metadata.file_metadata().num_rows().unsigned_abs() })
    }
}

fn properties(table: &Table) -> WriterProperties {
    // Level 1 costs a third of level 3 and is within a few percent of it on these columns.
    let mut properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_created_by(concat!("weir version ", env!("CARGO_PKG_VERSION")).to_owned());
    for column in stats::columns(table) {
        properties =
            properties.set_column_statistics_enabled(ColumnPath::from(column), EnabledStatistics::Page);
    }
    properties.build()
}

/// `2026-08-13` of a day counted from 1970-01-01.
pub(crate) fn day_text(day: i32) -> String {
    let micros = i64::from(day) * 86_400_000_000;
    let text = datetime::format(datetime::from_unix_micros(micros).unwrap_or(datetime::MIN));
    text.get(..10).unwrap_or_default().to_owned()
}

/// The day that [`day_text`] wrote.
pub(crate) fn parse_day(text: &str) -> Option<i32> {
    let ticks = datetime::parse(text)?;
    i32::try_from((ticks - datetime::UNIX_EPOCH) / weir_value::timespan::TICKS_PER_DAY).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_read_back() {
        for day in [0, 20_678, -1, 365_000] {
            assert_eq!(parse_day(&day_text(day)), Some(day));
        }
        assert_eq!(day_text(20_678), "2026-08-13");
    }
}
