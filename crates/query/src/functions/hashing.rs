//! Hashes.

use datafusion::arrow::array::Int64Array;
use weir_value::KustoType;

use super::{Accepts, Function, Naming, one, optional, with};
use crate::kernel;
use crate::kernel::{Column, Long, Str};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&HASH];

function!(
    HASH = ["hash", "hash_xxhash64"],
    Naming::None,
    [with(&[one("value", Accepts::NotDynamic), optional("modulo", Accepts::Integer)], |a| {
        let value = a.take(0);
        let text = a.binder.converted(value, KustoType::String);
        let mut exprs = vec![text.expr];
        if a.typed.len() > 1 {
            exprs.push(a.take(1).expr);
        }
        a.binder.fold(Typed::new(XXHASH64.call(exprs), KustoType::Long))
    })]
);

kernel!(XXHASH64 = "kql_hash" -> Long, |a, n| {
    let texts = Column::<Str>::of(&a[0])?;
    let modulo = a.get(1).map(Column::<Long>::of).transpose()?;
    let hashes: Int64Array = (0..n)
        .map(|row| {
            let hash = xxhash_rust::xxh64::xxh64(texts.get(row).unwrap_or_default().as_bytes(), 0);
            match &modulo {
                None => Some(hash as i64),
                Some(modulo) => match modulo.get(row) {
                    Some(modulo) if modulo > 0 => Some((hash % modulo as u64) as i64),
                    _ => None,
                },
            }
        })
        .collect();
    Ok(std::sync::Arc::new(hashes))
});
