//! `array_sort_asc`, `array_sort_desc`: arrays in the order of the first of them.
//!
//! Source: <https://learn.microsoft.com/kusto/query/array-sort-asc-function>

use std::cmp::Ordering;

use weir_value::KustoType::{Bool, Dynamic};
use weir_value::dynamic::{Kind, Packer, View};

use weir_kql::ast::{Expr, ExprKind};

use super::{INDEX, as_array, pack_rows};
use crate::bind::{Arguments, Binder, Scope, default_name};
use crate::functions::{Accepts, Function, Naming, many, with};
use crate::kernel;
use crate::kernel::{Column, Dyn};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&ASCENDING, &DESCENDING];

function!(
    ASCENDING = ["array_sort_asc"],
    Naming::Sorted,
    [with(&[many("array", Accepts::Any, 1)], |a| sorted(a, false))]
);
function!(
    DESCENDING = ["array_sort_desc"],
    Naming::Sorted,
    [with(&[many("array", Accepts::Any, 1)], |a| sorted(a, true))]
);

fn sorted(a: &mut Arguments<'_, '_, '_>, descending: bool) -> Typed {
    let arguments: Vec<Typed> = (0..a.typed.len()).map(|index| a.take(index)).collect();
    match arrays_of(arguments) {
        Ok((arrays, nulls_last)) if arrays.len() == 1 => call(a.binder, arrays, descending, nulls_last),
        Ok(_) => a.refuse(0, "several arrays give several columns: take one of them, with [0] for example"),
        Err((place, message)) => a.refuse(place, message),
    }
}

/// The arrays, and whether nulls come last; or what is wrong with which argument.
fn arrays_of(mut arguments: Vec<Typed>) -> Result<(Vec<Typed>, bool), (usize, String)> {
    let mut nulls_last = true;
    if let [_, .., last] = arguments.as_slice()
        && last.kind == Bool
    {
        let place = arguments.len() - 1;
        nulls_last =
            last.as_bool().ok_or((place, "whether nulls come last must be a constant".to_owned()))?;
        arguments.pop();
    }
    match arguments.iter().enumerate().find(|(_, array)| array.kind != Dynamic) {
        Some((place, other)) => Err((place, format!("an array is expected here, this is a {}", other.kind))),
        None => Ok((arguments, nulls_last)),
    }
}

fn call(binder: &mut Binder<'_>, arrays: Vec<Typed>, descending: bool, nulls_last: bool) -> Typed {
    let settings = [Typed::bool(descending), Typed::bool(nulls_last)];
    let exprs = settings.into_iter().chain(arrays).map(|typed| typed.expr).collect();
    binder.fold(Typed::new(SORTED.call(exprs), Dynamic))
}

/// The columns that a sort of several arrays makes; nothing for any other expression.
pub(crate) fn several(
    binder: &mut Binder<'_>,
    expr: &Expr,
    scope: Scope<'_>,
) -> Option<Vec<(String, Typed)>> {
    let written = match &expr.kind {
        ExprKind::Paren(inner) => return several(binder, inner, scope),
        ExprKind::Call(call) if scope.env.get(&call.name.text).is_none() => call,
        _ => return None,
    };
    let descending = match written.name.text.as_str() {
        "array_sort_asc" => false,
        "array_sort_desc" => true,
        _ => return None,
    };
    if written.arguments.len() < 2 {
        return None;
    }
    let arguments: Vec<Typed> =
        written.arguments.iter().map(|argument| binder.scalar(&argument.value, scope)).collect();
    if arguments.iter().any(|argument| argument.poisoned) {
        return None;
    }
    let (arrays, nulls_last) = arrays_of(arguments).ok().filter(|(arrays, _)| arrays.len() > 1)?;
    let count = arrays.len();
    let all = call(binder, arrays, descending, nulls_last);
    let columns = written.arguments.iter().take(count).enumerate().map(|(place, argument)| {
        let name = default_name(&argument.value).unwrap_or_else(|| format!("array{place}"));
        let one = INDEX.call(vec![all.expr.clone(), Typed::long(place as i64).expr]);
        (format!("{name}_sorted"), binder.fold(Typed::new(one, Dynamic)))
    });
    Some(columns.collect())
}

kernel!(
    /// One array sorted; of several, an array of all of them in the order of the first.
    SORTED = "kql_array_sort" -> Dynamic, |a, n| {
        let descending = Column::<bool>::of(&a[0])?.get(0).unwrap_or(false);
        let nulls_last = Column::<bool>::of(&a[1])?.get(0).unwrap_or(true);
        let arrays = a[2..].iter().map(Column::<Dyn>::of).collect::<datafusion::common::Result<Vec<_>>>()?;
        let mut order: Vec<usize> = Vec::new();
        pack_rows(n, |row, bytes| {
            let items: Vec<Option<Vec<View<'_>>>> = arrays
                .iter()
                .map(|array| as_array(array.get(row)).map(|array| array.items().collect()))
                .collect();
            let Some(Some(first)) = items.first() else { return };
            order.clear();
            order.extend(0..first.len());
            order.sort_by(|a, b| compare(first.get(*a), first.get(*b), descending, nulls_last));
            let write = |items: &Option<Vec<View<'_>>>, packer: &mut Packer<'_>| match items {
                // An array of another length has no order in common.
                Some(items) if items.len() == order.len() => packer.array(|array| {
                    for item in order.iter().filter_map(|place| items.get(*place)) {
                        array.item(|packer| packer.packed(*item));
                    }
                }),
                _ => packer.null(),
            };
            let mut packer = Packer::new(bytes);
            match items.as_slice() {
                [one] => write(one, &mut packer),
                all => packer.array(|out| all.iter().for_each(|items| out.item(|packer| write(items, packer)))),
            }
        })
    }
);

/// Numbers and times, then strings, then guids, then the rest as it stood; nulls where they are asked for.
fn compare(a: Option<&View<'_>>, b: Option<&View<'_>>, descending: bool, nulls_last: bool) -> Ordering {
    let (Some(a), Some(b)) = (a, b) else { return Ordering::Equal };
    let (class_a, class_b) = (class(*a, nulls_last), class(*b, nulls_last));
    class_a.cmp(&class_b).then_with(|| {
        let order = match (a.as_long(), b.as_long(), class_a) {
            (Some(a), Some(b), _) => a.cmp(&b),
            (_, _, 1) => number(*a).total_cmp(&number(*b)),
            (_, _, 2 | 3) => a.as_str().cmp(&b.as_str()),
            _ => Ordering::Equal,
        };
        if descending { order.reverse() } else { order }
    })
}

fn class(value: View<'_>, nulls_last: bool) -> u8 {
    match value.kind() {
        Kind::Null if nulls_last => 5,
        Kind::Null => 0,
        Kind::Long | Kind::Real | Kind::Datetime | Kind::Timespan => 1,
        Kind::String => 2,
        Kind::Guid => 3,
        Kind::Bool | Kind::Array | Kind::Bag => 4,
    }
}

fn number(value: View<'_>) -> f64 {
    value.as_real().or_else(|| value.as_long().map(|value| value as f64)).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, value};

    #[test]
    fn kinds_of_values_keep_apart() {
        let array = "dynamic(['b', 3, null, 1.5, 'B', true])";
        assert_eq!(value(&format!("array_sort_asc({array})")), r#"[1.5,3,"B","b",true,null]"#);
        assert_eq!(value(&format!("array_sort_desc({array})")), r#"[3,1.5,"b","B",true,null]"#);
        assert_eq!(value(&format!("array_sort_desc({array}, false)")), r#"[null,3,1.5,"b","B",true]"#);
        assert_eq!(value("array_sort_asc(dynamic({}))"), "null");
    }

    #[test]
    fn others_follow_the_first() {
        let sorted = "array_sort_asc(dynamic([3, 1, 2]), dynamic(['c', 'a', 'b']), dynamic([1]))";
        assert_eq!(value(&format!("{sorted}[1]")), r#"["a","b","c"]"#);
        assert_eq!(value(&format!("{sorted}[2]")), "null");
    }

    #[test]
    fn several_arrays_are_several_columns() {
        let two = "array_sort_desc(dynamic([1, 2]), dynamic(['a', 'b']))";
        assert_eq!(
            answer(&format!("print {two}")),
            "array0_sorted:dynamic, array1_sorted:dynamic\n[2,1] | [\"b\",\"a\"]"
        );
        assert_eq!(answer(&format!("print (x, y) = {two}")), "x:dynamic, y:dynamic\n[2,1] | [\"b\",\"a\"]");
        assert_eq!(answer(&format!("print x = {two}")), "x:dynamic\n[2,1]");
        assert_eq!(
            answer("print a = dynamic([2, 1]) | project array_sort_asc(a), array_sort_asc(pack_array(1))"),
            "a_sorted:dynamic, array0_sorted:dynamic\n[1,2] | [1]"
        );
        assert_eq!(
            answer("let a = dynamic([2, 1]); print a, n = 1 | extend s = array_sort_asc(a, true)"),
            "print_0:dynamic, n:long, s:dynamic\n[2,1] | 1 | [1,2]"
        );
        for operator in ["project a,", "extend"] {
            assert_eq!(
                answer(&format!("print a = 1 | {operator} {two}")),
                "a:long, array0_sorted:dynamic, array1_sorted:dynamic\n1 | [2,1] | [\"b\",\"a\"]"
            );
        }
        assert!(refused(&format!("print strcat_array({two}, ',')")).contains("several columns"));
    }

    #[test]
    fn only_arrays_are_sorted() {
        assert!(refused("print array_sort_asc('abc')").contains("this is a string"));
    }
}
