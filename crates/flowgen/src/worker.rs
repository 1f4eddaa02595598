//! Making one blob.

use crate::blob::{self, Layout, Scratch, Witness};
use crate::config::LogFormat;
use crate::traffic::{Plan, Tuple, collect};

/// Makes blobs one after the other, in buffers of its own.
pub(crate) struct Worker<'a> {
    plan: &'a Plan,
    format: LogFormat,
    tuples: Vec<Tuple>,
    scratch: Scratch,
    bytes: Vec<u8>,
}

impl<'a> Worker<'a> {
    pub(crate) fn new(plan: &'a Plan, format: LogFormat) -> Self {
        Worker { plan, format, tuples: Vec::new(), scratch: Scratch::default(), bytes: Vec::new() }
    }

    pub(crate) fn layout(&self, nic: usize) -> Layout {
        Layout::new(self.plan, nic, self.format)
    }

    /// The blob of a NIC and an hour; empty when nothing was logged.
    pub(crate) fn blob(
        &mut self,
        nic: usize,
        hour: i64,
        layout: &Layout,
        witness: &mut impl Witness,
    ) -> &[u8] {
        self.tuples.clear();
        collect(self.plan, nic, hour, &mut self.tuples);
        let grid = &self.plan.grids[nic];
        blob::write(layout, grid, hour, &self.tuples, &mut self.scratch, witness, &mut self.bytes);
        &self.bytes
    }
}
