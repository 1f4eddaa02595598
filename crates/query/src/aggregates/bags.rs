//! `make_bag`, `make_bag_if`: the properties of all bags of a group in one.
//!
//! Source: <https://learn.microsoft.com/kusto/query/make-bag-aggregation-function>

use std::collections::HashSet;

use datafusion::arrow::array::ArrayRef;
use datafusion::common::{Result, ScalarValue, exec_err};
use weir_value::dynamic::{Kind, Packer, View};
use weir_value::{Dynamic, KustoType};

use super::own::{Group, Own, packed};
use super::{Aggregate, AggregateArguments, Shape};
use crate::functions::{Accepts, Naming, exactly, optional};
use crate::typed::Typed;

/// Properties that a bag of a group may have; further ones are left out.
const PROPERTIES_MAX: usize = 1_048_576;

pub(super) const AGGREGATES: &[&Aggregate] = &[&MAKE_BAG, &MAKE_DICTIONARY, &MAKE_BAG_IF];

const MAKE_BAG: Aggregate = Aggregate {
    names: &["make_bag"],
    naming: Naming::Prefix("bag"),
    overloads: &[Shape {
        parameters: &[exactly("expr", KustoType::Dynamic), optional("max size", Accepts::Integer)],
        build: |a| merged(a, None),
    }],
};

/// An older spelling.
const MAKE_DICTIONARY: Aggregate =
    Aggregate { names: &["make_dictionary"], naming: Naming::Prefix("dictionary"), ..MAKE_BAG };

const MAKE_BAG_IF: Aggregate = Aggregate {
    names: &["make_bag_if"],
    naming: Naming::Prefix("bag"),
    overloads: &[Shape {
        parameters: &[
            exactly("expr", KustoType::Dynamic),
            exactly("predicate", KustoType::Bool),
            optional("max size", Accepts::Integer),
        ],
        build: |a| merged(a, Some(1)),
    }],
};

fn merged(a: &mut AggregateArguments<'_, '_, '_>, condition: Option<usize>) -> Typed {
    let value = a.take(0);
    let size = match a.typed.get(if condition.is_some() { 2 } else { 1 }) {
        None => Some(PROPERTIES_MAX as i64),
        Some(size) => size.as_long(),
    };
    let Some(size) = size else {
        return a.unsupported("a largest size that is no constant");
    };
    let mut bag = MERGE.call(vec![value.expr, Typed::long(size).expr]);
    if let Some(place) = condition {
        let condition = a.take(place);
        bag = a.filtered(bag, condition);
    }
    let bag = a.add(bag, KustoType::Dynamic);
    super::sums::or_else(bag, ScalarValue::BinaryView(Some(Dynamic::Bag(Vec::new()).pack())))
}

static MERGE: Own = Own {
    name: "kql_make_bag",
    result: KustoType::Dynamic,
    begin: |constants| match constants.get(1) {
        Some(Some(ScalarValue::Int64(Some(limit)))) => {
            let limit = usize::try_from(*limit).unwrap_or(0).min(PROPERTIES_MAX);
            Ok(Box::new(Merged { limit, properties: Vec::new(), known: HashSet::new(), bytes: 0 }))
        }
        _ => exec_err!("the largest size of a bag must be a constant"),
    },
};

/// The properties so far, in the order in which they were met; the first value of a name stays.
#[derive(Debug)]
struct Merged {
    limit: usize,
    properties: Vec<(String, Box<[u8]>)>,
    known: HashSet<String>,
    bytes: usize,
}

impl Merged {
    fn add_bag(&mut self, bag: View<'_>) {
        if bag.kind() != Kind::Bag {
            return;
        }
        for (name, value) in bag.properties() {
            if self.properties.len() < self.limit && !self.known.contains(name) {
                self.bytes += 2 * name.len() + value.bytes().len() + 96;
                self.known.insert(name.to_owned());
                self.properties.push((name.to_owned(), value.bytes().into()));
            }
        }
    }
}

impl Group for Merged {
    fn add(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        packed(&arguments[0])?.flatten().for_each(|bag| self.add_bag(View::new(bag)));
        Ok(())
    }

    fn merge(&mut self, saved: &[u8]) -> Result<()> {
        self.add_bag(View::new(saved));
        Ok(())
    }

    fn save(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        Packer::new(&mut bytes).bag(|bag| {
            for (name, value) in &self.properties {
                bag.property(name, |packer| packer.packed(View::new(value)));
            }
        });
        bytes
    }

    fn result(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::BinaryView(Some(self.save())))
    }

    fn size(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const T: &str = "datatable(g:long, k:string, v:dynamic)[1, 'a', dynamic(5), 1, 'b', dynamic([6]), 1, 'a', dynamic(7), 2, 'c', dynamic(null)]";

    #[test]
    fn the_first_value_of_a_name_stays() {
        let query = format!("{T} | summarize make_bag(bag_pack(k, v)) by g | sort by g asc");
        assert_eq!(answer(&query), "g:long, bag_:dynamic\n1 | {\"a\":5,\"b\":[6]}\n2 | {\"c\":null}");
    }

    #[test]
    fn what_is_no_bag_adds_nothing() {
        assert_eq!(
            rows(&format!("{T} | summarize make_bag(v), b = make_bag_if(bag_pack(k, 1), g == 2)")),
            "{} | {\"c\":1}"
        );
        assert_eq!(rows(&format!("{T} | where g > 5 | summarize make_bag(v)")), "{}");
        assert_eq!(rows(&format!("{T} | summarize make_bag(bag_pack(k, 1), 1)")), "{\"a\":1}");
        assert!(refused(&format!("{T} | summarize make_bag(k)")).contains("KS107"));
        assert!(refused(&format!("{T} | summarize make_bag(v, g)")).contains("not supported yet"));
        assert_eq!(
            answer(&format!(
                "{T} | where g == 2 | summarize make_dictionary(bag_pack(k, 1)), make_dictionary(v)"
            )),
            "dictionary_:dynamic, dictionary_v:dynamic\n{\"c\":1} | {}"
        );
    }
}
