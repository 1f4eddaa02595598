//! A data file of a table: rows of one day, sorted, as Parquet.

mod blanks;
mod runs;
mod words;

use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array as _, ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema, SchemaRef};
use bytes::Bytes;
use deltalake_core::kernel::Add;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{ColumnDescPtr, ColumnPath, SchemaDescriptor, TypePtr};
use weir_schema::Table;
use weir_value::datetime;

pub(crate) use self::blanks::Blanks;
pub use self::words::beginning;
use crate::delta::DAY;
use crate::{Error, stats};

/// Rows in a row group: small enough to skip much of a file, large enough to compress well.
const ROW_GROUP_ROWS: usize = 120_000;
/// Rows in a page, the unit in which a reader skips within a row group.
const PAGE_ROWS: usize = 20_000;

/// zstd's first level costs a third of the third and is within a few percent of it on these columns.
const ZSTD_LEVEL: i32 = 1;

/// Rows on their way into a file. Each column is made when it is written and dropped behind it, so that never all
/// of them are held.
pub trait Columns {
    /// How many rows there are.
    fn rows(&self) -> usize;

    /// All rows of a column, of its stored type or a dictionary of it; nothing when it is not known.
    ///
    /// Fails when the rows come from a place that cannot be read.
    fn column(&self, name: &str) -> Result<Option<ArrayRef>, Error>;
}

impl Columns for RecordBatch {
    fn rows(&self) -> usize {
        self.num_rows()
    }

    fn column(&self, name: &str) -> Result<Option<ArrayRef>, Error> {
        Ok(self.column_by_name(name).cloned())
    }
}

/// A data file that is not yet written.
#[derive(Debug)]
pub(crate) struct Part {
    pub bytes: Bytes,
    pub add: Add,
    pub rows: u64,
}

/// Encodes rows of one day. `day` counts from 1970-01-01; the column itself is not in the file.
pub(crate) fn encode(
    table: &Table,
    day: i32,
    name: &str,
    now_millis: i64,
    rows: &dyn Columns,
) -> Result<Part, Error> {
    let encoded = Encoded::new(table, rows)?;
    let (bytes, metadata) = encoded.file().map_err(Error::parquet("write", table.name))?;
    let bytes = Bytes::from(bytes);
    let day = day_text(day);
    let add = Add {
        path: format!("{DAY}={day}/{name}.zstd.parquet"),
        partition_values: HashMap::from([(DAY.to_owned(), Some(day))]),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        modification_time: now_millis,
        data_change: true,
        stats: Some(stats::from_parquet(table, &metadata)),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
    };
    Ok(Part { bytes, add, rows: metadata.file_metadata().num_rows().unsigned_abs() })
}

/// The columns of a file, encoded, row group by row group.
struct Encoded {
    schema: TypePtr,
    properties: Arc<WriterProperties>,
    groups: Vec<Vec<Chunk>>,
}

impl Encoded {
    /// Encodes one column after the other, each for all row groups: what is held is one column and the compressed
    /// bytes of the others.
    fn new(table: &Table, rows: &dyn Columns) -> Result<Self, Error> {
        let failed = || Error::parquet("write", table.name);
        let fields: Vec<Field> = (table.columns.iter().chain(table.hidden))
            .filter(|column| column.name != DAY)
            .map(|column| column.stored_field().with_nullable(true))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let parquet = ArrowSchemaConverter::new().convert(&schema).map_err(failed())?;
        let properties = Arc::new(properties(table));
        let mut encoder = Encoder::new(&schema, &parquet, &properties, rows.rows()).map_err(failed())?;
        let bounded = stats::columns(table);
        let mut blanks = Blanks::new(rows.rows());
        for (index, field) in schema.fields().iter().enumerate() {
            let array = rows.column(field.name())?.unwrap_or_else(|| blanks.of(field.data_type()));
            let bounded = bounded.contains(&field.name().as_str());
            encoder.column(field, &array, &parquet.column(index), bounded).map_err(failed())?;
        }
        Ok(Encoded { schema: parquet.root_schema_ptr(), properties, groups: encoder.chunks })
    }

    /// The bytes of the file, and what is at its end.
    fn file(self) -> ParquetResult<(Vec<u8>, ParquetMetaData)> {
        let mut bytes = Vec::new();
        let mut writer = SerializedFileWriter::new(&mut bytes, self.schema, self.properties)?;
        for chunks in self.groups {
            let mut group = writer.next_row_group()?;
            for chunk in chunks {
                chunk.append(&mut group)?;
            }
            group.close()?;
        }
        let metadata = writer.close()?;
        Ok((bytes, metadata))
    }
}

/// Encodes columns, cut into row groups.
struct Encoder {
    groups: Vec<Range<usize>>,
    /// Parquet's own writers of each row group, one a column.
    plain: Vec<std::vec::IntoIter<ArrowColumnWriter>>,
    words: words::Encoder,
    chunks: Vec<Vec<Chunk>>,
}

impl Encoder {
    fn new(
        schema: &SchemaRef,
        parquet: &SchemaDescriptor,
        properties: &Arc<WriterProperties>,
        rows: usize,
    ) -> ParquetResult<Self> {
        let groups: Vec<Range<usize>> =
            (0..rows).step_by(ROW_GROUP_ROWS).map(|start| start..rows.min(start + ROW_GROUP_ROWS)).collect();
        let nowhere =
            SerializedFileWriter::new(io::sink(), parquet.root_schema_ptr(), Arc::clone(properties))?;
        let factory = ArrowRowGroupWriterFactory::new(&nowhere, Arc::clone(schema));
        let plain = (0..groups.len())
            .map(|group| Ok(factory.create_column_writers(group)?.into_iter()))
            .collect::<ParquetResult<_>>()?;
        let chunks = groups.iter().map(|_| Vec::new()).collect();
        Ok(Encoder { groups, plain, words: words::Encoder::new()?, chunks })
    }

    /// Encodes the next column.
    fn column(
        &mut self,
        field: &Field,
        array: &ArrayRef,
        column: &ColumnDescPtr,
        bounded: bool,
    ) -> ParquetResult<()> {
        let groups = self.groups.iter().zip(&mut self.plain).zip(&mut self.chunks);
        for ((rows, plain), chunks) in groups {
            let writer = plain.next();
            chunks.push(match (words::Words::of(array.as_ref()), writer) {
                (Some(words), _) => Chunk::Words(self.words.encode(&words, rows.clone(), column, bounded)?),
                (None, Some(writer)) => Chunk::Plain(plain_chunk(writer, field, array, rows)?),
                (None, None) => {
                    return Err(ParquetError::General(format!("no writer for column {}", field.name())));
                }
            });
        }
        Ok(())
    }
}

/// A column of a row group, encoded.
enum Chunk {
    Words(words::Chunk),
    Plain(ArrowColumnChunk),
}

impl Chunk {
    fn append<W: Write + Send>(self, group: &mut SerializedRowGroupWriter<'_, W>) -> ParquetResult<()> {
        match self {
            Chunk::Words(chunk) => group.append_column(&chunk.bytes, chunk.close),
            Chunk::Plain(chunk) => chunk.append_to_row_group(group),
        }
    }
}

fn plain_chunk(
    mut writer: ArrowColumnWriter,
    field: &Field,
    array: &ArrayRef,
    rows: &Range<usize>,
) -> ParquetResult<ArrowColumnChunk> {
    for leaf in compute_leaves(field, &array.slice(rows.start, rows.len()))? {
        writer.write(&leaf)?;
    }
    writer.close()
}

fn compression() -> Compression {
    Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL).unwrap_or_default())
}

/// Columns of many different values, whose differences are small: a dictionary of them would be nearly the column.
const DIFFERENCES: [&str; 3] = ["FlowStartTime", "FlowEndTime", "DestPort"];
/// Columns of many different values in runs, which zstd makes more of than a dictionary does.
const PLAIN: [&str; 2] = ["SrcIpNumber", "DestIpNumber"];

fn properties(table: &Table) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(compression())
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_created_by(concat!("weir version ", env!("CARGO_PKG_VERSION")).to_owned());
    for column in stats::columns(table) {
        properties =
            properties.set_column_statistics_enabled(ColumnPath::from(column), EnabledStatistics::Page);
    }
    for column in DIFFERENCES {
        properties = properties
            .set_column_dictionary_enabled(ColumnPath::from(column), false)
            .set_column_encoding(ColumnPath::from(column), Encoding::DELTA_BINARY_PACKED);
    }
    for column in PLAIN {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
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
