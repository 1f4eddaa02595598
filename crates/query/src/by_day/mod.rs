//! Groups of stored rows, made a day at a time.
//!
//! Files of a flow table are apart by the day of `FlowIntervalStartTime`. What is summarized can be summarized day by day
//! and put together after, where whatever is grouped below has that time among its keys: no such group has rows of two
//! days. Groups of a day are fewer than those of all days, which matters as soon as they do not fit into the caches of
//! the processor, and what a day came to is the same for the next query as long as the day has the same files.
//!
//! 1. `find` marks the groups of a plan that can be made so,
//! 2. `plan` puts in their place what puts days together, and looks up what is kept of them,
//! 3. `exec` makes the days that are left, as many at a time as there are threads,
//! 4. `kept` has what days came to, up to so many bytes.

mod exec;
mod find;
mod kept;
mod plan;

pub(crate) use find::marked;
pub(crate) use kept::Kept;
pub(crate) use plan::DayPlanner;
