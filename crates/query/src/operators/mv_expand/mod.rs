//! `mv-expand name = array to typeof(type), …`: a row for each element of arrays.
//!
//! Source: <https://learn.microsoft.com/kusto/query/mv-expand-operator>

mod elements;

use datafusion::logical_expr::Expr as PlanExpr;
use weir_kql::Diagnostic;
use weir_kql::ast::{Expr, ExprKind, MvExpand, MvExpandItem, Property, Span};
use weir_value::KustoType;

use elements::element;

use super::project::assemble;
use crate::bind::{Binder, Env, Scope, UniqueNames, default_name};
use crate::steps::{Bags, Expand, Step, step};
use crate::typed::{Column, Relation, Typed, column};

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    expand: &MvExpand,
    span: Span,
    env: &Env,
) -> Relation {
    let wanted =
        Wanted { properties: &expand.properties, items: &expand.items, limit: expand.limit.as_ref() };
    expanded(binder, input, &wanted, Numbers::default(), span, env)
}

/// What is written of an expansion.
pub(crate) struct Wanted<'e> {
    /// Its properties.
    pub properties: &'e [Property],
    /// The arrays.
    pub items: &'e [MvExpandItem],
    /// Rows that one row may become.
    pub limit: Option<&'e Expr>,
}

/// Hidden columns that say where an element comes from.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    /// A column of the input that differs from row to row.
    pub row: Option<String>,
    /// The place of the element, as a further column.
    pub place: Option<String>,
}

/// What the properties ask for.
struct Options {
    bags: Bags,
    /// The column with the place of each element.
    index: Option<String>,
}

/// The rows of an expansion: the columns of the input, those expanded in their place, further ones behind.
pub(crate) fn expanded(
    binder: &mut Binder<'_>,
    input: Relation,
    wanted: &Wanted<'_>,
    numbers: Numbers,
    span: Span,
    env: &Env,
) -> Relation {
    let options = options(binder, wanted.properties);
    let limit = match wanted.limit {
        Some(limit) => super::take::row_count(binder, limit, env),
        None => Some(usize::MAX),
    };
    let (arrays, targets) = arrays(binder, &input, wanted.items, env);
    let poisoned = limit.is_none() || input.open || arrays.iter().any(|array| array.poisoned);
    let place = (options.index.is_some() || numbers.place.is_some()).then(|| "element place".to_owned());
    let plan = if poisoned {
        input.plan.clone()
    } else {
        let expand = Step::Expand(Expand {
            elements: (0..arrays.len()).map(element_column).collect(),
            index: place.clone(),
            row: None,
            unique: numbers.row.clone(),
            bags: options.bags,
            limit: limit.unwrap_or(usize::MAX),
            ordered: false,
        });
        binder.step(span, &input, |plan| step(plan, expand, arrays.into_iter().map(|a| a.expr).collect()))
    };
    let elements = targets.into_iter().enumerate().map(|(n, (name, kind))| {
        let element = column(&element_column(n));
        (name, Typed { poisoned, ..of_type(element, kind) })
    });
    let elements: Vec<(String, Typed)> = elements.collect();
    let mut items: Vec<(String, Typed, bool)> =
        input.columns.iter().map(|c| (c.name.clone(), c.typed(), c.hidden)).collect();
    for (name, typed) in elements {
        match items.iter_mut().find(|(known, ..)| *known == name) {
            Some(known) => *known = (name, typed, false),
            None => items.push((name, typed, false)),
        }
    }
    let long = |name: &str| Typed { poisoned, ..Typed::new(column(name), KustoType::Long) };
    if let (Some(index), Some(place)) = (&options.index, &place) {
        let mut names = UniqueNames::default();
        for (name, ..) in &items {
            names.take(name);
        }
        items.push((names.unique(index), long(place), false));
    }
    items.extend(numbers.place.zip(place).map(|(name, place)| (name, long(&place), true)));
    let hidden: Vec<bool> = items.iter().map(|(.., hidden)| *hidden).collect();
    let items = items.into_iter().map(|(name, typed, _)| (name, typed)).collect();
    let open = input.open;
    // The elements of a row come one behind the other; that is an order without a column.
    let expanded = Relation { plan, order: Vec::new(), ..input };
    let mut output = assemble(binder, expanded, items, span);
    for (column, hidden) in output.columns.iter_mut().zip(hidden) {
        column.hidden = hidden;
    }
    Relation { open, ..output }
}

/// An element in the type asked for.
fn of_type(expr: PlanExpr, kind: KustoType) -> Typed {
    match element(kind) {
        Some(kernel) => Typed::new(kernel.call(vec![expr]), kind),
        None => Typed::new(expr, kind),
    }
}

fn element_column(place: usize) -> String {
    format!("element {place}")
}

/// The arrays, and for each the name and the type of the column of its elements.
fn arrays(
    binder: &mut Binder<'_>,
    input: &Relation,
    items: &[MvExpandItem],
    env: &Env,
) -> (Vec<Typed>, Vec<(String, KustoType)>) {
    let mut names = UniqueNames::default();
    let taken = input.columns.iter().map(|column: &Column| column.name.as_str());
    let given = items.iter().filter_map(|item| item.value.names.first()).map(|name| name.text.as_str());
    for name in taken.chain(given) {
        names.take(name);
    }
    let mut targets: Vec<(String, KustoType)> = Vec::new();
    let mut arrays = Vec::new();
    for item in items {
        let written = &item.value;
        if let [_, second, ..] = written.names.as_slice() {
            binder.error(None, second.span, "an array becomes one column");
        }
        let mut typed = binder.scalar(&written.value, Scope::of(env, input));
        if !typed.poisoned && typed.kind != KustoType::Dynamic {
            let message = format!("only a dynamic can be expanded, this is a {}", typed.kind);
            let diagnostic = Diagnostic::error(Some("KS107"), written.value.span, message);
            binder.tell(diagnostic.with_hint("parse_json(…) reads text as a dynamic"));
            typed = Typed::poison();
        }
        let name = match written.names.first() {
            Some(name) => name.text.clone(),
            None => default_name(&written.value).unwrap_or_else(|| names.numbered()),
        };
        if targets.iter().any(|(known, _)| *known == name) {
            binder.error(Some("KS171"), written.value.span, format!("there are two columns '{name}'"));
            typed = Typed::poison();
        }
        if item.kind == Some(KustoType::Decimal) {
            binder.unsupported(written.value.span, "elements as decimals");
            typed = Typed::poison();
        }
        targets.push((name, item.kind.unwrap_or(KustoType::Dynamic)));
        arrays.push(typed);
    }
    (arrays, targets)
}

fn options(binder: &mut Binder<'_>, properties: &[Property]) -> Options {
    let mut options = Options { bags: Bags::Bag, index: None };
    for property in properties {
        let word = match &property.value.kind {
            ExprKind::Name(name) => name.text.as_str(),
            _ => "",
        };
        match (property.name.text.as_str(), word) {
            ("bagexpansion" | "kind", "bag") => options.bags = Bags::Bag,
            ("bagexpansion" | "kind", "array") => options.bags = Bags::Array,
            ("bagexpansion" | "kind", _) => {
                binder.error(None, property.value.span, "a bag is expanded as bag or as array");
            }
            ("with_itemindex", "") => {
                binder.error(None, property.value.span, "the name of a column is expected here");
            }
            ("with_itemindex", name) => options.index = Some(name.to_owned()),
            (name, _) => {
                binder.error(None, property.name.span, format!("an expansion has no property '{name}'"));
            }
        }
    }
    options
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const T: &str = "datatable(k:string, a:dynamic, b:dynamic)[\
        'p', dynamic([1, 'x', null]), dynamic([true]),\
        'q', dynamic([]), dynamic(null),\
        'r', dynamic([]), dynamic([]),\
        's', dynamic({'m':1, 'n':[2]}), dynamic(7)]";

    #[test]
    fn a_row_for_each_element_in_their_order() {
        assert_eq!(
            answer(&format!("{T} | mv-expand a | project-away b")),
            "k:string, a:dynamic\np | 1\np | x\np | null\ns | {\"m\":1}\ns | {\"n\":[2]}"
        );
    }

    #[test]
    fn arrays_go_in_parallel_and_a_null_is_one_element() {
        assert_eq!(
            rows(&format!("{T} | mv-expand with_itemindex=i a, b")),
            "p | 1 | true | 0\np | x | null | 1\np | null | null | 2\nq | null | null | 0\n\
             s | {\"m\":1} | 7 | 0\ns | {\"n\":[2]} | null | 1"
        );
    }

    #[test]
    fn bags_become_bags_or_pairs() {
        let bags = "print d = dynamic({'m':1, 'n':[2]})";
        assert_eq!(rows(&format!("{bags} | mv-expand bagexpansion=array d")), "[\"m\",1]\n[\"n\",[2]]");
        assert_eq!(rows(&format!("{bags} | mv-expand kind=bag d")), "{\"m\":1}\n{\"n\":[2]}");
        assert_eq!(rows("print d = dynamic({}) | mv-expand d"), "");
    }

    #[test]
    fn elements_take_a_type_and_what_is_none_of_it_is_null() {
        assert_eq!(
            answer(
                "print a = dynamic([1, '2', 'x', null]) | mv-expand n = a to typeof(long), a to typeof(string)"
            ),
            "a:string, n:long\n1 | 1\n2 | null\nx | null\n | null"
        );
    }

    #[test]
    fn elements_become_only_what_they_are() {
        let of = |kind: &str| {
            let array = "dynamic([3, -1.7, '4', false, '2026-03-04'])";
            rows(&format!("print a = {array} | mv-expand a to typeof({kind})")).replace('\n', ", ")
        };
        assert_eq!(of("int"), "3, -1, null, null, null");
        assert_eq!(of("real"), "3.0, -1.7, null, null, null");
        assert_eq!(of("bool"), "True, null, null, False, null");
        assert_eq!(of("datetime"), "null, null, null, null, 2026-03-04T00:00:00.0000000Z");
    }

    #[test]
    fn columns_are_named_as_their_expressions() {
        assert_eq!(
            answer("print d = dynamic({'a':[1]}) | mv-expand d.a, pack_array(2), e = split('x', ',')"),
            "d:dynamic, d_a:dynamic, Column1:dynamic, e:dynamic\n{\"a\":[1]} | 1 | 2 | x"
        );
    }

    #[test]
    fn long_arrays_come_in_pieces_and_may_be_cut() {
        let arrays = "range i from 1 to 3 step 1 | extend a = range(1, 20000)";
        if crate::functions::function("range").is_some() {
            assert_eq!(
                rows(&format!("{arrays} | mv-expand a to typeof(long) | summarize count(), sum(a)")),
                "60000 | 600030000"
            );
        }
        let short = "print a = dynamic([1,2,3,4])";
        assert_eq!(rows(&format!("{short} | mv-expand a limit 2")), "1\n2");
        assert_eq!(rows(&format!("{short} | mv-expand a limit 0")), "");
    }

    #[test]
    fn long_elements_survive() {
        let text = "a text that is longer than what stands in a view";
        assert_eq!(
            rows(&format!(
                "print a = dynamic(['{text}', ['{text}']]) | mv-expand a | extend n = strlen(tostring(a))"
            )),
            format!("{text} | 48\n[\"{text}\"] | 52")
        );
    }

    #[test]
    fn conditions_and_columns_pass_through() {
        assert_eq!(
            rows(&format!("{T} | mv-expand a | where k == 's' and tostring(a) has 'n' | project k, a")),
            "s | {\"n\":[2]}"
        );
        assert_eq!(rows(&format!("{T} | mv-expand a | count")), "5");
        assert_eq!(rows("print x = 1 | mv-expand y = dynamic([1, 2, 3]) | count"), "3");
        assert_eq!(rows(&format!("{T} | take 0 | mv-expand a, b | count")), "0");
    }

    #[test]
    fn only_dynamics_are_expanded() {
        assert!(refused("print a = 'x' | mv-expand a").contains("KS107"));
        assert!(refused("print a = dynamic([1]) | mv-expand b").contains("KS142"));
        assert!(refused("print a = dynamic([1]) | mv-expand kind=list a").contains("bag or as array"));
        assert!(refused("print a = dynamic([1]) | mv-expand a limit 'x'").contains("constant"));
    }
}
