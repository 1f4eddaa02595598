//! `evaluate ipv4_lookup(table, key, lookup key …)`, `ipv6_lookup`: addresses joined with the networks that hold them.
//!
//! Networks of few lengths hold many addresses, so each address is looked up once for every length there is: an
//! equality that the engine joins by hash.
//!
//! Source: <https://learn.microsoft.com/kusto/query/ipv4-lookup-plugin>,
//! <https://learn.microsoft.com/kusto/query/ipv6-lookup-plugin>

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::common::{Column as PlanColumn, JoinType, NullEquality, ScalarValue};
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{
    Expr as PlanExpr, ExprFunctionExt, LogicalPlan, LogicalPlanBuilder, WindowFrame, WindowFunctionDefinition,
};
use weir_kql::ast::{Expr, ExprKind, Literal};
use weir_value::{Dynamic, KustoType};

use super::super::join::{key_column, padded_text, side, side_column};
use super::super::project::assemble;
use super::networks::{CANDIDATES_V4, CANDIDATES_V6, LENGTH_V4, LENGTH_V6, NETWORK_V4, NETWORK_V6};
use super::{Plugin, column_of};
use crate::bind::{Scope, UniqueNames};
use crate::functions::conversion::from_dynamic;
use crate::kernel::Kernel;
use crate::physical::literal;
use crate::steps::{Bags, Expand, Step, step};
use crate::typed::{self, Column, Relation, Typed, column};

/// What differs between the two plugins.
struct Family {
    /// The canonical text of a network.
    network: &'static Kernel,
    /// The length of a network's prefix.
    length: &'static Kernel,
    /// The networks of given lengths that hold an address.
    candidates: &'static Kernel,
    /// Whether the columns of the networks come first.
    lookup_first: bool,
    /// Whether further columns may be keys.
    extra_keys: bool,
}

pub(super) fn ipv4(plugin: Plugin<'_, '_, '_>) -> Relation {
    let family = Family {
        network: &NETWORK_V4,
        length: &LENGTH_V4,
        candidates: &CANDIDATES_V4,
        lookup_first: false,
        extra_keys: true,
    };
    lookup(plugin, &family)
}

pub(super) fn ipv6(plugin: Plugin<'_, '_, '_>) -> Relation {
    let family = Family {
        network: &NETWORK_V6,
        length: &LENGTH_V6,
        candidates: &CANDIDATES_V6,
        lookup_first: true,
        extra_keys: false,
    };
    lookup(plugin, &family)
}

/// What is written of a lookup.
struct Wanted {
    networks: Relation,
    source: Column,
    network: Column,
    /// Columns of both tables that must be equal.
    equal: Vec<(Column, Column)>,
    unmatched: bool,
}

fn lookup(mut plugin: Plugin<'_, '_, '_>, family: &Family) -> Relation {
    plugin.no_schema();
    let Some(wanted) = wanted(&mut plugin, family) else { return Relation::poison() };
    let Some(lengths) = lengths(&mut plugin, family, &wanted) else { return Relation::poison() };
    match joined(&mut plugin, family, &wanted, lengths) {
        Ok(plan) => finish(plugin, family, &wanted, plan),
        Err(error) => {
            plugin.binder.planning_failed(plugin.span, &error);
            Relation::poison()
        }
    }
}

fn wanted(plugin: &mut Plugin<'_, '_, '_>, family: &Family) -> Option<Wanted> {
    let arguments = plugin.positional();
    let Some(table) = arguments.first() else {
        let message = format!("'{}' lacks its table of networks", plugin.call.name.text);
        plugin.binder.error(Some("KS119"), plugin.span, message);
        return None;
    };
    let networks = plugin.binder.table(table, Scope::outside(plugin.env));
    let source = plugin.column(arguments.get(1).copied(), "source key")?;
    if networks.open {
        return None;
    }
    let Some(key) = arguments.get(2) else {
        let message = format!("'{}' lacks the key of its networks", plugin.call.name.text);
        plugin.binder.error(Some("KS119"), plugin.span, message);
        return None;
    };
    let network = column_of(plugin.binder, &networks, key, "lookup key")?;
    for column in [&source, &network] {
        if column.kind != KustoType::String {
            let message = format!("addresses are strings, '{}' is a {}", column.name, column.kind);
            plugin.binder.error(Some("KS107"), plugin.span, message);
            return None;
        }
    }
    let mut unmatched = false;
    let mut equal = Vec::new();
    let behind = arguments.get(3..).unwrap_or_default();
    for (place, argument) in behind.iter().enumerate() {
        match flag(argument) {
            Some(value) if place + 1 == behind.len() => unmatched = value,
            _ if family.extra_keys => {
                let left = plugin.column(Some(argument), "extra key")?;
                let right = column_of(plugin.binder, &networks, argument, "extra key")?;
                if left.kind != right.kind || left.kind == KustoType::Dynamic {
                    let message = format!("the keys are a {} and a {}", left.kind, right.kind);
                    plugin.binder.error(None, argument.span, message);
                    return None;
                }
                equal.push((left, right));
            }
            _ => {
                plugin.binder.error(None, argument.span, "return_unmatched is true or false");
                return None;
            }
        }
    }
    for argument in plugin.named() {
        let name = argument.names.first()?;
        match (name.text.as_str(), flag(&argument.value)) {
            ("return_unmatched", Some(value)) => unmatched = value,
            ("return_unmatched", None) => {
                plugin.binder.error(None, argument.value.span, "return_unmatched is true or false");
                return None;
            }
            (other, _) => {
                let message = format!("'{}' has no parameter '{other}'", plugin.call.name.text);
                plugin.binder.error(None, name.span, message);
                return None;
            }
        }
    }
    Some(Wanted { networks, source, network, equal, unmatched })
}

fn flag(argument: &Expr) -> Option<bool> {
    match &argument.kind {
        ExprKind::Literal(Literal::Bool(value)) => *value,
        _ => None,
    }
}

/// The lengths of prefixes that the networks have.
fn lengths(plugin: &mut Plugin<'_, '_, '_>, family: &Family, wanted: &Wanted) -> Option<Vec<i64>> {
    let length = family.length.call(vec![column(&wanted.network.name)]).alias("length");
    let plan = plugin.binder.step(plugin.span, &wanted.networks, |plan| {
        LogicalPlanBuilder::from(plan).project(vec![length])?.distinct()?.build()
    });
    let mut lengths: Vec<i64> = Vec::new();
    for batch in plugin.evaluate(plan)? {
        lengths.extend(batch.column(0).as_primitive::<Int64Type>().iter().flatten());
    }
    lengths.sort_unstable();
    Some(lengths)
}

const ROW: &str = "lookup row";
const PLACE: &str = "lookup place";
const CANDIDATE: &str = "lookup candidate";
const FOUND: &str = "lookup found";

/// Rows and networks side by side, under the names that the sides of a join have.
fn joined(
    plugin: &mut Plugin<'_, '_, '_>,
    family: &Family,
    wanted: &Wanted,
    lengths: Vec<i64>,
) -> datafusion::common::Result<LogicalPlan> {
    let lengths = Dynamic::Array(lengths.into_iter().map(Dynamic::Long).collect()).pack();
    let candidates = family
        .candidates
        .call(vec![column(&wanted.source.name), literal(ScalarValue::BinaryView(Some(lengths)))]);
    let expand = Step::Expand(Expand {
        elements: vec![CANDIDATE.to_owned()],
        index: wanted.unmatched.then(|| PLACE.to_owned()),
        row: wanted.unmatched.then(|| ROW.to_owned()),
        unique: None,
        bags: Bags::Bag,
        limit: usize::MAX,
        ordered: false,
    });
    let expanded = step(plugin.input.plan.clone(), expand, vec![candidates])?;
    let candidate = from_dynamic(KustoType::String).call(vec![column(CANDIDATE)]);
    let mut left: Vec<PlanExpr> =
        plugin.input.visible().map(|c| column(&c.name).alias(side_column("left", &c.name))).collect();
    left.push(candidate.alias(key_column("left", 0)));
    for (place, (known, _)) in wanted.equal.iter().enumerate() {
        left.push(column(&known.name).alias(key_column("left", place + 1)));
    }
    if wanted.unmatched {
        left.extend([column(ROW), column(PLACE)]);
    }
    let left = typed::project(expanded, left)?;
    let network = Typed::new(family.network.call(vec![column(&wanted.network.name)]), KustoType::String);
    let mut keys = vec![network];
    keys.extend(wanted.equal.iter().map(|(_, known)| known.typed()));
    // Networks that are none would match each other's blank.
    let valid = Relation {
        plan: LogicalPlanBuilder::from(wanted.networks.plan.clone())
            .filter(family.length.call(vec![column(&wanted.network.name)]).is_not_null())?
            .build()?,
        ..wanted.networks.clone()
    };
    let right = side(&valid, &keys, "right")?;
    let names = |which: &str| -> Vec<PlanColumn> {
        (0..keys.len()).map(|place| PlanColumn::new_unqualified(key_column(which, place))).collect()
    };
    let kind = if wanted.unmatched { JoinType::Left } else { JoinType::Inner };
    let plan = LogicalPlanBuilder::from(left).join_detailed(
        right,
        kind,
        (names("left"), names("right")),
        None,
        NullEquality::NullEqualsNull,
    )?;
    if !wanted.unmatched {
        return plan.build();
    }
    // A row without any network stays once; one that has some stays with these only.
    let found = PlanExpr::from(WindowFunction::new(
        WindowFunctionDefinition::AggregateUDF(count_udaf()),
        vec![column(&key_column("right", 0))],
    ))
    .partition_by(vec![column(ROW)])
    .window_frame(WindowFrame::new(None))
    .build()?;
    let fields: Vec<PlanExpr> = plan.schema().fields().iter().map(|field| column(field.name())).collect();
    let windowed = plan.window(vec![found])?;
    let number = windowed.schema().fields().last().map(|field| column(field.name()).alias(FOUND));
    let matches = column(&key_column("right", 0)).is_not_null();
    let alone = column(FOUND).eq(Typed::long(0).expr).and(column(PLACE).eq(Typed::long(0).expr));
    windowed.project(fields.into_iter().chain(number))?.filter(matches.or(alone))?.build()
}

/// The columns of both tables; of equal names the second gets a number.
fn finish(plugin: Plugin<'_, '_, '_>, family: &Family, wanted: &Wanted, plan: LogicalPlan) -> Relation {
    let mut names = UniqueNames::default();
    let mut items = Vec::new();
    let equal: Vec<&str> = wanted.equal.iter().map(|(_, known)| known.name.as_str()).collect();
    let mut sides = [("left", &plugin.input), ("right", &wanted.networks)];
    if family.lookup_first {
        sides.reverse();
    }
    for (which, table) in sides {
        let padded = which == "right" && wanted.unmatched;
        for known in table.visible().filter(|c| which == "left" || !equal.contains(&c.name.as_str())) {
            let typed = padded_text(side_column(which, &known.name), known, padded);
            items.push((names.unique(&known.name), typed));
        }
    }
    assemble(plugin.binder, Relation::new(plan, Vec::new()), items, plugin.span)
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const NETS: &str = "let nets = datatable(net:string, who:string, site:string)\
        ['10.0.0.0/8', 'all', 'x', '10.1.0.0/16', 'some', 'y', 'bad', 'none', 'x'];";
    const T: &str = "datatable(id:long, ip:string, site:string)[1, '10.1.2.3', 'y', 2, '10.2.0.1', 'y', 3, '8.8.8.8', 'x', 4, 'bad', 'x', 5, '', 'x']";

    #[test]
    fn every_network_that_holds_an_address_is_a_row() {
        assert_eq!(
            answer(&format!("{NETS} {T} | evaluate ipv4_lookup(nets, ip, net) | sort by id asc, who asc")),
            "id:long, ip:string, site:string, net:string, who:string, site1:string\n\
             1 | 10.1.2.3 | y | 10.0.0.0/8 | all | x\n1 | 10.1.2.3 | y | 10.1.0.0/16 | some | y\n\
             2 | 10.2.0.1 | y | 10.0.0.0/8 | all | x"
        );
    }

    #[test]
    fn rows_without_a_network_stay_when_asked() {
        assert_eq!(
            rows(&format!(
                "{NETS} {T} | evaluate ipv4_lookup(nets, ip, net, return_unmatched = true) | project id, who | sort by id asc, who asc"
            )),
            "1 | all\n1 | some\n2 | all\n3 | \n4 | \n5 | "
        );
        assert_eq!(
            answer(&format!(
                "{NETS} {T} | evaluate ipv4_lookup(nets, ip, net, site, true) | project-away net | sort by id asc"
            )),
            "id:long, ip:string, site:string, who:string\n1 | 10.1.2.3 | y | some\n2 | 10.2.0.1 | y | \n\
             3 | 8.8.8.8 | x | \n4 | bad | x | \n5 |  | x | "
        );
    }

    #[test]
    fn networks_of_ipv6_come_first() {
        let nets =
            "let nets = datatable(net:string, who:string)['2001:db8::/32', 'doc', '10.0.0.0/8', 'old'];";
        assert_eq!(
            answer(&format!(
                "{nets} datatable(ip:string)['2001:db8:1::5', '10.4.4.4', 'fe80::1'] | evaluate ipv6_lookup(nets, ip, net) | sort by ip asc"
            )),
            "net:string, who:string, ip:string\n10.0.0.0/8 | old | 10.4.4.4\n2001:db8::/32 | doc | 2001:db8:1::5"
        );
    }

    #[test]
    fn arguments_are_checked() {
        assert!(refused(&format!("{NETS} {T} | evaluate ipv4_lookup(nets, id, net)")).contains("KS107"));
        assert!(refused(&format!("{NETS} {T} | evaluate ipv4_lookup(nets, ip)")).contains("KS119"));
        assert!(refused(&format!("{NETS} {T} | evaluate ipv4_lookup(nowhere, ip, net)")).contains("KS"));
        assert!(
            refused(&format!("{NETS} {T} | evaluate ipv6_lookup(nets, ip, net, site)"))
                .contains("true or false")
        );
    }
}
