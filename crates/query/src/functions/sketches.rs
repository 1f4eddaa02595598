//! What is read from summaries: `dcount_hll`, `percentile_tdigest` and their kin.
//!
//! Source: <https://learn.microsoft.com/kusto/query/dcount-hll-function>

use datafusion::arrow::array::{Float64Array, Int64Array};
use datafusion::common::Result;
use weir_value::KustoType;
use weir_value::dynamic::{Kind, Packer};

use super::{Accepts, Function, Naming, by_kernel, exactly, many, one, with};
use crate::aggregates::{Digest, HllSummary};
use crate::kernel;
use crate::kernel::{Column, Dyn, PackedOut, Real, map1, map2};
use crate::typed::Typed;

use KustoType::{Dynamic, Real as Number};

pub(crate) const FUNCTIONS: &[&Function] = &[
    &DCOUNT_HLL,
    &PERCENTILE_TDIGEST,
    &PERCENTILES_ARRAY_TDIGEST,
    &RANK_TDIGEST,
    &PERCENT_RANK_TDIGEST,
    &HLL_MERGE,
    &TDIGEST_MERGE,
];

function!(
    DCOUNT_HLL = ["dcount_hll"],
    Naming::Prefix("dcount_hll"),
    [by_kernel(&[exactly("hll", Dynamic)], &COUNT)]
);
kernel!(COUNT = "kql_dcount_hll" -> Long, |a, n| {
    map1::<Dyn, i64, Int64Array>(a, n, |view| HllSummary::of(view).map(|summary| summary.count()))
});

function!(
    PERCENTILE_TDIGEST = ["percentile_tdigest"],
    Naming::Prefix("percentile_tdigest"),
    [
        with(&[exactly("tdigest", Dynamic), exactly("percentile", Number)], |a| {
            let found = PERCENTILE.call(vec![a.take(0).expr, a.take(1).expr]);
            a.binder.converted(Typed::new(found, Number), Dynamic)
        }),
        with(
            &[exactly("tdigest", Dynamic), exactly("percentile", Number), one("type", Accepts::Type)],
            |a| {
                let (digest, percentile, kind) = (a.take(0), a.take(1), a.take(2).kind);
                let found = Typed::new(PERCENTILE.call(vec![digest.expr, percentile.expr]), Number);
                a.binder.converted(found, kind)
            }
        )
    ]
);
kernel!(PERCENTILE = "kql_percentile_tdigest" -> Real, |a, n| {
    map2::<Dyn, Real, f64, Float64Array>(a, n, |view, percent| Digest::of(view)?.percentile(percent))
});

function!(
    PERCENTILES_ARRAY_TDIGEST = ["percentiles_array_tdigest"],
    Naming::Prefix("percentile_tdigest"),
    [
        with(&[exactly("tdigest", Dynamic), exactly("percentiles", Dynamic)], |a| {
            let (digest, array) = (a.take(0), a.take(1));
            a.binder.fold(Typed::new(PERCENTILES.call(vec![digest.expr, array.expr]), Dynamic))
        }),
        with(&[exactly("tdigest", Dynamic), many("percentile", Accepts::Number, 1)], |a| {
            let values: Vec<Typed> = (1..a.typed.len()).map(|place| a.take(place)).collect();
            let items = values.into_iter().map(|value| crate::bind::pack(value).expr).collect();
            let (digest, array) = (a.take(0), super::dynamic::ARRAY.call(items));
            a.binder.fold(Typed::new(PERCENTILES.call(vec![digest.expr, array]), Dynamic))
        }),
    ]
);
kernel!(PERCENTILES = "kql_percentiles_array_tdigest" -> Dynamic, |a, n| {
    let (digests, wanted) = (Column::<Dyn>::of(&a[0])?, Column::<Dyn>::of(&a[1])?);
    let mut out = PackedOut::new(n);
    for row in crate::limits::rows(n) {
        let Some((digest, wanted)) = digests.get(row).and_then(Digest::of).zip(wanted.get(row)) else {
            out.push_null();
            continue;
        };
        out.pack(|bytes| {
            Packer::new(bytes).array(|array| {
                for percent in wanted.items() {
                    let percent = percent.as_real().or_else(|| percent.as_long().map(|value| value as f64));
                    array.item(|packer| match percent.and_then(|percent| digest.percentile(percent)) {
                        Some(value) => packer.real(value),
                        None => packer.null(),
                    });
                }
            });
        });
    }
    Ok(out.finish())
});

function!(
    RANK_TDIGEST = ["rank_tdigest"],
    Naming::None,
    [with(&[exactly("tdigest", Dynamic), one("value", Accepts::Any)], |a| ranked(a, &RANK))]
);
function!(
    PERCENT_RANK_TDIGEST = ["percentrank_tdigest"],
    Naming::None,
    [with(&[exactly("tdigest", Dynamic), one("value", Accepts::Any)], |a| ranked(a, &PERCENT_RANK))]
);
kernel!(RANK = "kql_rank_tdigest" -> Real, |a, n| {
    map2::<Dyn, Real, f64, Float64Array>(a, n, |view, value| Some(Digest::of(view)?.rank(value)))
});
kernel!(PERCENT_RANK = "kql_percentrank_tdigest" -> Real, |a, n| {
    map2::<Dyn, Real, f64, Float64Array>(a, n, |view, value| Digest::of(view)?.percent_rank(value))
});

fn ranked(a: &mut crate::bind::Arguments<'_, '_, '_>, kernel: &'static kernel::Kernel) -> Typed {
    let (digest, value) = (a.take(0), a.take(1));
    if let kind @ (KustoType::String | KustoType::Bool | KustoType::Guid) = value.kind {
        a.binder.unsupported(a.span, format!("the rank of a {kind} in a digest"));
        return Typed::poison();
    }
    let value = a.binder.converted(value, Number);
    a.binder.fold(Typed::new(kernel.call(vec![digest.expr, value.expr]), Number))
}

function!(
    HLL_MERGE = ["hll_merge"],
    Naming::Only("hll_merged_result"),
    [with(&[many("hll", Accepts::Exactly(Dynamic), 2)], |a| merged(a, &MERGE_HLL))]
);
function!(
    TDIGEST_MERGE = ["tdigest_merge", "merge_tdigest", "merge_tdigests"],
    Naming::Only("tdigests_merge_result"),
    [with(&[many("tdigest", Accepts::Exactly(Dynamic), 2)], |a| merged(a, &MERGE_TDIGEST))]
);
kernel!(MERGE_HLL = "kql_hll_merge_of" -> Dynamic, |a, n| {
    each_merged(a, n, HllSummary::default, HllSummary::merge, |summary| summary.pack())
});
kernel!(MERGE_TDIGEST = "kql_tdigest_merge_of" -> Dynamic, |a, n| {
    each_merged(a, n, Digest::default, Digest::merge, |mut digest| digest.pack())
});

fn merged(a: &mut crate::bind::Arguments<'_, '_, '_>, kernel: &'static kernel::Kernel) -> Typed {
    let values = (0..a.typed.len()).map(|place| a.take(place).expr).collect();
    a.binder.fold(Typed::new(kernel.call(values), Dynamic))
}

fn each_merged<T>(
    arguments: &[datafusion::logical_expr::ColumnarValue],
    rows: usize,
    begin: fn() -> T,
    merge: fn(&mut T, weir_value::dynamic::View<'_>),
    pack: fn(T) -> Vec<u8>,
) -> Result<datafusion::arrow::array::ArrayRef> {
    let columns = arguments.iter().map(Column::<Dyn>::of).collect::<Result<Vec<_>>>()?;
    let mut out = PackedOut::new(rows);
    for row in crate::limits::rows(rows) {
        let values: Vec<_> = columns.iter().filter_map(|column| column.get(row)).collect();
        if values.iter().all(|view| view.kind() != Kind::Array) {
            out.push_null();
            continue;
        }
        let mut all = begin();
        values.into_iter().for_each(|view| merge(&mut all, view));
        let packed = pack(all);
        out.push(weir_value::dynamic::View::new(&packed));
    }
    Ok(out.finish())
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    #[test]
    fn columns_are_called_as_published() {
        let t = "range x from 1 to 10 step 1 | summarize t = tdigest(x), h = hll(x)";
        assert_eq!(
            answer(&format!(
                "{t} | project percentile_tdigest(t, 50), percentiles_array_tdigest(t, 50), rank_tdigest(t, 3), \
                 percentrank_tdigest(t, 3), tdigest_merge(t, t), hll_merge(h, h) | project-away *result"
            )),
            "percentile_tdigest_t:dynamic, percentile_tdigest_t1:dynamic, Column1:real, Column2:real\n5.0 | [5.0] | 3.0 | 30.0"
        );
        assert_eq!(
            answer(&format!("{t} | project tdigest_merge(t, t), hll_merge(h, h) | take 0")),
            "tdigests_merge_result:dynamic, hll_merged_result:dynamic"
        );
        assert_eq!(
            answer(
                "print 1 | project dcount_hll(dynamic([1])), percentile_tdigest(dynamic([1]), 5, typeof(long))"
            ),
            "dcount_hll_:long, percentile_tdigest_:long\nnull | null"
        );
        assert!(refused(&format!("{t} | project rank_tdigest(t, 'x')")).contains("not supported yet"));
    }

    #[test]
    fn summaries_of_one_row_are_merged() {
        let t = "range x from 1 to 10 step 1 | summarize a = hll(x), b = hll(x + 5), s = tdigest(x), t = tdigest(x + 10)";
        assert_eq!(
            rows(&format!(
                "{t} | project dcount_hll(hll_merge(a, b)), percentile_tdigest(merge_tdigest(s, t), 50)"
            )),
            "15 | 10.0"
        );
        assert_eq!(rows("print dcount_hll(hll_merge(dynamic(null), dynamic(null)))"), "null");
        assert!(refused("print hll_merge(dynamic([]))").contains("KS119"));
    }
}
