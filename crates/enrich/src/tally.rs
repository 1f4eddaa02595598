use crate::{Decoration, FlowType, UnknownReason};

/// Rows by what they were decorated as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DecorationTally {
    flow_types: [u64; FlowType::ALL.len()],
    unknown: [u64; UnknownReason::ALL.len()],
    /// Rows whose interface is not in the inventory that holds, though there is one.
    pub nic_unknown: u64,
}

impl DecorationTally {
    /// Counts a row. `nic_unknown` tells that an inventory holds and lacks the row's interface.
    pub fn add(&mut self, decoration: &Decoration, nic_unknown: bool) {
        self.flow_types[decoration.flow_type as usize] += 1;
        if let Some(reason) = decoration.unknown {
            self.unknown[reason as usize] += 1;
        }
        self.nic_unknown += u64::from(nic_unknown);
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: &DecorationTally) {
        self.flow_types.iter_mut().zip(other.flow_types).for_each(|(sum, count)| *sum += count);
        self.unknown.iter_mut().zip(other.unknown).for_each(|(sum, count)| *sum += count);
        self.nic_unknown += other.nic_unknown;
    }

    /// The flow types that occur, and how many rows are of each.
    pub fn flow_types(&self) -> impl Iterator<Item = (FlowType, u64)> + '_ {
        FlowType::ALL.into_iter().zip(self.flow_types).filter(|(_, count)| *count > 0)
    }

    /// Why rows are of the type `Unknown`, and how many for each reason.
    pub fn unknown(&self) -> impl Iterator<Item = (UnknownReason, u64)> + '_ {
        UnknownReason::ALL.into_iter().zip(self.unknown).filter(|(_, count)| *count > 0)
    }
}
