//! Aggregates that the engine has not: each is a state to which rows are added and which other states are merged into.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, Expr, Signature, Volatility};
use datafusion::physical_expr::expressions::Literal;
use weir_value::KustoType;

use crate::physical;

/// Bytes that the state of one group may have: an array of the engine holds no more.
const STATE_BYTES_MAX: usize = i32::MAX as usize;

/// An aggregate of our own as the engine runs it.
pub(super) struct Own {
    /// Its name in plans, `kql_…`.
    pub name: &'static str,
    /// The type of its result.
    pub result: KustoType,
    /// The state of a group without rows; the arguments that are constants are given.
    pub begin: Begin,
}

/// Makes the state of a group.
pub(super) type Begin = fn(&[Option<ScalarValue>]) -> Result<Box<dyn Group>>;

/// What is known of the rows of a group.
pub(super) trait Group: Debug + Send + Sync {
    /// Adds rows: the columns of the arguments.
    fn add(&mut self, arguments: &[ArrayRef]) -> Result<()>;
    /// Adds what another state of the group has saved.
    fn merge(&mut self, saved: &[u8]) -> Result<()>;
    /// The state as bytes, for another one to merge.
    fn save(&mut self) -> Vec<u8>;
    /// What the group came to.
    fn result(&mut self) -> Result<ScalarValue>;
    /// Bytes that it holds beside itself.
    fn size(&self) -> usize;
}

impl Own {
    /// A call of the aggregate.
    pub(super) fn call(&'static self, arguments: Vec<Expr>) -> Expr {
        static FUNCTIONS: LazyLock<Mutex<HashMap<&'static str, Arc<AggregateUDF>>>> =
            LazyLock::new(Mutex::default);
        let mut functions = FUNCTIONS.lock().unwrap_or_else(PoisonError::into_inner);
        let function = functions.entry(self.name).or_insert_with(|| Arc::new(OwnFunction::new(self).into()));
        function.call(arguments)
    }
}

#[derive(Debug)]
struct OwnFunction {
    own: &'static Own,
    signature: Signature,
}

impl OwnFunction {
    fn new(own: &'static Own) -> Self {
        OwnFunction { own, signature: Signature::variadic_any(Volatility::Immutable) }
    }
}

impl Debug for Own {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for OwnFunction {
    fn eq(&self, other: &Self) -> bool {
        self.own.name == other.own.name
    }
}

impl Eq for OwnFunction {}

impl Hash for OwnFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.own.name.hash(state);
    }
}

impl AggregateUDFImpl for OwnFunction {
    fn name(&self) -> &str {
        self.own.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(physical::data_type(self.own.result))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[state]", args.name), DataType::BinaryView, true))])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let constants: Vec<Option<ScalarValue>> = args
            .exprs
            .iter()
            .map(|expr| expr.downcast_ref::<Literal>().map(|literal| literal.value().clone()))
            .collect();
        Ok(Box::new(Running { name: self.own.name, group: (self.own.begin)(&constants)? }))
    }
}

#[derive(Debug)]
struct Running {
    name: &'static str,
    group: Box<dyn Group>,
}

impl Accumulator for Running {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.group.add(values)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let Some(saved) = states.first().and_then(|states| states.as_binary_view_opt()) else {
            return exec_err!("{} was given a state of another aggregate", self.name);
        };
        saved.iter().flatten().try_for_each(|saved| self.group.merge(saved))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let saved = self.group.save();
        if saved.len() > STATE_BYTES_MAX {
            return exec_err!("{} has more values in one group than fit into memory", self.name);
        }
        Ok(vec![ScalarValue::BinaryView(Some(saved))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.group.result()
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.group.size()
    }
}

/// The bytes of each row that is not null.
pub(super) fn packed(array: &ArrayRef) -> Result<impl Iterator<Item = Option<&[u8]>>> {
    match array.as_binary_view_opt() {
        Some(view) => Ok(view.iter()),
        None => exec_err!("an aggregate was given a column of type {}", array.data_type()),
    }
}

/// Whole numbers of eight bytes each.
pub(super) fn eights(bytes: &[u8]) -> impl Iterator<Item = i64> {
    bytes.chunks_exact(8).filter_map(|chunk| chunk.try_into().ok()).map(i64::from_le_bytes)
}
