//! `make_list`, `make_set` and their kin: the values of a group as one dynamic array.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Expr, GroupsAccumulator, Signature, Volatility,
};
use weir_value::KustoType;
use weir_value::dynamic::{Kind, Packer, View};

use super::collect_groups::CollectorGroups;
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
    let value = a.take(0);
    let what = match (what, value.kind) {
        (Collect::List, KustoType::Dynamic) => Collect::ListOfDynamics,
        _ => what,
    };
    let value = pack(value);
    let size = match a.typed.get(if condition.is_some() { 2 } else { 1 }) {
        None => Some(ELEMENTS_MAX as i64),
        Some(size) => size.as_long(),
    };
    let Some(size) = size else {
        return a.unsupported("a largest size that is no constant");
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
    /// Of a dynamic column: a null of JSON is a value, arrays are put one behind the other.
    ListOfDynamics,
    ListWithNulls,
    Set,
}

impl Collect {
    const ALL: [Collect; 4] = [Collect::List, Collect::ListOfDynamics, Collect::ListWithNulls, Collect::Set];

    fn name(self) -> &'static str {
        match self {
            Collect::List => "kql_make_list",
            Collect::ListOfDynamics => "kql_make_list_of_dynamics",
            Collect::ListWithNulls => "kql_make_list_with_nulls",
            Collect::Set => "kql_make_set",
        }
    }

    /// Whether of an array its elements are collected.
    fn flattens(self) -> bool {
        matches!(self, Collect::ListOfDynamics | Collect::Set)
    }

    fn function(self) -> Arc<AggregateUDF> {
        static FUNCTIONS: LazyLock<[Arc<AggregateUDF>; 4]> =
            LazyLock::new(|| Collect::ALL.map(|what| Arc::new(CollectFunction::new(what).into())));
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
        CollectFunction { what, signature: Signature::variadic_any(Volatility::Immutable) }
    }

    /// A group without rows.
    fn collector(&self, args: &AccumulatorArgs<'_>) -> Result<Collector> {
        let limit = args
            .exprs
            .get(1)
            .and_then(|expr| expr.downcast_ref::<datafusion::physical_expr::expressions::Literal>());
        let limit = match limit.map(|literal| literal.value()) {
            Some(ScalarValue::Int64(Some(limit))) => usize::try_from(*limit).unwrap_or(0),
            _ => return exec_err!("the largest size of a list must be a constant"),
        };
        Ok(Collector {
            what: self.what,
            limit: limit.min(ELEMENTS_MAX),
            ordered: args.exprs.len() > 2,
            items: Vec::new(),
            seen: HashMap::new(),
            bytes: 0,
        })
    }
}

impl AggregateUDFImpl for CollectFunction {
    fn name(&self) -> &str {
        self.what.name()
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
        Ok(Box::new(self.collector(&args)?))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs<'_>) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(CollectorGroups::new(self.collector(&args)?)))
    }
}

/// Whether an aggregate is one of those that collect values.
pub(super) fn is_own(function: &AggregateUDF) -> bool {
    Collect::ALL.iter().any(|what| what.name() == function.name())
}

/// The values of a group.
#[derive(Debug)]
pub(super) struct Collector {
    what: Collect,
    limit: usize,
    /// Whether each item comes with its place among the rows.
    ordered: bool,
    /// The place of each item, and the item.
    items: Vec<(i64, Box<[u8]>)>,
    /// Where among the items a value of a set is.
    seen: HashMap<Box<[u8]>, usize>,
    bytes: usize,
}

impl Collector {
    /// The same without values.
    pub(super) fn emptied(&self) -> Collector {
        Collector { items: Vec::new(), seen: HashMap::new(), bytes: 0, ..*self }
    }

    /// Bytes that the values take.
    pub(super) fn bytes_held(&self) -> usize {
        let items = self.bytes + self.items.len() * size_of::<(i64, Box<[u8]>)>();
        items * if self.what == Collect::Set { 3 } else { 1 }
    }

    /// Adds the values of another state of the group.
    pub(super) fn add_state(&mut self, packed: &[u8]) {
        let mut items = View::new(packed).items();
        while let (Some(place), Some(item)) = (items.next(), items.next()) {
            self.add_item(place.as_long().unwrap_or_default(), item.bytes());
        }
    }

    /// Adds a value; of an array its elements.
    pub(super) fn add(&mut self, place: i64, bytes: &[u8]) {
        let view = View::new(bytes);
        match view.kind() {
            Kind::Array if self.what.flattens() => {
                view.items().for_each(|item| self.add_item(place, item.bytes()));
            }
            Kind::Null if matches!(self.what, Collect::List | Collect::Set) => {}
            _ => self.add_item(place, bytes),
        }
    }

    fn add_item(&mut self, place: i64, bytes: &[u8]) {
        if self.what == Collect::Set
            && let Some(known) = self.seen.get(bytes)
        {
            if let Some((first, _)) = self.items.get_mut(*known) {
                *first = place.min(*first);
            }
            return;
        }
        // Rows in order may come out of it: only the end tells which are the first.
        if self.items.len() >= if self.ordered { ELEMENTS_MAX } else { self.limit } {
            return;
        }
        if self.what == Collect::Set {
            self.seen.insert(bytes.into(), self.items.len());
        }
        self.bytes += bytes.len();
        self.items.push((place, bytes.into()));
    }

    /// The array of the values; with the place of each before it, where another state is to merge them.
    pub(super) fn pack(&mut self, with_places: bool) -> Vec<u8> {
        if self.ordered {
            self.items.sort_by_key(|(place, _)| *place);
            self.seen.clear();
        }
        let count = if with_places { self.items.len() } else { self.limit };
        let mut bytes = Vec::new();
        Packer::new(&mut bytes).array(|array| {
            for (place, item) in self.items.iter().take(count) {
                if with_places {
                    array.item(|packer| packer.long(*place));
                }
                array.item(|packer| packer.packed(View::new(item)));
            }
        });
        bytes
    }
}

impl Accumulator for Collector {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let array = values[0].as_binary_view();
        let places = values.get(2).and_then(|places| places.as_primitive_opt::<Int64Type>());
        for row in 0..array.len() {
            let place = places.map_or(0, |places| places.value(row));
            self.add(place, if array.is_null(row) { &[] } else { array.value(row) });
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let arrays = states[0].as_binary_view();
        arrays.iter().flatten().for_each(|packed| self.add_state(packed));
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::BinaryView(Some(self.pack(true)))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::BinaryView(Some(self.pack(false))))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.bytes_held()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows};

    const T: &str = "datatable(x:long, d:dynamic)[1, dynamic([1, 2]), long(null), dynamic(null), 1, dynamic({'a': 1}), 2, dynamic([2])]";

    #[test]
    fn elements_of_arrays_are_collected_one_by_one() {
        assert_eq!(
            rows(&format!("{T} | summarize make_list(d), make_set(d), make_list_with_nulls(x)")),
            "[1,2,null,{\"a\":1},2] | [1,2,{\"a\":1}] | [1,null,1,2]"
        );
    }

    #[test]
    fn nulls_are_left_out_and_sizes_bounded() {
        assert_eq!(
            rows(&format!(
                "{T} | summarize make_list(x), make_set(x), make_list(x, 1), make_set_if(x, x > 1)"
            )),
            "[1,1,2] | [1,2] | [1] | [2]"
        );
        assert_eq!(rows(&format!("{T} | where x > 9 | summarize make_list(x), make_set(d)")), "[] | []");
        assert!(refused(&format!("{T} | summarize make_list(x, x)")).contains("constant"));
    }
}
