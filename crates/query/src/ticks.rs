//! Stored times as ticks.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{AsArray, Int64Array};
use datafusion::arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::preimage::PreimageResult;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use weir_value::datetime::{TICKS_PER_MICROSECOND, UNIX_EPOCH};

/// Microseconds since the Unix epoch as ticks since year 1.
///
/// A comparison of the ticks with a constant is one of the stored time, so that readers prune by it.
pub fn ticks(stored: Expr) -> Expr {
    function().call(vec![stored])
}

/// The function as the engine registers it.
pub fn function() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| Arc::new(Ticks::new().into()));
    Arc::clone(&FUNCTION)
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Ticks {
    signature: Signature,
}

impl Ticks {
    fn new() -> Self {
        Ticks { signature: Signature::any(1, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Ticks {
    fn name(&self) -> &str {
        "kql_ticks"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let Some(stored) = arrays.first().and_then(|a| a.as_primitive_opt::<TimestampMicrosecondType>())
        else {
            return exec_err!("only stored times become ticks");
        };
        let ticks: Int64Array =
            stored.unary(|micros| micros.wrapping_mul(TICKS_PER_MICROSECOND).wrapping_add(UNIX_EPOCH));
        Ok(ColumnarValue::Array(Arc::new(ticks)))
    }

    fn preimage(&self, args: &[Expr], literal: &Expr, _: &SimplifyContext) -> Result<PreimageResult> {
        let (Some(stored), Expr::Literal(ScalarValue::Int64(Some(ticks)), _)) = (args.first(), literal)
        else {
            return Ok(PreimageResult::None);
        };
        // The first stored time at or behind the ticks, and the first behind them: the same for ticks that no
        // stored time has.
        let Some(since_epoch) = ticks.checked_sub(UNIX_EPOCH) else { return Ok(PreimageResult::None) };
        let lower = since_epoch.div_euclid(TICKS_PER_MICROSECOND)
            + i64::from(since_epoch.rem_euclid(TICKS_PER_MICROSECOND) > 0);
        let upper = since_epoch.div_euclid(TICKS_PER_MICROSECOND) + 1;
        let time = |micros| ScalarValue::TimestampMicrosecond(Some(micros), Some("UTC".into()));
        let interval = Interval::try_new(time(lower), time(upper))?;
        Ok(PreimageResult::Range { expr: stored.clone(), interval: Box::new(interval) })
    }
}
