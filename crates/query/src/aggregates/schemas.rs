//! `buildschema`: the smallest schema that admits all values of a group.
//!
//! Source: <https://learn.microsoft.com/kusto/query/buildschema-aggregation-function>

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::array::ArrayRef;
use datafusion::common::{Result, ScalarValue};
use weir_value::dynamic::{Kind, View};
use weir_value::{Dynamic, KustoType};

use super::own::{Group, Own, packed};
use super::{Aggregate, Shape};
use crate::functions::{Naming, exactly};

pub(super) const AGGREGATES: &[&Aggregate] = &[&BUILD_SCHEMA];

const BUILD_SCHEMA: Aggregate = Aggregate {
    names: &["buildschema"],
    naming: Naming::Prefix("schema"),
    overloads: &[Shape {
        parameters: &[exactly("expr", KustoType::Dynamic)],
        build: |a| {
            let value = a.take(0);
            a.add(BUILD.call(vec![value.expr]), KustoType::Dynamic)
        },
    }],
};

/// How a schema names the items of an array.
const ITEMS: &str = "`indexer`";

static BUILD: Own =
    Own { name: "kql_buildschema", result: KustoType::Dynamic, begin: |_| Ok(Box::new(Schema::default())) };

/// What values there were.
#[derive(Debug, Default)]
struct Schema {
    scalars: BTreeSet<String>,
    properties: Option<BTreeMap<String, Schema>>,
    items: Option<Box<Schema>>,
}

impl Schema {
    fn see(&mut self, value: View<'_>) {
        match value.kind() {
            Kind::Null => {}
            Kind::Array => {
                let items = self.items.get_or_insert_default();
                value.items().for_each(|item| items.see(item));
            }
            Kind::Bag => {
                let properties = self.properties.get_or_insert_default();
                for (name, value) in value.properties() {
                    properties.entry(name.to_owned()).or_default().see(value);
                }
            }
            Kind::Real => drop(self.scalars.insert("double".to_owned())),
            kind => drop(self.scalars.insert(kind.name().to_owned())),
        }
    }

    /// Sees what another schema says, in the form of a result.
    fn see_schema(&mut self, schema: View<'_>) {
        match schema.kind() {
            Kind::String => drop(self.scalars.insert(schema.as_str().unwrap_or_default().to_owned())),
            Kind::Array => schema.items().for_each(|one| self.see_schema(one)),
            Kind::Bag => match schema.property(ITEMS) {
                Some(items) => self.items.get_or_insert_default().see_schema(items),
                None => {
                    let properties = self.properties.get_or_insert_default();
                    for (name, value) in schema.properties() {
                        properties.entry(name.to_owned()).or_default().see_schema(value);
                    }
                }
            },
            _ => {}
        }
    }

    fn tree(&self) -> Dynamic {
        let mut all = Vec::new();
        if let Some(properties) = &self.properties {
            all.push(Dynamic::Bag(properties.iter().map(|(name, of)| (name.clone(), of.tree())).collect()));
        }
        if let Some(items) = &self.items {
            all.push(Dynamic::Bag(vec![(ITEMS.to_owned(), items.tree())]));
        }
        all.extend(self.scalars.iter().cloned().map(Dynamic::String));
        match all.len() {
            1 => all.remove(0),
            _ => Dynamic::Array(all),
        }
    }
}

impl Group for Schema {
    fn add(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        packed(&arguments[0])?.flatten().for_each(|value| self.see(View::new(value)));
        Ok(())
    }

    fn merge(&mut self, saved: &[u8]) -> Result<()> {
        self.see_schema(View::new(saved));
        Ok(())
    }

    fn save(&mut self) -> Vec<u8> {
        self.tree().pack()
    }

    fn result(&mut self) -> Result<ScalarValue> {
        let nothing = self.scalars.is_empty() && self.properties.is_none() && self.items.is_none();
        Ok(ScalarValue::BinaryView((!nothing).then(|| self.save())))
    }

    fn size(&self) -> usize {
        let properties = self.properties.iter().flatten();
        let below: usize = properties.map(|(name, of)| name.len() + 128 + of.size()).sum();
        below + self.items.as_ref().map_or(0, |items| 128 + items.size()) + self.scalars.len() * 48
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, rows};

    #[test]
    fn kinds_are_gathered_by_place() {
        let t = "datatable(d:dynamic)[dynamic({'a':1,'b':[1,'x']}), dynamic({'a':{'c':2.5}}), dynamic(null)]";
        assert_eq!(
            answer(&format!("{t} | summarize buildschema(d)")),
            "schema_d:dynamic\n{\"a\":[{\"c\":\"double\"},\"long\"],\"b\":{\"`indexer`\":[\"long\",\"string\"]}}"
        );
        assert_eq!(rows(&format!("{t} | where isnull(d) | summarize buildschema(d)")), "null");
    }
}
