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

    /// What is constant in the blobs of a NIC, one a generation.
    pub(crate) fn layouts(&self, nic: usize) -> Vec<Layout> {
        Layout::of(self.plan, nic, self.format)
    }

    /// Collects what a NIC logs in an hour, for the blobs that are made next.
    pub(crate) fn collect(&mut self, nic: usize, hour: i64) {
        self.tuples.clear();
        collect(self.plan, nic, hour, &mut self.tuples);
    }

    /// The blob of the NIC and the hour that were collected; empty when nothing was logged.
    pub(crate) fn blob(
        &mut self,
        nic: usize,
        hour: i64,
        layout: &Layout,
        witness: &mut impl Witness,
    ) -> &[u8] {
        let grid = &self.plan.grids[nic];
        blob::write(layout, grid, hour, &self.tuples, &mut self.scratch, witness, &mut self.bytes);
        &self.bytes
    }
}
