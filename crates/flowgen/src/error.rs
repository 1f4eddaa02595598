//! What can go wrong.

use std::io;
use std::path::PathBuf;

/// Why logs could not be generated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The end of the span is unusable.
    #[error("end of the simulated span: {seconds} is not a full hour between 1980 and 9892")]
    End {
        /// The end that was asked for, in seconds since 1970.
        seconds: i64,
    },
    /// The length of the span is unusable.
    #[error("length of the simulated span: {hours} hours is not between 1 and {most}")]
    Hours {
        /// The length that was asked for.
        hours: u32,
        /// The longest.
        most: u32,
    },
    /// Too many background machines.
    #[error("background machines: {asked} are more than {most}")]
    BackgroundNics {
        /// The number that was asked for.
        asked: u32,
        /// The largest.
        most: u32,
    },
    /// The size cannot be reached by thinning out traffic; a shorter span or fewer machines make less.
    #[error(
        "size of the logs: {asked_bytes} bytes asked for, and the span makes at least about {least_bytes}"
    )]
    SizeTooSmall {
        /// The size that was asked for.
        asked_bytes: u64,
        /// About the smallest for the span and the number of machines.
        least_bytes: u64,
    },
    /// The size cannot be reached with the machines asked for; more machines or hours make more.
    #[error(
        "size of the logs: {asked_bytes} bytes asked for, and the machines make at most about {most_bytes}"
    )]
    SizeTooLarge {
        /// The size that was asked for.
        asked_bytes: u64,
        /// About the largest for the span and the number of machines.
        most_bytes: u64,
    },
    /// The folder holds generated logs already; mixing two runs would make the ground truth false.
    #[error("output folder is in use: {} exists", path.display())]
    InUse {
        /// What exists.
        path: PathBuf,
    },
    /// A file or folder could not be written.
    #[error("{action} {}", path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// The truth about rows could not be written.
    #[error("writing the truth about rows")]
    TruthRows(#[source] parquet::errors::ParquetError),
    /// The ground truth could not be turned into text.
    #[error("writing the ground truth as text")]
    Truth(#[source] serde_json::Error),
}
