//! What is known of many groups at once, one state each, and the bytes that these take.

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray};
use datafusion::common::Result;
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};

/// What is known of a group.
pub(super) trait State {
    /// Bytes that it takes beside itself.
    fn bytes_held(&self) -> usize;
}

/// The states of groups.
#[derive(Debug)]
pub(super) struct PerGroup<S> {
    states: Vec<S>,
    bytes: usize,
}

impl<S> Default for PerGroup<S> {
    fn default() -> Self {
        PerGroup { states: Vec::new(), bytes: 0 }
    }
}

impl<S: State> PerGroup<S> {
    /// Makes so many groups of them; those that are new have no rows.
    pub(super) fn grow(&mut self, total: usize, empty: impl FnMut() -> S) {
        if self.states.len() < total {
            self.states.resize_with(total, empty);
        }
    }

    /// Does something with a group, and counts what it holds then.
    pub(super) fn change(&mut self, group: usize, change: impl FnOnce(&mut S)) {
        if let Some(state) = self.states.get_mut(group) {
            let before = state.bytes_held();
            change(state);
            self.bytes = self.bytes + state.bytes_held() - before;
        }
    }

    /// Takes groups out.
    pub(super) fn take(&mut self, emit_to: EmitTo) -> Vec<S> {
        let taken = emit_to.take_needed(&mut self.states);
        self.bytes = self.bytes.saturating_sub(taken.iter().map(State::bytes_held).sum());
        taken
    }

    /// Bytes that all of them take, themselves counted.
    pub(super) fn bytes_held(&self) -> usize {
        self.bytes + self.states.capacity() * size_of::<S>()
    }
}

/// The state of each row as if it were a group of its own; `groups` has none yet.
pub(super) fn each_alone(
    mut groups: impl GroupsAccumulator,
    values: &[ArrayRef],
    opt_filter: Option<&BooleanArray>,
) -> Result<Vec<ArrayRef>> {
    let rows = values[0].len();
    let numbers: Vec<usize> = (0..rows).collect();
    groups.update_batch(values, &numbers, opt_filter, rows)?;
    groups.state(EmitTo::All)
}
