//! Kernels from functions of single values. A null argument makes a null result, unless said otherwise.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use std::sync::Arc;

use super::{Column, PackedOut, TextOut, Value};

/// An array of results that can be collected from optional values.
pub trait Collect<T>: FromIterator<Option<T>> + datafusion::arrow::array::Array + 'static {}
impl<T, A: FromIterator<Option<T>> + datafusion::arrow::array::Array + 'static> Collect<T> for A {}

macro_rules! arity {
    ($map:ident, $write:ident, $pack:ident, $($type:ident $arg:ident $index:tt),+) => {
        /// One number or flag a row.
        pub fn $map<$($type: Value,)+ T, Out: Collect<T>>(
            arguments: &[ColumnarValue],
            rows: usize,
            f: impl for<'a> Fn($($type::Item<'a>),+) -> Option<T>,
        ) -> Result<ArrayRef> {
            $(let $arg = Column::<$type>::of(&arguments[$index])?;)+
            let out: Out = (0..rows).map(|row| f($($arg.get(row)?),+)).collect();
            Ok(Arc::new(out))
        }

        /// One text a row, written into an empty buffer; a null argument makes it blank.
        pub fn $write<$($type: Value),+>(
            arguments: &[ColumnarValue],
            rows: usize,
            f: impl for<'a> Fn($($type::Item<'a>,)+ &mut String),
        ) -> Result<ArrayRef> {
            $(let $arg = Column::<$type>::of(&arguments[$index])?;)+
            let mut out = TextOut::new(rows);
            for row in 0..rows {
                if let ($(Some($arg),)+) = ($($arg.get(row),)+) {
                    out.write(|text| f($($arg,)+ text));
                } else {
                    out.push("");
                }
            }
            Ok(out.finish())
        }

        /// One dynamic a row, packed into an empty buffer; nothing packed is a null.
        pub fn $pack<$($type: Value),+>(
            arguments: &[ColumnarValue],
            rows: usize,
            f: impl for<'a> Fn($($type::Item<'a>,)+ &mut Vec<u8>),
        ) -> Result<ArrayRef> {
            $(let $arg = Column::<$type>::of(&arguments[$index])?;)+
            let mut out = PackedOut::new(rows);
            for row in 0..rows {
                if let ($(Some($arg),)+) = ($($arg.get(row),)+) {
                    out.pack(|bytes| f($($arg,)+ bytes));
                } else {
                    out.push_null();
                }
            }
            Ok(out.finish())
        }
    };
}

arity!(map1, write1, pack1, A a 0);
arity!(map2, write2, pack2, A a 0, B b 1);
arity!(map3, write3, pack3, A a 0, B b 1, C c 2);
