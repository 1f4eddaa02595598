//! `make_list`, `make_set` and their kin: the values of a group as one dynamic array.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, Expr, Signature, Volatility};
use weir_value::KustoType;
use weir_value::dynamic::{Kind, Packer, View};

use super::{Aggregate, AggregateArguments, Shape};
use crate::bind::pack;
use crate::functions::{Accepts, Naming, Parameter, exactly, one, optional};
use crate::typed::Typed;

/// Elements that an array of a group may have; further ones are left out.
///
/// Source: <https://learn.microsoft.com/kusto/query/make-list-aggregation-function>
const ELEMENTS_MAX: usize = 1_048_576;

pub(super) const AGGREGATES: &[&Aggregate] =
    &[&MAKE_LIST, &MAKE_LIST_IF, &MAKE_LIST_WITH_NULLS, &MAKE_SET, &MAKE_SET_IF];

const MAKE_LIST: Aggregate = Aggregate {
    names: &["make_list", "makelist"],
    naming: Naming::Prefix("list"),
    overloads: &[Shape { parameters: VALUE, build: |a| collect(a, Collect::List, None) }],
};

const MAKE_LIST_IF: Aggregate = Aggregate {
    names: &["make_list_if"],
    naming: Naming::Prefix("list"),
    overloads: &[Shape { parameters: VALUE_IF, build: |a| collect(a, Collect::List, Some(1)) }],
};

const MAKE_LIST_WITH_NULLS: Aggregate = Aggregate {
    names: &["make_list_with_nulls"],
    naming: Naming::Prefix("list"),
    overloads: &[Shape {
        parameters: &[one("expr", Accepts::Any)],
        build: |a| collect(a, Collect::ListWithNulls, None),
    }],
};

const MAKE_SET: Aggregate = Aggregate {
    names: &["make_set", "makeset"],
    naming: Naming::Prefix("set"),
    overloads: &[Shape { parameters: VALUE, build: |a| collect(a, Collect::Set, None) }],
};

const MAKE_SET_IF: Aggregate = Aggregate {
    names: &["make_set_if"],
    naming: Naming::Prefix("set"),
    overloads: &[Shape { parameters: VALUE_IF, build: |a| collect(a, Collect::Set, Some(1)) }],
};

const VALUE: &[Parameter] = &[one("expr", Accepts::Any), optional("max size", Accepts::Integer)];
const VALUE_IF: &[Parameter] = &[
    one("expr", Accepts::Any),
    exactly("predicate", KustoType::Bool),
    optional("max size", Accepts::Integer),
];

fn collect(a: &mut AggregateArguments<'_, '_, '_>, what: Collect, condition: Option<usize>) -> Typed {
    let value = pack(a.take(0));
    let size = match a.typed.get(if condition.is_some() { 2 } else { 1 }) {
        None => Some(ELEMENTS_MAX as i64),
        Some(size) => size.as_long(),
    };
    let Some(size) = size else {
        return a.binder.refuse(None, a.span, "the largest size must be a constant whole number");
    };
    let mut collected: Expr = what.function().call(vec![value.expr, Typed::long(size).expr]);
    if let Some(place) = condition {
        let condition = a.take(place);
        collected = a.filtered(collected, condition);
    }
    let collected = a.add(collected, KustoType::Dynamic);
    super::sums::or_else(
        collected,
        ScalarValue::BinaryView(Some(weir_value::Dynamic::Array(Vec::new()).pack())),
    )
}

/// All values of a column as an aggregate of the engine.
pub(crate) fn list_of(column: &crate::typed::Column) -> Expr {
    let value = pack(column.typed());
    Collect::List.function().call(vec![value.expr, Typed::long(ELEMENTS_MAX as i64).expr])
}

/// What is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Collect {
    List,
    ListWithNulls,
    Set,
}

impl Collect {
    fn function(self) -> Arc<AggregateUDF> {
        static FUNCTIONS: LazyLock<[Arc<AggregateUDF>; 3]> = LazyLock::new(|| {
            [Collect::List, Collect::ListWithNulls, Collect::Set]
                .map(|what| Arc::new(CollectFunction::new(what).into()))
        });
        Arc::clone(&FUNCTIONS[self as usize])
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct CollectFunction {
    what: Collect,
    signature: Signature,
}

impl CollectFunction {
    fn new(what: Collect) -> Self {
        CollectFunction { what, signature: Signature::any(2, Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for CollectFunction {
    fn name(&self) -> &str {
        match self.what {
            Collect::List => "kql_make_list",
            Collect::ListWithNulls => "kql_make_list_with_nulls",
            Collect::Set => "kql_make_set",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::BinaryView)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[array]", args.name), DataType::BinaryView, true))])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let limit = args
            .exprs
            .get(1)
            .and_then(|expr| expr.downcast_ref::<datafusion::physical_expr::expressions::Literal>());
        let limit = match limit.map(|literal| literal.value()) {
            Some(ScalarValue::Int64(Some(limit))) => usize::try_from(*limit).unwrap_or(0),
            _ => return exec_err!("the largest size of a list must be a constant"),
        };
        Ok(Box::new(Collector {
            what: self.what,
            limit: limit.min(ELEMENTS_MAX),
            items: Vec::new(),
            seen: HashSet::new(),
        }))
    }
}

#[derive(Debug)]
struct Collector {
    what: Collect,
    limit: usize,
    items: Vec<Box<[u8]>>,
    seen: HashSet<Box<[u8]>>,
}

impl Collector {
    fn add(&mut self, bytes: &[u8]) {
        let null = View::new(bytes).kind() == Kind::Null;
        if self.items.len() >= self.limit || null && self.what != Collect::ListWithNulls {
            return;
        }
        if self.what == Collect::Set && !self.seen.insert(bytes.into()) {
            return;
        }
        self.items.push(bytes.into());
    }

    fn packed(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        Packer::new(&mut bytes).array(|array| {
            for item in &self.items {
                array.item(|packer| packer.packed(View::new(item)));
            }
        });
        bytes
    }
}

impl Accumulator for Collector {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let array = values[0].as_binary_view();
        for row in 0..array.len() {
            self.add(if array.is_null(row) { &[] } else { array.value(row) });
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let arrays = states[0].as_binary_view();
        for packed in arrays.iter().flatten() {
            for item in View::new(packed).items() {
                self.add(item.bytes());
            }
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::BinaryView(Some(self.packed()))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::BinaryView(Some(self.packed())))
    }

    fn size(&self) -> usize {
        let items: usize = self.items.iter().map(|item| item.len() + size_of::<Box<[u8]>>()).sum();
        size_of_val(self) + items * if self.what == Collect::Set { 2 } else { 1 }
    }
}
