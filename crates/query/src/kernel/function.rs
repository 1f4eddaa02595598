use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature,
};
use weir_value::KustoType;

use super::columns::shrink;
use crate::limits::{self, Watching};
use crate::physical;

pub use datafusion::logical_expr::Volatility;

/// A scalar function as the engine runs it.
pub struct Kernel {
    /// Its name in plans, `kql_…`.
    pub name: &'static str,
    /// The type of its result.
    pub result: KustoType,
    /// Whether equal arguments give equal results.
    pub volatility: Volatility,
    /// One row of the result for each of so many rows of the arguments.
    pub run: fn(&[ColumnarValue], usize) -> Result<ArrayRef>,
}

impl Kernel {
    /// A call of the kernel.
    pub fn call(&'static self, arguments: Vec<Expr>) -> Expr {
        Expr::ScalarFunction(ScalarFunction::new_udf(self.function(), arguments))
    }

    /// The kernel as the engine registers it.
    pub fn function(&'static self) -> Arc<ScalarUDF> {
        static FUNCTIONS: LazyLock<Mutex<HashMap<&'static str, Arc<ScalarUDF>>>> =
            LazyLock::new(Mutex::default);
        let mut functions = FUNCTIONS.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(functions.entry(self.name).or_insert_with(|| Arc::new(KernelFunction::new(self).into())))
    }
}

/// Makes a `Kernel` constant.
///
/// `kernel!(NAME = "kql_name" -> Long, |arguments, rows| …)`; the body gives an Arrow array.
#[macro_export]
macro_rules! kernel {
    ($(#[$doc:meta])* $name:ident = $text:tt -> $result:ident, |$arguments:ident, $rows:ident| $body:expr) => {
        $(#[$doc])*
        pub(crate) static $name: $crate::kernel::Kernel = $crate::kernel::Kernel {
            name: $text,
            result: weir_value::KustoType::$result,
            volatility: $crate::kernel::Volatility::Immutable,
            run: |$arguments, $rows| $body,
        };
    };
}

#[derive(Debug)]
struct KernelFunction {
    kernel: &'static Kernel,
    signature: Signature,
}

impl KernelFunction {
    fn new(kernel: &'static Kernel) -> Self {
        // The binder has chosen kernel and arguments by their types; the engine is not to convert any.
        let any = TypeSignature::OneOf(vec![TypeSignature::VariadicAny, TypeSignature::Nullary]);
        KernelFunction { kernel, signature: Signature::new(any, kernel.volatility) }
    }
}

impl std::fmt::Debug for Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for KernelFunction {
    fn eq(&self, other: &Self) -> bool {
        self.kernel.name == other.kernel.name
    }
}

impl Eq for KernelFunction {}

impl Hash for KernelFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kernel.name.hash(state);
    }
}

impl ScalarUDFImpl for KernelFunction {
    fn name(&self) -> &str {
        self.kernel.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(physical::data_type(self.kernel.result))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = self.kernel.volatility == Volatility::Immutable
            && args.args.iter().all(|argument| matches!(argument, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let run = || {
            let column = (self.kernel.run)(&args.args, rows);
            // A column that is not whole because the query is to stop must not be taken for one that is.
            limits::check()?;
            super::limit::check()?;
            shrink(column?, constant)
        };
        match args.config_options.extensions.get::<Watching>() {
            Some(watching) => watching.0.during(run),
            None => run(),
        }
    }
}
