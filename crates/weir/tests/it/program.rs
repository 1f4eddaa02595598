//! The program as a shell runs it.

use std::path::Path;
use std::process::{Command, Output};

/// What came of a command.
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs the program with nobody to read what it prints; its exit code and its errors.
#[cfg(unix)]
pub fn weir_unread(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let (reader, writer) = std::io::pipe().expect("there are pipes");
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_weir"));
    let output =
        command.current_dir(folder).args(arguments).stdout(writer).output().expect("the program starts");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Runs the program in a folder, without the settings of whoever runs the tests.
pub fn weir(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weir"));
    command.current_dir(folder).args(arguments);
    for name in ["WEIR_DATA", "WEIR_WORKSPACE"] {
        command.env_remove(name);
    }
    // Help is as wide as the terminal; here it is as wide as on a page.
    command.env("COLUMNS", "100");
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    Ended {
        code: status.code().expect("the program was not killed"),
        out: String::from_utf8(stdout).expect("output is UTF-8"),
        err: String::from_utf8(stderr).expect("errors are UTF-8"),
    }
}

impl Ended {
    /// What was printed, of a command that did all it was asked for.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }
}
