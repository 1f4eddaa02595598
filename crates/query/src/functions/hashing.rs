//! Hashes.

use datafusion::arrow::array::{ArrayRef, Int64Array};
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use md5::Digest;
use weir_value::KustoType;
use xxhash_rust::xxh64::xxh64;

use super::{Accepts, Function, Naming, by_kernel, many, one, optional, with};
use crate::bind::Arguments;
use crate::kernel;
use crate::kernel::{Column, Long, Str, write1};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] =
    &[&HASH, &HASH_COMBINE, &HASH_MANY, &HASH_MD5, &HASH_SHA1, &HASH_SHA256];

function!(
    HASH = ["hash", "hash_xxhash64"],
    Naming::None,
    [with(&[one("value", Accepts::NotDynamic), optional("modulo", Accepts::Integer)], |a| {
        let modulo = (a.typed.len() > 1).then(|| a.take(1));
        hashed(a, 0, modulo)
    })]
);

/// The hash of an argument, or its rest from a division.
fn hashed(a: &mut Arguments<'_, '_, '_>, place: usize, modulo: Option<Typed>) -> Typed {
    let value = a.take(place);
    let (kernel, value) = match value.kind {
        // Numbers and times are hashed as they are stored.
        KustoType::Datetime | KustoType::Timespan => (&XXHASH64_LONG, value),
        KustoType::Int | KustoType::Long => (&XXHASH64_LONG, value.widened()),
        _ => (&XXHASH64, a.binder.converted(value, KustoType::String)),
    };
    let exprs = [value].into_iter().chain(modulo).map(|typed| typed.expr).collect();
    a.binder.fold(Typed::new(kernel.call(exprs), KustoType::Long))
}

function!(
    HASH_COMBINE = ["hash_combine"],
    Naming::None,
    [by_kernel(&[many("hash", Accepts::Integer, 2)], &COMBINED)]
);
function!(
    HASH_MANY = ["hash_many"],
    Naming::None,
    [with(&[many("value", Accepts::NotDynamic, 1)], |a| {
        let hashes = (0..a.typed.len()).map(|place| hashed(a, place, None).expr).collect();
        a.binder.fold(Typed::new(COMBINED.call(hashes), KustoType::Long))
    })]
);
kernel!(
    /// One hash of several, which their order changes. How the original puts them together is not told.
    COMBINED = "kql_hash_combine" -> Long, |a, n| {
        let hashes = a.iter().map(Column::<Long>::of).collect::<Result<Vec<_>>>()?;
        let combined: Int64Array = crate::limits::rows(n)
            .map(|row| {
                let mut together: Option<u64> = None;
                for hash in &hashes {
                    let hash = hash.get(row)? as u64;
                    together = Some(match together {
                        None => hash,
                        Some(before) => xxh64(&hash.to_le_bytes(), before),
                    });
                }
                together.map(|hash| hash as i64)
            })
            .collect();
        Ok(std::sync::Arc::new(combined))
    }
);

kernel!(XXHASH64 = "kql_hash" -> Long, |a, n| {
    let texts = Column::<Str>::of(&a[0])?;
    hashes(a, n, |row| xxh64(texts.get(row).unwrap_or_default().as_bytes(), 0))
});
kernel!(XXHASH64_LONG = "kql_hash_long" -> Long, |a, n| {
    let values = Column::<Long>::of(&a[0])?;
    hashes(a, n, |row| match values.get(row) {
        Some(value) => xxh64(&value.to_le_bytes(), 0),
        None => xxh64(&[], 0),
    })
});

/// One hash a row, or its rest from a division by the second argument.
fn hashes(a: &[ColumnarValue], rows: usize, hash: impl Fn(usize) -> u64) -> Result<ArrayRef> {
    let modulo = a.get(1).map(Column::<Long>::of).transpose()?;
    let hashes: Int64Array = crate::limits::rows(rows)
        .map(|row| match &modulo {
            None => Some(hash(row) as i64),
            Some(modulo) => match modulo.get(row) {
                Some(modulo) if modulo > 0 => Some((hash(row) % modulo as u64) as i64),
                _ => None,
            },
        })
        .collect();
    Ok(std::sync::Arc::new(hashes))
}

macro_rules! digest {
    ($function:ident, $kernel:ident, $name:literal, $digest:ty) => {
        function!(
            $function = [$name],
            Naming::None,
            [with(&[one("value", Accepts::NotDynamic)], |a| {
                let value = a.take(0);
                let text = a.binder.converted(value, KustoType::String);
                a.binder.fold(Typed::new($kernel.call(vec![text.expr]), KustoType::String))
            })]
        );
        kernel!($kernel = (concat!("kql_", $name)) -> String, |a, n| write1::<Str>(a, n, |text, out| {
            use std::fmt::Write;
            for byte in <$digest>::digest(text.as_bytes()) {
                // Writing to a String cannot fail.
                let _ = write!(out, "{byte:02x}");
            }
        }));
    };
}

digest!(HASH_MD5, MD5, "hash_md5", md5::Md5);
digest!(HASH_SHA1, SHA1, "hash_sha1", sha1::Sha1);
digest!(HASH_SHA256, SHA256, "hash_sha256", sha2::Sha256);

#[cfg(test)]
mod tests {
    use crate::testing::{kind, refused, value};

    #[test]
    fn texts_have_digests() {
        assert_eq!(value("hash_md5('')"), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(value("hash_sha1('abc')"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(
            value("hash_sha256('abc')"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(value("hash_md5(1) == hash_md5('1')"), "True");
        assert!(refused("print hash_md5(dynamic(1))").contains("any value but a dynamic"));
    }

    #[test]
    fn hashes_are_longs() {
        assert_eq!(value("hash('abc') == hash('abc'), hash('abc') == hash('abd')"), "True | False");
        assert_eq!(value("hash('abc', 10) between (0 .. 9), hash('abc', 0)"), "True | null");
        assert_eq!(value("hash(datetime(0001-01-01)) == hash(0s), hash(1s) == hash(2s)"), "True | False");
        assert_eq!(value("hash(5) == hash(int(5)), hash(5) == hash('5')"), "True | False");
        assert_eq!(kind("hash(now())"), "long");
    }

    #[test]
    fn hashes_are_put_together() {
        assert_eq!(
            value(
                "hash_many('a', 2) == hash_combine(hash('a'), hash(2)), hash_many(2, 'a') == hash_many('a', 2)"
            ),
            "True | False"
        );
        assert_eq!(
            value("hash_many('a') == hash('a'), hash_many('a', 'b', 'c') == hash_many('a', 'bc')"),
            "True | False"
        );
        assert_eq!(value("hash_combine(1, long(null)), isnull(hash_many('a', long(null)))"), "null | False");
        assert_eq!(kind("hash_many(1, 'a', now())"), "long");
        assert!(refused("print hash_combine(1)").contains("KS119"));
        assert!(refused("print hash_many(dynamic(1), 2)").contains("any value but a dynamic"));
    }
}
