use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, BinaryViewArray, BinaryViewBuilder, Int64Array, RecordBatch, RecordBatchOptions,
    UInt32Array,
};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{DataType, Field, SchemaRef};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ColumnarValue;
use weir_value::dynamic::{Kind, Packer, View};

use super::counter;

/// A row for each element of dynamic arrays: the first elements of all arrays together, then the second …
///
/// An array that is shorter than another is padded with nulls. A null counts as one element, and so does a scalar;
/// where all arrays are empty, there is no row. Without arrays, rows are numbered only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd)]
pub(crate) struct Expand {
    /// The columns that hold the elements, one for each argument.
    pub elements: Vec<String>,
    /// The column with the place of the element, from 0.
    pub index: Option<String>,
    /// The column with a number for each row of the input, rising in their order.
    pub row: Option<String>,
    /// A column of the input that differs from row to row.
    pub unique: Option<String>,
    /// What the elements of bags are.
    pub bags: Bags,
    /// Rows that one row may become.
    pub limit: usize,
    /// Whether the rows must come in one order, so that none may overtake another.
    pub ordered: bool,
}

/// What the elements of a bag are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd)]
pub(crate) enum Bags {
    /// Bags of one property.
    Bag,
    /// Arrays of a key and a value.
    Array,
}

impl Expand {
    pub(super) fn added(&self) -> Vec<Field> {
        let elements = self.elements.iter().map(|name| Field::new(name, DataType::BinaryView, true));
        elements
            .chain(self.index.iter().map(|name| counter(name)))
            .chain(self.row.iter().map(|name| counter(name)))
            .collect()
    }
}

/// What is expanded, of one batch: a value a row, or one for all of them.
struct Arrays {
    values: BinaryViewArray,
    constant: bool,
}

impl Arrays {
    fn of(argument: &ColumnarValue) -> Result<Self> {
        let (array, constant) = match argument {
            ColumnarValue::Array(array) => (Arc::clone(array), false),
            ColumnarValue::Scalar(value) => (value.to_array()?, true),
        };
        match array.as_any().downcast_ref::<BinaryViewArray>() {
            Some(values) => Ok(Arrays { values: values.clone(), constant }),
            None => exec_err!("only dynamics can be expanded, this is {}", array.data_type()),
        }
    }

    fn view(&self, row: usize) -> View<'_> {
        let row = if self.constant { 0 } else { row };
        View::new(if self.values.is_valid(row) { self.values.value(row) } else { &[] })
    }

    fn len(&self, row: usize) -> usize {
        let view = self.view(row);
        match view.kind() {
            Kind::Array | Kind::Bag => view.len(),
            _ => 1,
        }
    }
}

/// One batch while it is expanded.
pub(super) struct Expansion {
    expand: Expand,
    batch: RecordBatch,
    arrays: Vec<Arrays>,
    /// The number of the first row, the step between numbers, and what is added to each.
    numbers: (i64, i64, i64),
    /// The row that is next, and how many of its elements are done.
    row: usize,
    done: usize,
}

/// Elements `from..to` of a row.
struct Piece {
    row: usize,
    from: usize,
    to: usize,
}

impl Expansion {
    pub fn new(
        expand: Expand,
        batch: RecordBatch,
        arguments: &[ColumnarValue],
        numbers: (i64, i64, i64),
    ) -> Result<Self> {
        let arrays = arguments.iter().map(Arrays::of).collect::<Result<Vec<_>>>()?;
        Ok(Expansion { expand, batch, arrays, numbers, row: 0, done: 0 })
    }

    /// The next rows, at most so many; nothing when there are none left.
    pub fn next(&mut self, schema: &SchemaRef, rows_max: usize) -> Result<Option<RecordBatch>> {
        let pieces = self.pieces(rows_max.max(1));
        if pieces.is_empty() {
            return Ok(None);
        }
        let count: usize = pieces.iter().map(|piece| piece.to - piece.from).sum();
        let mut rows: Vec<u32> = Vec::with_capacity(count);
        for piece in &pieces {
            let row = u32::try_from(piece.row).unwrap_or(u32::MAX);
            rows.extend(std::iter::repeat_n(row, piece.to - piece.from));
        }
        let rows = UInt32Array::from(rows);
        let mut columns = self
            .batch
            .columns()
            .iter()
            .map(|column| Ok(take(column, &rows, None)?))
            .collect::<Result<Vec<ArrayRef>>>()?;
        for arrays in &self.arrays {
            columns.push(elements(arrays, &pieces, count, self.expand.bags)?);
        }
        if self.expand.index.is_some() {
            let places = pieces.iter().flat_map(|piece| piece.from..piece.to);
            columns.push(Arc::new(places.map(|place| place as i64).collect::<Int64Array>()));
        }
        if self.expand.row.is_some() {
            let (first, step, plus) = self.numbers;
            let number = |row: &u32| (first + i64::from(*row)) * step + plus;
            columns.push(Arc::new(Int64Array::from_iter_values(rows.values().iter().map(number))));
        }
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        Ok(Some(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?))
    }

    /// What the next rows are made of.
    fn pieces(&mut self, rows_max: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut room = rows_max;
        while self.row < self.batch.num_rows() && room > 0 {
            // Without arrays each row stays one.
            let longest = self.arrays.iter().map(|arrays| arrays.len(self.row)).max().unwrap_or(1);
            let end = longest.min(self.expand.limit);
            let to = end.min(self.done + room);
            if to > self.done {
                pieces.push(Piece { row: self.row, from: self.done, to });
                room -= to - self.done;
            }
            if to == end {
                self.row += 1;
                self.done = 0;
            } else {
                self.done = to;
            }
        }
        pieces
    }
}

/// The elements of one argument. Those of arrays are not copied: they are views of the arrays' bytes.
fn elements(arrays: &Arrays, pieces: &[Piece], count: usize, bags: Bags) -> Result<ArrayRef> {
    let mut builder = BinaryViewBuilder::with_capacity(count);
    let blocks: Vec<(usize, u32)> = arrays
        .values
        .data_buffers()
        .iter()
        .map(|buffer| (buffer.as_ptr() as usize, builder.append_block(buffer.clone())))
        .collect();
    let mut scratch = Vec::new();
    for piece in pieces {
        let view = arrays.view(piece.row);
        let row = if arrays.constant { 0 } else { piece.row };
        let block = arrays.values.views().get(row).and_then(|raw| block_of(*raw, &blocks));
        let mut added = 0;
        match view.kind() {
            Kind::Array => {
                for place in piece.from..piece.to.min(view.len()) {
                    let item = view.item(i64::try_from(place).unwrap_or(i64::MAX));
                    add(&mut builder, item.unwrap_or(View::new(&[])), block)?;
                    added += 1;
                }
            }
            Kind::Bag => {
                for (key, value) in view.properties().skip(piece.from).take(piece.to - piece.from) {
                    scratch.clear();
                    pack_property(&mut scratch, key, value, bags);
                    builder.append_value(&scratch);
                    added += 1;
                }
            }
            _ if piece.from == 0 => {
                add(&mut builder, view, block)?;
                added = 1;
            }
            _ => {}
        }
        for _ in added..piece.to - piece.from {
            builder.append_null();
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// The block in which a value lies that is too long to stand in its view; where it begins in memory.
fn block_of(raw: u128, blocks: &[(usize, u32)]) -> Option<(usize, u32)> {
    const INLINE_MAX: u32 = 12;
    // The length is in the lowest four bytes, the number of the buffer in the third four.
    let length = raw as u32;
    let buffer = (raw >> 64) as u32;
    (length > INLINE_MAX).then(|| blocks.get(buffer as usize).copied()).flatten()
}

fn add(builder: &mut BinaryViewBuilder, item: View<'_>, block: Option<(usize, u32)>) -> Result<()> {
    if item.kind() == Kind::Null {
        builder.append_null();
        return Ok(());
    }
    let bytes = item.bytes();
    let place = block.and_then(|(begin, block)| {
        let offset = (bytes.as_ptr() as usize).checked_sub(begin)?;
        Some((block, u32::try_from(offset).ok()?, u32::try_from(bytes.len()).ok()?))
    });
    match place {
        Some((block, offset, length)) => Ok(builder.try_append_view(block, offset, length)?),
        None => {
            builder.append_value(bytes);
            Ok(())
        }
    }
}

fn pack_property(out: &mut Vec<u8>, key: &str, value: View<'_>, bags: Bags) {
    let mut packer = Packer::new(out);
    match bags {
        Bags::Bag => packer.bag(|bag| bag.property(key, |packer| packer.packed(value))),
        Bags::Array => packer.array(|array| {
            array.item(|packer| packer.string(key));
            array.item(|packer| packer.packed(value));
        }),
    }
}
