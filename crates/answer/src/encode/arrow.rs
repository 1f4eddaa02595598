//! A stream of Arrow's interprocess format, in types that every reader knows.
//!
//! Source: <https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format>

use std::io::Write;

use arrow_ipc::writer::StreamWriter;

use super::Error;
use super::open_types::OpenTypes;
use crate::Answer;

/// Writes an answer as a stream: its schema, its batches, an end.
pub fn write(answer: &Answer, out: &mut dyn Write) -> Result<(), Error> {
    let types = OpenTypes::of(answer);
    let mut writer = StreamWriter::try_new(&mut *out, &types.schema)?;
    for batch in &answer.batches {
        writer.write(&types.convert(batch)?)?;
    }
    writer.finish()?;
    drop(writer);
    out.flush()?;
    Ok(())
}
