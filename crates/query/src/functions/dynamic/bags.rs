//! Property bags.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#dynamicarray-functions>

use std::collections::HashSet;

use datafusion::arrow::array::BooleanArray;
use datafusion::common::Result;
use weir_value::KustoType::{self, Dynamic};
use weir_value::dynamic::{Kind, Packer, View};

use super::paths::{self, Step};
use super::{as_array, pack_rows};
use crate::functions::{Accepts, Function, Naming, by_kernel, exactly, many, one};
use crate::kernel;
use crate::kernel::{Column, Dyn, Str, map2};

pub(crate) const FUNCTIONS: &[&Function] = &[&HAS_KEY, &KEYS, &MERGE, &REMOVE_KEYS, &SET_KEY, &ZIP];

fn as_bag(value: Option<View<'_>>) -> Option<View<'_>> {
    value.filter(|view| view.kind() == Kind::Bag)
}

/// The keys that a key stands for: itself, or those of a path that begins with `$`. A path that is none, or leads
/// into an array, stands for nothing.
fn steps(key_path: &str) -> Option<Vec<String>> {
    if !key_path.starts_with("$.") && !key_path.starts_with("$[") {
        return Some(vec![key_path.to_owned()]);
    }
    let key = |step| match step {
        Step::Key(key) => Some(key),
        Step::Place(_) => None,
    };
    paths::parse(key_path)?.into_iter().map(key).collect()
}

function!(
    HAS_KEY = ["bag_has_key"],
    Naming::None,
    [by_kernel(&[one("bag", Accepts::Bag), exactly("key", KustoType::String)], &KEY_EXISTS)]
);
kernel!(KEY_EXISTS = "kql_bag_has_key" -> Bool, |a, n| {
    map2::<Dyn, Str, bool, BooleanArray>(a, n, |bag, key| {
        let bag = as_bag(Some(bag))?;
        let path = steps(key).unwrap_or_default();
        let found = path.iter().try_fold(bag, |value, key| value.property(key));
        Some(!path.is_empty() && found.is_some())
    })
});

function!(KEYS = ["bag_keys"], Naming::None, [by_kernel(&[one("bag", Accepts::Bag)], &KEY_NAMES)]);
kernel!(KEY_NAMES = "kql_bag_keys" -> Dynamic, |a, n| {
    let bags = Column::<Dyn>::of(&a[0])?;
    pack_rows(n, |row, bytes| {
        if let Some(bag) = as_bag(bags.get(row)) {
            Packer::new(bytes).array(|array| {
                for (key, _) in bag.properties() {
                    array.item(|packer| packer.string(key));
                }
            });
        }
    })
});

function!(MERGE = ["bag_merge"], Naming::None, [by_kernel(&[many("bag", Accepts::Bag, 2)], &MERGED)]);
kernel!(
    /// Of equal keys the first one stays; what is no bag is left out.
    MERGED = "kql_bag_merge" -> Dynamic, |a, n| {
        let bags = a.iter().map(Column::<Dyn>::of).collect::<Result<Vec<_>>>()?;
        pack_rows(n, |row, bytes| {
            let bags: Vec<View<'_>> = bags.iter().filter_map(|bag| as_bag(bag.get(row))).collect();
            if bags.is_empty() {
                return;
            }
            let mut known = HashSet::new();
            Packer::new(bytes).bag(|out| {
                for (key, value) in bags.into_iter().flat_map(View::properties) {
                    if known.insert(key) {
                        out.property(key, |packer| packer.packed(value));
                    }
                }
            });
        })
    }
);

function!(
    REMOVE_KEYS = ["bag_remove_keys"],
    Naming::None,
    [by_kernel(&[one("bag", Accepts::Bag), exactly("keys", Dynamic)], &REDUCED)]
);
kernel!(REDUCED = "kql_bag_remove_keys" -> Dynamic, |a, n| {
    let bags = Column::<Dyn>::of(&a[0])?;
    let keys = Column::<Dyn>::of(&a[1])?;
    let paths_of = |row: usize| -> Option<Vec<Vec<String>>> {
        let keys = as_array(keys.get(row))?;
        Some(keys.items().filter_map(View::as_str).filter_map(steps).collect())
    };
    let constant = keys.constant().map(|_| paths_of(0));
    pack_rows(n, |row, bytes| {
        let own = if constant.is_none() { paths_of(row) } else { None };
        let paths = constant.as_ref().unwrap_or(&own);
        if let (Some(bag), Some(paths)) = (as_bag(bags.get(row)), paths) {
            let paths: Vec<&[String]> = paths.iter().map(Vec::as_slice).collect();
            without(bag, &paths, &mut Packer::new(bytes));
        }
    })
});

/// Packs a value without what the paths lead to.
fn without(value: View<'_>, paths: &[&[String]], packer: &mut Packer<'_>) {
    if paths.is_empty() || value.kind() != Kind::Bag {
        return packer.packed(value);
    }
    packer.bag(|bag| {
        for (key, member) in value.properties() {
            // The paths that go on below the member; one of them may end here.
            let heads = paths.iter().filter_map(|path| path.split_first());
            let below: Vec<&[String]> =
                heads.filter(|(head, _)| *head == key).map(|(_, rest)| rest).collect();
            if below.iter().all(|rest| !rest.is_empty()) {
                bag.property(key, |packer| without(member, &below, packer));
            }
        }
    });
}

function!(
    SET_KEY = ["bag_set_key"],
    Naming::None,
    [by_kernel(
        &[
            one("bag", Accepts::Bag),
            one("key", Accepts::Constant(KustoType::String)),
            one("value", Accepts::Packed)
        ],
        &CHANGED,
    )]
);
kernel!(CHANGED = "kql_bag_set_key" -> Dynamic, |a, n| {
    let bags = Column::<Dyn>::of(&a[0])?;
    let keys = Column::<Str>::of(&a[1])?;
    let values = Column::<Dyn>::of(&a[2])?;
    pack_rows(n, |row, bytes| {
        if let (Some(bag), Some(steps)) = (as_bag(bags.get(row)), keys.get(row).and_then(steps)) {
            with_value(Some(bag), &steps, values.get(row), &mut Packer::new(bytes));
        }
    })
});

/// Packs a bag in which a path leads to a value; bags that the path lacks are made.
fn with_value(bag: Option<View<'_>>, path: &[String], value: Option<View<'_>>, packer: &mut Packer<'_>) {
    let Some((name, rest)) = path.split_first() else {
        return match value {
            Some(value) => packer.packed(value),
            None => packer.null(),
        };
    };
    packer.bag(|out| {
        let mut found = false;
        for (key, member) in as_bag(bag).into_iter().flat_map(View::properties) {
            out.property(key, |packer| match key == name {
                true => {
                    found = true;
                    with_value(Some(member), rest, value, packer);
                }
                false => packer.packed(member),
            });
        }
        if !found {
            out.property(name, |packer| with_value(None, rest, value, packer));
        }
    });
}

function!(
    ZIP = ["bag_zip"],
    Naming::None,
    [by_kernel(&[exactly("keys", Dynamic), exactly("values", Dynamic)], &ZIPPED)]
);
kernel!(
    /// Keys that are no strings are left out, values that are missing are null.
    ZIPPED = "kql_bag_zip" -> Dynamic, |a, n| {
        let keys = Column::<Dyn>::of(&a[0])?;
        let values = Column::<Dyn>::of(&a[1])?;
        pack_rows(n, |row, bytes| {
            let Some(keys) = as_array(keys.get(row)) else { return };
            let values = as_array(values.get(row));
            Packer::new(bytes).bag(|bag| {
                for (place, key) in (0..).zip(keys.items()) {
                    let Some(key) = (key.kind() == Kind::String).then(|| key.as_str()).flatten() else { continue };
                    bag.property(key, |packer| match values.and_then(|values| values.item(place)) {
                        Some(value) => packer.packed(value),
                        None => packer.null(),
                    });
                }
            });
        })
    }
);

#[cfg(test)]
mod tests {
    use crate::testing::{refused, value};

    #[test]
    fn keys_are_listed_and_looked_up() {
        assert_eq!(value("bag_keys(dynamic({'b': 1, 'a': {'c': 2}}))"), r#"["b","a"]"#);
        assert_eq!(value("bag_keys(parse_json('[1]'))"), "null");
        assert!(refused("print bag_keys(dynamic([1]))").contains("KS235"));
        assert!(refused("print k = 'a' | project bag_set_key(dynamic({}), k, 1)").contains("KS129"));
        assert_eq!(value("bag_has_key(dynamic({'a': {'c': 2}}), 'a')"), "True");
        assert_eq!(value("bag_has_key(dynamic({'a': {'c': 2}}), '$.a.c')"), "True");
        assert_eq!(value("bag_has_key(dynamic({'a': {'c': 2}}), 'c')"), "False");
        assert_eq!(value("bag_has_key(dynamic(null), 'c')"), "null");
        assert!(refused("print bag_keys('x')").contains("bag_keys"));
    }

    #[test]
    fn the_first_of_equal_keys_stays() {
        assert_eq!(
            value("bag_merge(dynamic({'a': 1}), dynamic(null), dynamic({'b': 2, 'a': 3}))"),
            r#"{"a":1,"b":2}"#
        );
        assert_eq!(value("bag_merge(dynamic(null), parse_json('[1]'))"), "null");
    }

    #[test]
    fn keys_are_removed_at_any_depth() {
        let bag = "dynamic({'a': 1, 'b': {'c': 2, 'd': [3, 4]}})";
        let removed = |keys: &str| value(&format!("bag_remove_keys({bag}, dynamic({keys}))"));
        assert_eq!(removed("['a', 'x']"), r#"{"b":{"c":2,"d":[3,4]}}"#);
        assert_eq!(removed("['$.b.c', '$.b.d[0]', '$.a.x']"), r#"{"a":1,"b":{"d":[3,4]}}"#);
        assert_eq!(removed("[]"), r#"{"a":1,"b":{"c":2,"d":[3,4]}}"#);
        assert_eq!(value("bag_remove_keys(parse_json('[1]'), dynamic(['a']))"), "null");
        assert_eq!(removed("['$.b[', '$.b']"), r#"{"a":1}"#);
    }

    #[test]
    fn keys_are_set_at_any_depth() {
        assert_eq!(value("bag_set_key(dynamic({'a': 1, 'b': 2}), 'a', 'x')"), r#"{"a":"x","b":2}"#);
        assert_eq!(value("bag_set_key(dynamic({}), '$.a.b', 1.5)"), r#"{"a":{"b":1.5}}"#);
        assert_eq!(value("bag_set_key(dynamic({'a': [1]}), '$.a', long(null))"), r#"{"a":null}"#);
        assert_eq!(value("bag_set_key(dynamic({'a': [1]}), '$.a[0]', 2)"), "null");
        assert_eq!(value("bag_set_key(dynamic({}), strcat('$', strrep('.a', 1000)), 1)"), "null");
    }

    #[test]
    fn keys_and_values_become_a_bag() {
        assert_eq!(value("bag_zip(dynamic(['a', 7, 'b']), dynamic([1, 2]))"), r#"{"a":1,"b":null}"#);
        assert_eq!(value("bag_zip(dynamic('a'), dynamic([1]))"), "null");
    }
}
