//! How a command ends.

use std::process::ExitCode;

/// The exit status, documented in docs/reference/cli.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: everything was done.
    Done,
    /// 1: nothing was done; a message says why.
    Failed,
    /// 3: some of it was done; the report says what was not.
    Partly,
    /// 4: what was looked for was found: threats, or something that is wrong.
    Found,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        // 2 is what the reader of the command line ends with when it does not understand it.
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Partly => 3,
            Exit::Found => 4,
        })
    }
}

/// Prints an error with its causes, and what to do about it where that is known.
pub fn report(error: &anyhow::Error) {
    eprintln!("error: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because: {cause}");
    }
    let hint = error.chain().find_map(|cause| match cause.downcast_ref::<weir_table::Error>() {
        Some(error) => error.hint(),
        None if cause.is::<weir_pull::Error>() => {
            cause.downcast_ref::<weir_pull::Error>()?.hint().map(str::to_owned)
        }
        None => match cause.downcast_ref::<weir_ingest::Error>()? {
            weir_ingest::Error::Table(error) => error.hint(),
            _ => None,
        },
    });
    if let Some(hint) = hint {
        eprintln!("  hint: {hint}");
    }
}
