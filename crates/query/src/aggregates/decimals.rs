//! Sums and means of decimals.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::common::{Result, ScalarValue, exec_err};
use weir_value::{Decimal, KustoType};

use super::own::{Group, Own};
use crate::physical;

/// The sum; 0 over nothing.
pub(super) static SUM: Own = Own {
    name: "kql_sum_decimal",
    result: KustoType::Decimal,
    begin: |_| Ok(Box::new(Total { mean: false, sum: Decimal::ZERO, count: 0 })),
};

/// The mean; null over nothing.
pub(super) static MEAN: Own = Own {
    name: "kql_avg_decimal",
    result: KustoType::Decimal,
    begin: |_| Ok(Box::new(Total { mean: true, sum: Decimal::ZERO, count: 0 })),
};

#[derive(Debug)]
struct Total {
    mean: bool,
    sum: Decimal,
    count: i64,
}

impl Total {
    fn plus(&mut self, value: Decimal, count: i64) -> Result<()> {
        match self.sum.plus(value) {
            Some(sum) => {
                self.sum = sum;
                self.count += count;
                Ok(())
            }
            None => exec_err!("the sum is beyond what a decimal holds"),
        }
    }
}

impl Group for Total {
    fn add(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        let Some(values) = arguments[0].as_fixed_size_binary_opt() else {
            return exec_err!("only decimals are added up as such");
        };
        (0..values.len())
            .filter(|row| values.is_valid(*row))
            .try_for_each(|row| self.plus(Decimal::from_bytes(values.value(row)), 1))
    }

    fn merge(&mut self, saved: &[u8]) -> Result<()> {
        match saved.split_at_checked(16) {
            Some((sum, count)) => {
                let count = count.try_into().map_or(0, i64::from_le_bytes);
                self.plus(Decimal::from_bytes(sum), count)
            }
            None => Ok(()),
        }
    }

    fn save(&mut self) -> Vec<u8> {
        let mut saved = self.sum.to_bytes().to_vec();
        saved.extend(self.count.to_le_bytes());
        saved
    }

    fn result(&mut self) -> Result<ScalarValue> {
        Ok(match self.mean {
            true => match self.sum.divided_by(Decimal::from(self.count)) {
                Some(mean) => physical::decimal(mean),
                None => physical::null(KustoType::Decimal),
            },
            false => physical::decimal(self.sum),
        })
    }

    fn size(&self) -> usize {
        0
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, rows};

    #[test]
    fn tenths_add_up() {
        let t = "datatable(g:long, d:decimal)[1, decimal(0.1), 1, decimal(0.2), 2, decimal(null), 1, decimal(0.3)]";
        assert_eq!(
            answer(&format!(
                "{t} | summarize sum(d), avg(d), min(d), max(d), sumif(d, d > 0.1) by g | sort by g asc"
            )),
            "g:long, sum_d:decimal, avg_d:decimal, min_d:decimal, max_d:decimal, sumif_d:decimal\n1 | 0.6 | 0.2 | 0.1 | 0.3 | 0.5\n2 | 0 | null | null | null | 0"
        );
        assert_eq!(
            rows(&format!("{t} | summarize make_list(d), dcount(d)")),
            "[\"0.1\",\"0.2\",\"0.3\"] | 3"
        );
    }
}
