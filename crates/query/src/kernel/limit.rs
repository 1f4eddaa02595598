use std::cell::Cell;

use datafusion::common::{Result, exec_err};

/// Bytes that one value may have.
const VALUE_BYTES_MAX: usize = 64 << 20;
/// Bytes that the values of one batch of rows may have.
const BATCH_BYTES_MAX: usize = 1 << 30;

thread_local! {
    /// Whether a column that is being made grew beyond its limits.
    static EXCEEDED: Cell<bool> = const { Cell::new(false) };
}

/// Counts the bytes of a column while it is made. What goes beyond the limits is left out, and the kernel that makes
/// it fails: see [`check`].
#[derive(Default)]
pub(super) struct Bytes(usize);

impl Bytes {
    /// Whether a further value of so many bytes fits.
    pub(super) fn fits(&mut self, bytes: usize) -> bool {
        self.0 = self.0.saturating_add(bytes);
        let fits = bytes <= VALUE_BYTES_MAX && self.0 <= BATCH_BYTES_MAX;
        if !fits {
            EXCEEDED.set(true);
        }
        fits
    }
}

/// An error where a column of this thread grew beyond its limits since the last check.
pub(super) fn check() -> Result<()> {
    match EXCEEDED.replace(false) {
        true => exec_err!(
            "a calculated value has more than {} MiB, or those of some thousand rows together more than {} MiB",
            VALUE_BYTES_MAX >> 20,
            BATCH_BYTES_MAX >> 20
        ),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::refused;

    #[test]
    fn texts_that_double_come_to_an_end() {
        let doubled = " | extend s = strcat(s, s)".repeat(40);
        assert!(
            refused(&format!("datatable(s:string)['abcd'] | where s != ''{doubled} | project strlen(s)"))
                .contains("more than 64 MiB")
        );
        let lets: String = (1..40).map(|n| format!("let s{n} = strcat(s{}, s{});", n - 1, n - 1)).collect();
        assert!(
            refused(&format!("let s0 = 'abcd'; {lets} print strlen(s39)"))
                .contains("a constant has more than")
        );
    }
}
