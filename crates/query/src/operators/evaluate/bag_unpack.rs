//! `evaluate bag_unpack(column [, prefix] [, columnsConflict] [, ignoredProperties]) [: schema]`: properties as columns.
//!
//! Source: <https://learn.microsoft.com/kusto/query/bag-unpack-plugin>

use std::collections::BTreeMap;

use datafusion::arrow::array::{Array, AsArray};
use datafusion::logical_expr::LogicalPlanBuilder;
use weir_kql::Diagnostic;
use weir_kql::ast::{Expr, ExprKind, Literal, OutputSchema};
use weir_value::dynamic::{Kind, View};
use weir_value::{Dynamic, KustoType};

use super::super::project::assemble;
use super::{COLUMNS_MAX, Plugin};
use crate::bind::Scope;
use crate::functions::dynamic::PROPERTY;
use crate::kernel;
use crate::kernel::{Dyn, write1};
use crate::typed::{Column, Relation, Typed, column};

/// Different sets of properties, with their types, that are looked at.
const SHAPES_MAX: usize = 100_000;

/// What happens to a column of the input that has the name of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Conflict {
    Error,
    KeepSource,
    ReplaceSource,
}

/// How a bag is unpacked.
struct Options {
    prefix: String,
    conflict: Conflict,
    ignored: Vec<String>,
}

pub(super) fn bind(mut plugin: Plugin<'_, '_, '_>) -> Relation {
    let options = options(&mut plugin);
    let bag = plugin.column(plugin.positional().first().copied(), "column");
    let (Some(options), Some(bag)) = (options, bag) else { return Relation::poison() };
    if bag.kind != KustoType::Dynamic {
        let message = format!("only a dynamic can be unpacked, '{}' is a {}", bag.name, bag.kind);
        plugin.binder.error(Some("KS107"), plugin.span, message);
        return Relation::poison();
    }
    if let Some(schema) = plugin.schema {
        return declared(plugin, &bag, &options, schema);
    }
    let Some(properties) = properties(&mut plugin, &bag) else { return Relation::poison() };
    let mut items: Vec<(String, Typed)> = Vec::new();
    for known in plugin.input.visible() {
        // The bag itself goes; a property of its name takes its place.
        items.push((known.name.clone(), known.typed()));
    }
    let place = items.iter().position(|(name, _)| *name == bag.name);
    let mut own_returns = false;
    for (property, kind) in &properties {
        if options.ignored.contains(property) {
            continue;
        }
        let name = format!("{}{property}", options.prefix);
        let typed = value(&mut plugin, &bag, property, *kind);
        match items.iter_mut().find(|(known, _)| *known == name) {
            Some(slot) if name == bag.name => {
                own_returns = true;
                slot.1 = typed;
            }
            Some(slot) => match options.conflict {
                Conflict::KeepSource => {}
                Conflict::ReplaceSource => slot.1 = typed,
                Conflict::Error => {
                    let message = format!("there is a column '{name}' beside the property of that name");
                    let diagnostic = Diagnostic::error(None, plugin.span, message);
                    let hint = "columnsConflict = 'keep_source' or 'replace_source' says which of them stays";
                    plugin.binder.tell(diagnostic.with_hint(hint));
                    return Relation::poison();
                }
            },
            None => items.push((name, typed)),
        }
    }
    if !own_returns && let Some(place) = place {
        items.remove(place);
    }
    if items.is_empty() {
        plugin.binder.error(None, plugin.span, "the bags have no property, so that no column is left");
        return Relation::poison();
    }
    let serialized = plugin.input.serialized;
    Relation { serialized, ..assemble(plugin.binder, plugin.input, items, plugin.span) }
}

/// The columns that a schema declares.
fn declared(
    mut plugin: Plugin<'_, '_, '_>,
    bag: &Column,
    options: &Options,
    schema: &OutputSchema,
) -> Relation {
    let mut items: Vec<(String, Typed)> = Vec::new();
    if schema.star.is_some() {
        let kept = plugin.input.visible().filter(|column| column.name != bag.name);
        items.extend(kept.map(|column| (column.name.clone(), column.typed())));
    }
    for wanted in &schema.columns {
        let name = &wanted.name.text;
        let property = name.strip_prefix(&options.prefix).unwrap_or(name);
        let of_input =
            plugin.input.visible().find(|column| column.name == *name && column.name != bag.name).cloned();
        let typed = match of_input {
            Some(column) if options.conflict != Conflict::ReplaceSource => {
                plugin.binder.converted(column.typed(), wanted.kind)
            }
            _ => value(&mut plugin, bag, property, wanted.kind),
        };
        match items.iter_mut().find(|(known, _)| known == name) {
            Some(slot) => slot.1 = typed,
            None => items.push((name.clone(), typed)),
        }
    }
    let serialized = plugin.input.serialized;
    Relation { serialized, ..assemble(plugin.binder, plugin.input, items, plugin.span) }
}

/// A property in its type.
fn value(plugin: &mut Plugin<'_, '_, '_>, bag: &Column, property: &str, kind: KustoType) -> Typed {
    let found = PROPERTY.call(vec![column(&bag.name), Typed::text(property).expr]);
    plugin.binder.converted(Typed::new(found, KustoType::Dynamic), kind)
}

/// The properties of all bags in the order of their names, each with the type that all its values have.
fn properties(plugin: &mut Plugin<'_, '_, '_>, bag: &Column) -> Option<BTreeMap<String, KustoType>> {
    let signature = SIGNATURE.call(vec![column(&bag.name)]).alias("signature");
    let plan = plugin.binder.step(plugin.span, &plugin.input, |plan| {
        LogicalPlanBuilder::from(plan)
            .project(vec![signature])?
            .distinct()?
            .limit(0, Some(SHAPES_MAX + 1))?
            .build()
    });
    let batches = plugin.evaluate(plan)?;
    if batches.iter().map(|batch| batch.num_rows()).sum::<usize>() > SHAPES_MAX {
        too_many(plugin, format!("the bags have more than {SHAPES_MAX} shapes"));
        return None;
    }
    let mut found: BTreeMap<String, Option<Kind>> = BTreeMap::new();
    for batch in &batches {
        let signatures = batch.column(0).as_string_view();
        for row in 0..signatures.len() {
            for property in signatures.value(row).split_terminator(PROPERTY_END) {
                let (kind, name) = property.split_at_checked(1).unwrap_or(("0", property));
                let kind = kind.parse::<u8>().ok().and_then(kind_of);
                let known = found.entry(name.to_owned()).or_insert(kind);
                if *known != kind {
                    *known = mixed(*known, kind);
                }
            }
        }
        if found.len() > COLUMNS_MAX {
            too_many(plugin, format!("the bags have more than {COLUMNS_MAX} properties"));
            return None;
        }
    }
    Some(found.into_iter().map(|(name, kind)| (name, kind.map_or(KustoType::Dynamic, type_of))).collect())
}

fn too_many(plugin: &mut Plugin<'_, '_, '_>, message: String) {
    let hint = "declare those that are wanted: bag_unpack(d) : (a: long, …)";
    plugin.binder.tell(Diagnostic::error(None, plugin.span, message).with_hint(hint));
}

/// The kind of values that are of two kinds; a null is of any.
fn mixed(one: Option<Kind>, other: Option<Kind>) -> Option<Kind> {
    match (one, other) {
        (Some(Kind::Null), kind) | (kind, Some(Kind::Null)) => kind,
        _ => None,
    }
}

fn type_of(kind: Kind) -> KustoType {
    match kind {
        Kind::Bool => KustoType::Bool,
        Kind::Long => KustoType::Long,
        Kind::Real => KustoType::Real,
        Kind::String => KustoType::String,
        Kind::Datetime => KustoType::Datetime,
        Kind::Timespan => KustoType::Timespan,
        Kind::Guid => KustoType::Guid,
        Kind::Null | Kind::Array | Kind::Bag => KustoType::Dynamic,
    }
}

/// What ends a property in a signature; no property has it in its name.
const PROPERTY_END: char = '\u{1f}';

/// The kinds by their digits in a signature.
const KINDS: [Kind; 10] = [
    Kind::Null,
    Kind::Bool,
    Kind::Long,
    Kind::Real,
    Kind::String,
    Kind::Datetime,
    Kind::Timespan,
    Kind::Guid,
    Kind::Array,
    Kind::Bag,
];

fn kind_of(digit: u8) -> Option<Kind> {
    KINDS.get(usize::from(digit)).copied()
}

kernel!(
    /// The names and kinds of a bag's properties as one text: bags of a shape have the same.
    SIGNATURE = "kql_bag_signature" -> String, |a, n| {
        write1::<Dyn>(a, n, |view, out| {
            for (name, value) in view.properties().filter(|(name, _)| !name.contains(PROPERTY_END)) {
                out.push(char::from(b'0' + value.kind() as u8));
                out.push_str(name);
                out.push(PROPERTY_END);
            }
        })
    }
);

fn options(plugin: &mut Plugin<'_, '_, '_>) -> Option<Options> {
    let mut options = Options { prefix: String::new(), conflict: Conflict::Error, ignored: Vec::new() };
    let mut whole = true;
    let positional = plugin.positional();
    let mut given: Vec<(&str, &Expr)> = positional
        .iter()
        .skip(1)
        .copied()
        .zip(["OutputColumnPrefix", "columnsConflict", "ignoredProperties"])
        .map(|(e, n)| (n, e))
        .collect();
    if let Some(beyond) = positional.get(4) {
        plugin.binder.error(Some("KS119"), beyond.span, "'bag_unpack' takes at most four arguments");
        whole = false;
    }
    for argument in plugin.named() {
        if let Some(name) = argument.names.first() {
            given.push((name.text.as_str(), &argument.value));
        }
    }
    for (name, value) in given {
        // `~` leaves an argument out.
        if matches!(&value.kind, ExprKind::Literal(Literal::String(text)) if text.value == "~") {
            continue;
        }
        let typed = plugin.binder.scalar(value, Scope::outside(plugin.env));
        let ignored = match typed.as_constant() {
            Some(datafusion::common::ScalarValue::BinaryView(Some(bytes))) => {
                Some(View::new(bytes).to_tree())
            }
            _ => None,
        };
        match (name, typed.as_text(), ignored) {
            ("OutputColumnPrefix", Some(prefix), _) => prefix.clone_into(&mut options.prefix),
            ("columnsConflict", Some("error"), _) => options.conflict = Conflict::Error,
            ("columnsConflict", Some("keep_source"), _) => options.conflict = Conflict::KeepSource,
            ("columnsConflict", Some("replace_source"), _) => options.conflict = Conflict::ReplaceSource,
            ("columnsConflict", ..) => {
                let message = "columnsConflict is 'error', 'keep_source' or 'replace_source'";
                plugin.binder.error(None, value.span, message);
                whole = false;
            }
            ("ignoredProperties", _, Some(Dynamic::Array(names))) => {
                let text = |name| if let Dynamic::String(name) = name { Some(name) } else { None };
                options.ignored = names.into_iter().filter_map(text).collect();
            }
            ("OutputColumnPrefix" | "ignoredProperties", ..) => {
                if !typed.poisoned {
                    let what =
                        if name == "ignoredProperties" { "a dynamic array of names" } else { "a string" };
                    plugin.binder.error(None, value.span, format!("'{name}' must be {what}, a constant"));
                }
                whole = false;
            }
            _ => {
                plugin.binder.error(None, value.span, format!("'bag_unpack' has no parameter '{name}'"));
                whole = false;
            }
        }
    }
    whole.then_some(options)
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const T: &str = "datatable(k:long, d:dynamic)[\
        1, dynamic({'port': 443, 'name': 'a', 'mix': 1}), 2, dynamic({'name': 'b', 'mix': 'x', 'deep': {'z': 1}}), 3, dynamic(null)]";

    #[test]
    fn properties_become_columns_of_the_type_that_all_values_have() {
        assert_eq!(
            answer(&format!("{T} | evaluate bag_unpack(d)")),
            "k:long, deep:dynamic, mix:dynamic, name:string, port:long\n\
             1 | null | 1 | a | 443\n2 | {\"z\":1} | x | b | null\n3 | null | null |  | null"
        );
        assert_eq!(
            answer(
                "datatable(d:dynamic)[dynamic({'n': null}), dynamic({'n': 1.5})] | evaluate bag_unpack(d)"
            ),
            "n:real\nnull\n1.5"
        );
    }

    #[test]
    fn prefixes_and_properties_that_are_left_out() {
        assert_eq!(
            answer(&format!(
                "{T} | where k == 1 | evaluate bag_unpack(d, 'p_', ignoredProperties = dynamic(['mix', 'deep']))"
            )),
            "k:long, p_name:string, p_port:long\n1 | a | 443"
        );
    }

    #[test]
    fn a_name_that_is_there_already_is_an_error_unless_said_otherwise() {
        let t = "print name = 'old', d = dynamic({'name': 'new', 'n': 1})";
        assert!(refused(&format!("{t} | evaluate bag_unpack(d)")).contains("keep_source"));
        assert_eq!(
            answer(&format!("{t} | evaluate bag_unpack(d, columnsConflict = 'keep_source')")),
            "name:string, n:long\nold | 1"
        );
        assert_eq!(
            rows(&format!("{t} | evaluate bag_unpack(d, columnsConflict = 'replace_source')")),
            "new | 1"
        );
        assert_eq!(
            answer("print a = 0, d = dynamic({'d': 7, 'b': 1}) | evaluate bag_unpack(d)"),
            "a:long, d:long, b:long\n0 | 7 | 1"
        );
    }

    #[test]
    fn a_schema_says_which_columns_are_wanted() {
        assert_eq!(
            answer(&format!("{T} | evaluate bag_unpack(d) : (name:string, port:int, none:real)")),
            "name:string, port:int, none:real\na | 443 | null\nb | null | null\n | null | null"
        );
        assert_eq!(
            answer(&format!("{T} | evaluate bag_unpack(d) : (*, port:long) | where k == 1")),
            "k:long, port:long\n1 | 443"
        );
    }

    #[test]
    fn only_dynamic_columns_are_unpacked() {
        assert!(refused("print a = 1 | evaluate bag_unpack(a)").contains("KS107"));
        assert!(refused("print a = 1 | evaluate bag_unpack(b)").contains("KS142"));
        assert!(refused("print a = 1 | evaluate bag_unpack()").contains("KS119"));
        assert!(
            refused(&format!("{T} | evaluate bag_unpack(d, columnsConflict = 'both')"))
                .contains("replace_source")
        );
        assert!(refused("print d = dynamic(null) | evaluate bag_unpack(d)").contains("no column is left"));
        let many = "range i from 1 to 1001 step 1 | extend d = bag_pack(strcat('p', i), i)";
        assert!(refused(&format!("{many} | evaluate bag_unpack(d)")).contains("more than 1000 properties"));
    }
}
