//! The values of many groups at once.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryViewBuilder, BooleanArray};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::common::Result;
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};

use super::collect::Collector;
use super::per_group::{PerGroup, State, each_alone};

/// A collector for each group.
pub(super) struct CollectorGroups {
    /// The collector of a group without rows.
    empty: Collector,
    groups: PerGroup<Collector>,
}

impl State for Collector {
    fn bytes_held(&self) -> usize {
        Collector::bytes_held(self)
    }
}

impl CollectorGroups {
    /// Groups that begin as this one.
    pub(super) fn new(empty: Collector) -> Self {
        CollectorGroups { empty, groups: PerGroup::default() }
    }

    fn emit(&mut self, emit_to: EmitTo, with_places: bool) -> ArrayRef {
        let emitted = self.groups.take(emit_to);
        let mut packed = BinaryViewBuilder::with_capacity(emitted.len());
        for mut collector in emitted {
            packed.append_value(collector.pack(with_places));
        }
        Arc::new(packed.finish())
    }
}

impl GroupsAccumulator for CollectorGroups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.groups.grow(total_num_groups, || self.empty.emptied());
        let array = values[0].as_binary_view();
        let places = values.get(2).and_then(|places| places.as_primitive_opt::<Int64Type>());
        for (row, group) in group_indices.iter().enumerate() {
            if opt_filter.is_some_and(|filter| filter.is_null(row) || !filter.value(row)) {
                continue;
            }
            let place = places.map_or(0, |places| places.value(row));
            let value = if array.is_null(row) { &[] } else { array.value(row) };
            self.groups.change(*group, |collector| collector.add(place, value));
        }
        Ok(())
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.groups.grow(total_num_groups, || self.empty.emptied());
        let states = values[0].as_binary_view();
        for (row, group) in group_indices.iter().enumerate() {
            if states.is_valid(row) {
                self.groups.change(*group, |collector| collector.add_state(states.value(row)));
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        Ok(self.emit(emit_to, false))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.emit(emit_to, true)])
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        each_alone(CollectorGroups::new(self.empty.emptied()), values, opt_filter)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.groups.bytes_held()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::rows;

    #[test]
    fn many_groups_are_collected_side_by_side() {
        let t = "range x from 0 to 29999 step 1 | extend g = x % 5000 | summarize l = make_list(x), s = make_set(x % 3), n = make_list_if(x, x < 5000) by g";
        assert_eq!(
            rows(&format!(
                "{t} | summarize count(), sum(array_length(l)), sum(array_length(s)), sum(array_length(n))"
            )),
            "5000 | 30000 | 15000 | 5000"
        );
        assert_eq!(
            rows(
                "datatable(x:long, g:long)[1, 1, 2, 2, 3, 1, long(null), 3] | summarize make_list(x), make_list_with_nulls(x) by g | sort by g asc"
            ),
            "1 | [1,3] | [1,3]\n2 | [2] | [2]\n3 | [] | [null]"
        );
    }
}
