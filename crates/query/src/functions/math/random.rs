//! `rand`, `new_guid`: another value for each row.
//!
//! Source: <https://learn.microsoft.com/kusto/query/rand-function>

use datafusion::arrow::array::Float64Array;
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use weir_value::KustoType;

use crate::functions::{Accepts, Function, Naming, by_kernel, optional};
use crate::kernel::{Column, Kernel, Long, TextOut, Volatility};

pub(crate) const FUNCTIONS: &[&Function] = &[&RAND, &NEW_GUID];

function!(
    RAND = ["rand"],
    Naming::FirstArgument,
    [by_kernel(&[optional("number", Accepts::Integer)], &RANDOM)]
);
static RANDOM: Kernel =
    Kernel { name: "kql_rand", result: KustoType::Real, volatility: Volatility::Volatile, run: random };

/// From 0 to 1; with a number of at least two, a whole one below it.
fn random(a: &[ColumnarValue], rows: usize) -> Result<datafusion::arrow::array::ArrayRef> {
    let limits = a.first().map(Column::<Long>::of).transpose()?;
    let mut state = uuid::Uuid::new_v4().as_u64_pair().0;
    let numbers: Float64Array = crate::limits::rows(rows)
        .map(|row| {
            // 53 bits are what a real holds.
            let number = (split_mix(&mut state) >> 11) as f64 / (1_u64 << 53) as f64;
            match &limits {
                None => Some(number),
                Some(limits) => match limits.get(row)? {
                    limit if limit > 1 => Some((number * limit as f64).floor()),
                    _ => Some(number),
                },
            }
        })
        .collect();
    Ok(std::sync::Arc::new(numbers))
}

/// The next of a sequence of numbers without a pattern; see <https://prng.di.unimi.it/splitmix64.c>.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

function!(NEW_GUID = ["new_guid"], Naming::None, [by_kernel(&[], &GUID)]);
static GUID: Kernel = Kernel {
    name: "kql_new_guid",
    result: KustoType::Guid,
    volatility: Volatility::Volatile,
    run: |_, rows| {
        let mut out = TextOut::new(rows);
        for _ in 0..rows {
            out.push(&uuid::Uuid::new_v4().to_string());
        }
        Ok(out.finish())
    },
};

#[cfg(test)]
mod tests {
    use crate::testing::{kind, rows, value};

    #[test]
    fn each_row_has_its_own() {
        let count = |of: &str| {
            rows(&format!("range x from 1 to 1000 step 1 | extend r = {of} | summarize count() by r | count"))
        };
        assert_eq!(count("tostring(rand())"), "1000");
        assert_eq!(count("tostring(new_guid())"), "1000");
        assert_eq!(
            rows("range x from 1 to 1000 step 1 | extend r = rand(3) | summarize max(r), min(r)"),
            "2.0 | 0.0"
        );
    }

    #[test]
    fn they_have_types() {
        assert_eq!(kind("rand()"), "real");
        assert_eq!(kind("new_guid()"), "guid");
        assert_eq!(value("strlen(tostring(new_guid()))"), "36");
        assert_eq!(value("rand(1) between (0.0 .. 1.0)"), "True");
    }
}
