use std::cell::Cell;

use datafusion::common::{Result, exec_err};

use crate::limits::batch_bytes_max;

/// Bytes that one value may have.
const VALUE_BYTES_MAX: usize = 64 << 20;

thread_local! {
    /// Whether a column that is being made grew beyond its limits.
    static EXCEEDED: Cell<bool> = const { Cell::new(false) };
}

/// Counts the bytes of a column while it is made. What goes beyond the limits is left out, and the kernel that makes
/// it fails: see [`check`].
pub(super) struct Bytes {
    made: usize,
    most: usize,
}

impl Default for Bytes {
    fn default() -> Self {
        Bytes { made: 0, most: batch_bytes_max() }
    }
}

impl Bytes {
    /// Whether a further value of so many bytes fits.
    pub(super) fn fits(&mut self, bytes: usize) -> bool {
        self.made = self.made.saturating_add(bytes);
        let fits = bytes <= VALUE_BYTES_MAX && self.made <= self.most;
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
            batch_bytes_max() >> 20
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
