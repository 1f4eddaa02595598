//! A Parquet file in types that every reader knows, its pages compressed by zstd.

use std::io::Write;
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::file::properties::WriterProperties;

use super::Error;
use super::open_types::OpenTypes;
use crate::Answer;

/// What a reader takes into memory at a time.
const ROW_GROUP_ROWS_MAX: usize = 120_000;

/// Writes an answer as a Parquet file.
pub fn write(answer: &Answer, out: &mut dyn Write) -> Result<(), Error> {
    let types = OpenTypes::of(answer);
    // The writer wants an output that can go to another thread, which `out` need not; so it writes to memory,
    // which is emptied into `out` as it fills.
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by(concat!("weir version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS_MAX))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&types.schema), Some(properties))?;
    for batch in &answer.batches {
        writer.write(&types.convert(batch)?)?;
        out.write_all(writer.inner())?;
        writer.inner_mut().clear();
    }
    out.write_all(&writer.into_inner()?)?;
    out.flush()?;
    Ok(())
}
