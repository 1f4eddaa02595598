//! A column of numbered words as a Parquet column chunk.
//!
//! Most columns are a few words repeated. Parquet's own writer would look every one of them up again, row by row;
//! here the numbers that reduction and decoration gave go to the page as they are.

use std::collections::HashMap;
use std::ops::Range;

use arrow_array::types::Int32Type;
use arrow_array::{Array, DictionaryArray, StringArray};
use bytes::Bytes;
use parquet::basic::{BoundaryOrder, Encoding, Type};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use super::{PAGE_ROWS, runs};

/// The encoded bytes of a column chunk and what its row group is to know of it.
pub(super) struct Chunk {
    pub bytes: Bytes,
    pub close: ColumnCloseResult,
}

/// The words of a column; a number or a word that is missing is blank, as text is never null.
pub(super) struct Words<'a> {
    numbers: &'a DictionaryArray<Int32Type>,
    words: &'a StringArray,
}

impl<'a> Words<'a> {
    /// A dictionary array of text; nothing when the array is something else.
    pub fn of(array: &'a dyn Array) -> Option<Self> {
        let numbers = array.as_any().downcast_ref::<DictionaryArray<Int32Type>>()?;
        let words = numbers.values().as_any().downcast_ref::<StringArray>()?;
        Some(Words { numbers, words })
    }

    /// The word of each row, as a number of the chunk's own dictionary, which holds only what occurs.
    fn renumbered(&self, rows: Range<usize>) -> (Vec<u32>, Vec<&'a str>) {
        const UNSEEN: u32 = u32::MAX;
        let (mut own, mut dictionary) = (vec![UNSEEN; self.words.len()], Vec::new());
        let mut places: HashMap<&str, u32, foldhash::fast::RandomState> = HashMap::default();
        let mut number_of = |word: &'a str| {
            *places.entry(word).or_insert_with(|| {
                dictionary.push(word);
                dictionary.len() as u32 - 1
            })
        };
        let keys = self.numbers.keys();
        let numbers = rows
            .map(|row| {
                let index = if keys.is_null(row) { usize::MAX } else { keys.value(row) as usize };
                match own.get(index) {
                    Some(number) if *number != UNSEEN => *number,
                    Some(_) => {
                        let word = if self.words.is_null(index) { "" } else { self.words.value(index) };
                        let number = number_of(word);
                        own[index] = number;
                        number
                    }
                    None => number_of(""),
                }
            })
            .collect();
        (numbers, dictionary)
    }
}

/// Writes column chunks, one after the other.
pub(super) struct Encoder {
    zstd: zstd::bulk::Compressor<'static>,
}

impl Encoder {
    pub fn new() -> Result<Self> {
        let zstd = zstd::bulk::Compressor::new(super::ZSTD_LEVEL);
        Ok(Encoder { zstd: zstd.map_err(|error| ParquetError::External(Box::new(error)))? })
    }

    /// Encodes some rows of a column. `bounded` says whether smallest and largest words are kept.
    pub fn encode(
        &mut self,
        words: &Words<'_>,
        rows: Range<usize>,
        column: &ColumnDescPtr,
        bounded: bool,
    ) -> Result<Chunk> {
        let (numbers, dictionary) = words.renumbered(rows);
        let ranks = if bounded { ranks(&dictionary) } else { Vec::new() };
        let mut sink = TrackedWrite::new(Vec::new());
        let mut pages = Pages {
            writer: SerializedPageWriter::new(&mut sink),
            zstd: &mut self.zstd,
            compressed: 0,
            uncompressed: 0,
        };

        let mut plain = Vec::with_capacity(dictionary.iter().map(|word| word.len() + 4).sum());
        for word in &dictionary {
            plain.extend_from_slice(&u32::try_from(word.len()).map_err(too_long)?.to_le_bytes());
            plain.extend_from_slice(word.as_bytes());
        }
        let num_values = dictionary.len() as u32;
        let page =
            |buf| Page::DictionaryPage { buf, num_values, encoding: Encoding::PLAIN, is_sorted: false };
        let (dictionary_offset, _) = pages.write(&plain, page)?;

        let width = runs::width(dictionary.len());
        let (mut offsets, mut index) = (OffsetIndexBuilder::new(), ColumnIndexBuilder::new(Type::BYTE_ARRAY));
        let (mut data_offset, mut bounds) = (None, Vec::new());
        // Nobody can skip within a constant.
        let page_rows = if dictionary.len() == 1 { numbers.len() } else { PAGE_ROWS };
        for numbers in numbers.chunks(page_rows.max(1)) {
            let page = |buf| Page::DataPage {
                buf,
                num_values: numbers.len() as u32,
                encoding: Encoding::RLE_DICTIONARY,
                def_level_encoding: Encoding::RLE,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            };
            let (offset, length) = pages.write(&data_page(numbers, width), page)?;
            data_offset.get_or_insert(offset);
            offsets.append_row_count(numbers.len() as i64);
            offsets.append_offset_and_size(offset, i32::try_from(length).map_err(too_long)?);
            if bounded && let Some((low, high)) = extremes(numbers, &ranks) {
                let (low, high) = (dictionary[low as usize], dictionary[high as usize]);
                index.append(false, low.as_bytes().to_vec(), high.as_bytes().to_vec(), 0);
                bounds.push((low, high));
            }
        }
        let (compressed_size, uncompressed_size) = (pages.compressed, pages.uncompressed);
        let mut metadata = ColumnChunkMetaData::builder(column.clone())
            .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
            .set_compression(super::compression())
            .set_num_values(numbers.len() as i64)
            .set_total_compressed_size(compressed_size)
            .set_total_uncompressed_size(uncompressed_size)
            .set_dictionary_page_offset(Some(dictionary_offset))
            .set_data_page_offset(data_offset.unwrap_or(dictionary_offset));
        if let Some((low, high)) = bounds.iter().copied().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) {
            let text = |word: &str| Some(ByteArray::from(word));
            metadata =
                metadata.set_statistics(Statistics::byte_array(text(low), text(high), None, Some(0), false));
        }
        index.set_boundary_order(if bounds.is_sorted_by(|a, b| a.0 <= b.0 && a.1 <= b.1) {
            BoundaryOrder::ASCENDING
        } else {
            BoundaryOrder::UNORDERED
        });
        let close = ColumnCloseResult {
            bytes_written: compressed_size as u64,
            rows_written: numbers.len() as u64,
            metadata: metadata.build()?,
            bloom_filter: None,
            column_index: if bounded { Some(index.build()?) } else { None },
            offset_index: Some(offsets.build()),
        };
        Ok(Chunk { bytes: Bytes::from(sink.into_inner()?), close })
    }
}

/// Pages of one chunk on their way into its bytes.
struct Pages<'a, 'b> {
    writer: SerializedPageWriter<'a, Vec<u8>>,
    zstd: &'b mut zstd::bulk::Compressor<'static>,
    compressed: i64,
    uncompressed: i64,
}

impl Pages<'_, '_> {
    /// Compresses the body of a page and writes it; its place and its length, header included.
    fn write(&mut self, body: &[u8], page: impl FnOnce(Bytes) -> Page) -> Result<(i64, i64)> {
        let packed = self.zstd.compress(body).map_err(|error| ParquetError::External(Box::new(error)))?;
        let written = self.writer.write_page(CompressedPage::new(page(packed.into()), body.len()))?;
        let length = written.compressed_size as i64;
        self.compressed += length;
        self.uncompressed += written.uncompressed_size as i64;
        Ok((written.offset as i64, length))
    }
}

/// The body of a data page of the first version: definition levels, width, numbers.
fn data_page(numbers: &[u32], width: u8) -> Vec<u8> {
    let mut body = vec![0; 4];
    // Every value is there.
    runs::repeat(1, numbers.len(), 1, &mut body);
    let levels = body.len() as u32 - 4;
    body[..4].copy_from_slice(&levels.to_le_bytes());
    body.push(width);
    runs::encode(numbers, width, &mut body);
    body
}

/// The first sixteen bytes of a text as a number that compares as they do.
pub fn beginning(word: &str) -> u128 {
    let mut bytes = [0; 16];
    let length = word.len().min(16);
    bytes[..length].copy_from_slice(&word.as_bytes()[..length]);
    u128::from_be_bytes(bytes)
}

/// The place of each word in their order.
fn ranks(dictionary: &[&str]) -> Vec<u32> {
    // Beginnings are compared where they lie; addresses have nothing behind them.
    let mut order: Vec<(u128, u32)> =
        dictionary.iter().zip(0..).map(|(word, number)| (beginning(word), number)).collect();
    order.sort_unstable_by(|one, other| {
        let word = |number: u32| dictionary[number as usize];
        one.0.cmp(&other.0).then_with(|| word(one.1).cmp(word(other.1)))
    });
    let mut ranks = vec![0; dictionary.len()];
    for (rank, (_, number)) in order.into_iter().enumerate() {
        ranks[number as usize] = rank as u32;
    }
    ranks
}

/// The numbers of the smallest and the largest word.
fn extremes(numbers: &[u32], ranks: &[u32]) -> Option<(u32, u32)> {
    let rank = |number: &&u32| ranks[**number as usize];
    Some((*numbers.iter().min_by_key(rank)?, *numbers.iter().max_by_key(rank)?))
}

fn too_long(error: std::num::TryFromIntError) -> ParquetError {
    ParquetError::External(Box::new(error))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::{ArrayRef, Int32Array, RecordBatch};
    use arrow_schema::{DataType, Field, Schema};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
    use parquet::file::reader::FileReader;
    use parquet::file::serialized_reader::SerializedFileReader;
    use parquet::file::writer::SerializedFileWriter;

    use super::*;

    /// A file of one column, written here, and its texts as Parquet's reader has them.
    fn file(array: &ArrayRef) -> Bytes {
        let schema = Schema::new(vec![Field::new("Word", DataType::Utf8, true)]);
        let parquet = parquet::arrow::ArrowSchemaConverter::new().convert(&schema).expect("a schema");
        let properties: WriterPropertiesBuilder = WriterProperties::builder();
        let mut writer =
            SerializedFileWriter::new(Vec::new(), parquet.root_schema_ptr(), Arc::new(properties.build()))
                .expect("a writer");
        let words = Words::of(array.as_ref()).expect("words");
        let mut encoder = Encoder::new().expect("an encoder");
        let half = array.len() / 2;
        for rows in [0..half, half..array.len()] {
            let chunk = encoder.encode(&words, rows, &parquet.column(0), true).expect("a chunk");
            let mut group = writer.next_row_group().expect("a group");
            group.append_column(&chunk.bytes, chunk.close).expect("a column");
            group.close().expect("a group");
        }
        Bytes::from(writer.into_inner().expect("a file"))
    }

    fn texts(file: &Bytes) -> Vec<String> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(file.clone()).expect("a file").build();
        let batches: Vec<RecordBatch> =
            reader.expect("a reader").collect::<std::result::Result<_, _>>().expect("rows");
        let texts = batches.iter().flat_map(|batch| {
            let texts = batch.column(0).as_string::<i32>();
            assert_eq!(texts.null_count(), 0);
            texts.iter().map(|text| text.expect("a text").to_owned()).collect::<Vec<_>>()
        });
        texts.collect()
    }

    fn array(numbers: Vec<Option<i32>>, words: Vec<Option<&str>>) -> ArrayRef {
        Arc::new(DictionaryArray::<Int32Type>::new(
            Int32Array::from(numbers),
            Arc::new(StringArray::from(words)),
        ))
    }

    #[test]
    fn words_read_back() {
        let words: Vec<String> = (0..700).map(|n| format!("word-{}", n % 650)).collect();
        let numbers = (0..90_001_u64).map(|row| Some((row * row / 7 % 700) as i32)).collect();
        let array = array(numbers, words.iter().map(|word| Some(word.as_str())).collect());
        let expected: Vec<String> = (0..90_001_usize).map(|row| words[row * row / 7 % 700].clone()).collect();
        assert_eq!(texts(&file(&array)), expected);
    }

    #[test]
    fn what_is_missing_is_blank() {
        let array = array(vec![Some(1), None, Some(0), Some(1)], vec![None, Some("a")]);
        assert_eq!(texts(&file(&array)), ["a", "", "", "a"]);
    }

    #[test]
    fn groups_and_pages_have_their_bounds() {
        let words: Vec<String> = (0..50).map(|n| format!("{:02}", (n * 7) % 50)).collect();
        let numbers = (0..100_000).map(|row| Some(row / 2_000)).collect();
        let array = array(numbers, words.iter().map(|word| Some(word.as_str())).collect());
        let file = file(&array);
        assert_eq!(texts(&file).len(), 100_000);
        let reader = SerializedFileReader::new(file).expect("a file");
        let bounds = |group: usize| {
            let statistics =
                reader.metadata().row_group(group).column(0).statistics().expect("bounds").clone();
            let text =
                |bytes: Option<&[u8]>| String::from_utf8(bytes.expect("a bound").to_vec()).expect("text");
            (text(statistics.min_bytes_opt()), text(statistics.max_bytes_opt()))
        };
        let of = |rows: Range<usize>| {
            let seen = || words[rows.start / 2_000..rows.end / 2_000].iter().cloned();
            (seen().min().expect("a word"), seen().max().expect("a word"))
        };
        assert_eq!(bounds(0), of(0..50_000));
        assert_eq!(bounds(1), of(50_000..100_000));
    }
}
