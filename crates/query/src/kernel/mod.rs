//! Scalar functions as the engine runs them: columns in, one column out, registered by name.
//!
//! A [`Kernel`] is a name, a result type and a plain function. It holds no state and no setting: whatever it needs
//! comes as an argument, so that a plan can name it and run anywhere. [`kernel!`](crate::kernel!) makes one from a
//! function of single values.

mod columns;
mod function;
mod limit;
mod map;

pub use columns::{Budget, Column, Dec, Dyn, Int, Long, PackedOut, Real, Str, TextOut, Value};
pub use function::{Kernel, Volatility};
pub use map::{map1, map2, pack1, pack2, write1, write2, write3};
