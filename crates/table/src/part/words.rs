//! A column of numbered words or figures as a Parquet column chunk.
//!
//! Most columns are a few words, or a few figures, repeated. Parquet's own writer would look every one of them up again,
//! row by row; here the numbers that reduction and decoration gave go to the page as they are.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use arrow_array::types::Int32Type;
use arrow_array::{Array, DictionaryArray, Int64Array, StringArray, TimestampMicrosecondArray};
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
    values: Values<'a>,
}

/// What is numbered.
enum Values<'a> {
    Words(&'a StringArray),
    /// Whole numbers, or times in microseconds; none is missing.
    Longs(&'a [i64]),
}

impl<'a> Words<'a> {
    /// A dictionary array of text, or one of whole numbers or times that lacks none; nothing when the array is something
    /// else.
    pub fn of(array: &'a dyn Array) -> Option<Self> {
        let numbers = array.as_any().downcast_ref::<DictionaryArray<Int32Type>>()?;
        let values = numbers.values().as_any();
        let longs = || {
            let longs = values.downcast_ref::<Int64Array>().map(|longs| &longs.values()[..]);
            longs.or_else(|| {
                values.downcast_ref::<TimestampMicrosecondArray>().map(|times| &times.values()[..])
            })
        };
        let values = match values.downcast_ref::<StringArray>() {
            Some(words) => Values::Words(words),
            None => {
                Values::Longs(longs().filter(|_| numbers.null_count() + numbers.values().null_count() == 0)?)
            }
        };
        Some(Words { numbers, values })
    }

    /// The value of each row, as a number of the chunk's own dictionary, which holds only what occurs.
    fn renumbered(&self, rows: Range<usize>) -> (Numbers, Dictionary<'a>) {
        match self.values {
            Values::Words(words) => {
                let mut dictionary = Entries::default();
                let word = |index| if words.is_null(index) { "" } else { words.value(index) };
                let numbers = self.renumber(rows, words.len(), &mut dictionary, word, "");
                (numbers, Dictionary::Words(dictionary))
            }
            Values::Longs(longs) => {
                let mut dictionary = Entries::default();
                let numbers = self.renumber(rows, longs.len(), &mut dictionary, |index| longs[index], 0);
                (numbers, Dictionary::Longs(dictionary))
            }
        }
    }

    fn renumber<T: Copy + Ord + Hash>(
        &self,
        rows: Range<usize>,
        count: usize,
        dictionary: &mut Entries<T>,
        value: impl Fn(usize) -> T,
        blank: T,
    ) -> Numbers {
        const UNSEEN: u32 = u32::MAX;
        let keys = self.numbers.keys();
        if count == 1 && keys.null_count() == 0 {
            dictionary.number(value(0));
            return Numbers::Constant(rows.len());
        }
        let mut own = vec![UNSEEN; count];
        let mut number_of = |index: usize| match own.get(index) {
            Some(number) if *number != UNSEEN => *number,
            Some(_) => {
                own[index] = dictionary.number(value(index));
                own[index]
            }
            None => dictionary.number(blank),
        };
        let numbers: Vec<u32> = match keys.null_count() {
            0 => keys.values()[rows].iter().map(|key| number_of(*key as usize)).collect(),
            _ => rows
                .map(|row| number_of(if keys.is_null(row) { usize::MAX } else { keys.value(row) as usize }))
                .collect(),
        };
        match dictionary.values.len() {
            1 => Numbers::Constant(numbers.len()),
            _ => Numbers::Each(numbers),
        }
    }
}

/// The numbers of rows' words.
enum Numbers {
    /// So many rows of the first word.
    Constant(usize),
    Each(Vec<u32>),
}

/// The numbers of a page.
enum PageNumbers<'a> {
    Constant(usize),
    Each(&'a [u32]),
}

impl Numbers {
    fn len(&self) -> usize {
        match self {
            Numbers::Constant(rows) => *rows,
            Numbers::Each(numbers) => numbers.len(),
        }
    }

    /// Those of each page. Nobody can skip within a constant.
    fn pages(&self) -> Vec<PageNumbers<'_>> {
        match self {
            Numbers::Constant(0) => Vec::new(),
            Numbers::Constant(rows) => vec![PageNumbers::Constant(*rows)],
            Numbers::Each(numbers) => numbers.chunks(PAGE_ROWS).map(PageNumbers::Each).collect(),
        }
    }
}

impl PageNumbers<'_> {
    fn len(&self) -> usize {
        match self {
            PageNumbers::Constant(rows) => *rows,
            PageNumbers::Each(numbers) => numbers.len(),
        }
    }

    /// The numbers of the smallest and the largest value. Without ranks the values stand in their order.
    fn extremes(&self, ranks: &[u32]) -> Option<(u32, u32)> {
        let numbers = match self {
            PageNumbers::Constant(_) => return Some((0, 0)),
            PageNumbers::Each(numbers) => numbers,
        };
        if ranks.is_empty() {
            return Some((*numbers.iter().min()?, *numbers.iter().max()?));
        }
        let rank = |number: &&u32| ranks[**number as usize];
        Some((*numbers.iter().min_by_key(rank)?, *numbers.iter().max_by_key(rank)?))
    }
}

/// The values of a chunk, each once.
struct Entries<T> {
    values: Vec<T>,
    /// Where each stands, once one has come that is not behind all before it: sorted columns need no table.
    places: Option<HashMap<T, u32, foldhash::fast::RandomState>>,
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Entries { values: Vec::new(), places: None }
    }
}

impl<T: Copy + Ord + Hash> Entries<T> {
    fn number(&mut self, value: T) -> u32 {
        let next = self.values.len() as u32;
        let number = match &mut self.places {
            Some(places) => *places.entry(value).or_insert(next),
            None => match self.values.last() {
                Some(last) if *last == value => next - 1,
                Some(last) if *last > value => {
                    let known = self.values.iter().copied().zip(0..);
                    *self.places.insert(known.collect()).entry(value).or_insert(next)
                }
                _ => next,
            },
        };
        if number == next {
            self.values.push(value);
        }
        number
    }

    fn is_sorted(&self) -> bool {
        self.places.is_none()
    }
}

/// The dictionary of a chunk.
enum Dictionary<'a> {
    Words(Entries<&'a str>),
    Longs(Entries<i64>),
}

impl Dictionary<'_> {
    fn len(&self) -> usize {
        match self {
            Dictionary::Words(words) => words.values.len(),
            Dictionary::Longs(longs) => longs.values.len(),
        }
    }

    /// The body of its page.
    fn plain(&self) -> Result<Vec<u8>> {
        let mut plain;
        match self {
            Dictionary::Words(words) => {
                plain = Vec::with_capacity(words.values.iter().map(|word| word.len() + 4).sum());
                for word in &words.values {
                    plain.extend_from_slice(&u32::try_from(word.len()).map_err(too_long)?.to_le_bytes());
                    plain.extend_from_slice(word.as_bytes());
                }
            }
            Dictionary::Longs(longs) => {
                plain = Vec::with_capacity(8 * longs.values.len());
                longs.values.iter().for_each(|long| plain.extend_from_slice(&long.to_le_bytes()));
            }
        }
        Ok(plain)
    }

    /// The place of each value in their order; nothing where they stand in it.
    fn ranks(&self) -> Vec<u32> {
        match self {
            Dictionary::Words(words) if !words.is_sorted() => ranks(&words.values),
            Dictionary::Longs(longs) if !longs.is_sorted() => {
                let mut order: Vec<(i64, u32)> = longs.values.iter().copied().zip(0..).collect();
                order.sort_unstable();
                ranks_of(order.into_iter().map(|(_, number)| number))
            }
            _ => Vec::new(),
        }
    }

    fn physical_type(&self) -> Type {
        match self {
            Dictionary::Words(_) => Type::BYTE_ARRAY,
            Dictionary::Longs(_) => Type::INT64,
        }
    }

    /// A value as the index of pages has it.
    fn bytes(&self, number: u32) -> Vec<u8> {
        match self {
            Dictionary::Words(words) => words.values[number as usize].as_bytes().to_vec(),
            Dictionary::Longs(longs) => longs.values[number as usize].to_le_bytes().to_vec(),
        }
    }

    fn statistics(&self, low: u32, high: u32) -> Statistics {
        match self {
            Dictionary::Words(words) => {
                let word = |number: u32| Some(ByteArray::from(words.values[number as usize]));
                Statistics::byte_array(word(low), word(high), None, Some(0), false)
            }
            Dictionary::Longs(longs) => {
                let long = |number: u32| Some(longs.values[number as usize]);
                Statistics::int64(long(low), long(high), None, Some(0), false)
            }
        }
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
        let ranks = if bounded { dictionary.ranks() } else { Vec::new() };
        let rank = |number: u32| ranks.get(number as usize).copied().unwrap_or(number);
        let mut sink = TrackedWrite::new(Vec::new());
        let mut pages = Pages {
            writer: SerializedPageWriter::new(&mut sink),
            zstd: &mut self.zstd,
            compressed: 0,
            uncompressed: 0,
        };

        let num_values = dictionary.len() as u32;
        let page =
            |buf| Page::DictionaryPage { buf, num_values, encoding: Encoding::PLAIN, is_sorted: false };
        let (dictionary_offset, _) = pages.write(&dictionary.plain()?, page)?;

        let width = runs::width(dictionary.len());
        let (mut offsets, mut index) =
            (OffsetIndexBuilder::new(), ColumnIndexBuilder::new(dictionary.physical_type()));
        let (mut data_offset, mut bounds) = (None, Vec::new());
        let rows = numbers.len();
        for numbers in numbers.pages() {
            let page = |buf| Page::DataPage {
                buf,
                num_values: numbers.len() as u32,
                encoding: Encoding::RLE_DICTIONARY,
                def_level_encoding: Encoding::RLE,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            };
            let (offset, length) = pages.write(&data_page(&numbers, width), page)?;
            data_offset.get_or_insert(offset);
            offsets.append_row_count(numbers.len() as i64);
            offsets.append_offset_and_size(offset, i32::try_from(length).map_err(too_long)?);
            if bounded && let Some((low, high)) = numbers.extremes(&ranks) {
                index.append(false, dictionary.bytes(low), dictionary.bytes(high), 0);
                bounds.push((low, high));
            }
        }
        let (compressed_size, uncompressed_size) = (pages.compressed, pages.uncompressed);
        let mut metadata = ColumnChunkMetaData::builder(column.clone())
            .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
            .set_compression(super::compression())
            .set_num_values(rows as i64)
            .set_total_compressed_size(compressed_size)
            .set_total_uncompressed_size(uncompressed_size)
            .set_dictionary_page_offset(Some(dictionary_offset))
            .set_data_page_offset(data_offset.unwrap_or(dictionary_offset));
        let (lows, highs) = (|| bounds.iter().map(|(low, _)| *low), || bounds.iter().map(|(_, high)| *high));
        let extremes = lows().min_by_key(|low| rank(*low)).zip(highs().max_by_key(|high| rank(*high)));
        if let Some((low, high)) = extremes {
            metadata = metadata.set_statistics(dictionary.statistics(low, high));
        }
        index.set_boundary_order(if lows().is_sorted_by_key(rank) && highs().is_sorted_by_key(rank) {
            BoundaryOrder::ASCENDING
        } else {
            BoundaryOrder::UNORDERED
        });
        let close = ColumnCloseResult {
            bytes_written: compressed_size as u64,
            rows_written: rows as u64,
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
fn data_page(numbers: &PageNumbers<'_>, width: u8) -> Vec<u8> {
    let mut body = vec![0; 4];
    // Every value is there.
    runs::repeat(1, numbers.len(), 1, &mut body);
    let levels = body.len() as u32 - 4;
    body[..4].copy_from_slice(&levels.to_le_bytes());
    body.push(width);
    match numbers {
        PageNumbers::Constant(rows) => runs::repeat(0, *rows, width, &mut body),
        PageNumbers::Each(numbers) => runs::encode(numbers, width, &mut body),
    }
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
fn ranks(words: &[&str]) -> Vec<u32> {
    // Beginnings are compared where they lie; addresses have nothing behind them.
    let mut order: Vec<(u128, u32)> =
        words.iter().zip(0..).map(|(word, number)| (beginning(word), number)).collect();
    order.sort_unstable_by(|one, other| {
        let word = |number: u32| words[number as usize];
        one.0.cmp(&other.0).then_with(|| word(one.1).cmp(word(other.1)))
    });
    ranks_of(order.into_iter().map(|(_, number)| number))
}

/// The place of each number in an order.
fn ranks_of(order: impl ExactSizeIterator<Item = u32>) -> Vec<u32> {
    let mut ranks = vec![0; order.len()];
    for (rank, number) in (0..).zip(order) {
        ranks[number as usize] = rank;
    }
    ranks
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
