//! Kernels from functions of single values. A null argument makes a null result, unless said otherwise.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use std::sync::Arc;

use super::{Column, PackedOut, TextOut, Value};

/// An array of results that can be collected from optional values.
pub trait Collect<T>: FromIterator<Option<T>> + datafusion::arrow::array::Array + 'static {}
impl<T, A: FromIterator<Option<T>> + datafusion::arrow::array::Array + 'static> Collect<T> for A {}

macro_rules! maps {
    ($name:ident, $($type:ident $arg:ident $index:tt),+) => {
        /// One number or flag a row.
        pub fn $name<$($type: Value,)+ T, Out: Collect<T>>(
            arguments: &[ColumnarValue],
            rows: usize,
            f: impl for<'a> Fn($($type::Item<'a>),+) -> Option<T>,
        ) -> Result<ArrayRef> {
            $(let $arg = Column::<$type>::of(&arguments[$index])?;)+
            let out: Out = crate::limits::rows(rows).map(|row| f($($arg.get(row)?),+)).collect();
            Ok(Arc::new(out))
        }
    };
}

macro_rules! writes {
    ($name:ident, $($type:ident $arg:ident $index:tt),+) => {
        /// One text a row, written into an empty buffer; a null argument makes it blank.
        pub fn $name<$($type: Value),+>(
            arguments: &[ColumnarValue],
            rows: usize,
            f: impl for<'a> Fn($($type::Item<'a>,)+ &mut String),
        ) -> Result<ArrayRef> {
            $(let $arg = Column::<$type>::of(&arguments[$index])?;)+
            let mut out = TextOut::new(rows);
            for row in crate::limits::rows(rows) {
                if let ($(Some($arg),)+) = ($($arg.get(row),)+) {
                    out.write(|text| f($($arg,)+ text));
                } else {
                    out.push("");
                }
            }
            Ok(out.finish())
        }
    };
}

macro_rules! packs {
    ($name:ident, $($type:ident $arg:ident $index:tt),+) => {
        /// One dynamic a row, packed into an empty buffer; nothing packed is a null.
        pub fn $name<$($type: Value),+>(
            arguments: &[ColumnarValue],
            rows: usize,
            f: impl for<'a> Fn($($type::Item<'a>,)+ &mut Vec<u8>),
        ) -> Result<ArrayRef> {
            $(let $arg = Column::<$type>::of(&arguments[$index])?;)+
            let mut out = PackedOut::new(rows);
            for row in crate::limits::rows(rows) {
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

maps!(map1, A a 0);
maps!(map2, A a 0, B b 1);
writes!(write1, A a 0);
writes!(write2, A a 0, B b 1);
writes!(write3, A a 0, B b 1, C c 2);
packs!(pack1, A a 0);
packs!(pack2, A a 0, B b 1);
