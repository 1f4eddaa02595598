//! Tabular operators, one file each: what they do to the table that flows in.
//!
//! To add one: a file with a `bind` function and its tests, and a line in [`bind`].

// Operators have one shape: a table flows in, a table flows out.
#![allow(clippy::needless_pass_by_value)]

pub(crate) mod as_name;
pub(crate) mod assert_schema;
pub(crate) mod consume;
pub(crate) mod count;
pub(crate) mod datatable;
pub(crate) mod distinct;
pub(crate) mod evaluate;
pub(crate) mod explain_flow;
pub(crate) mod extend;
pub(crate) mod external_data;
pub(crate) mod find;
pub(crate) mod fork;
pub(crate) mod getschema;
pub(crate) mod invoke;
pub(crate) mod join;
pub(crate) mod lookup;
pub(crate) mod make_series;
pub(crate) mod mv_apply;
pub(crate) mod mv_expand;
pub(crate) mod parse;
pub(crate) mod parse_kv;
pub(crate) mod partition;
pub(crate) mod print;
pub(crate) mod project;
pub(crate) mod project_away;
pub(crate) mod project_by_names;
pub(crate) mod project_keep;
pub(crate) mod project_rename;
pub(crate) mod project_reorder;
pub(crate) mod range;
pub(crate) mod reduce;
pub(crate) mod render;
pub(crate) mod sample;
pub(crate) mod scan;
pub(crate) mod search;
pub(crate) mod serialize;
pub(crate) mod sort;
pub(crate) mod summarize;
pub(crate) mod take;
pub(crate) mod top;
pub(crate) mod top_hitters;
pub(crate) mod top_nested;
pub(crate) mod union;
pub(crate) mod where_filter;

use weir_kql::ast::{Operator, OperatorKind, Subquery};

use crate::bind::{Binder, Env, Scope};
use crate::limits::is_stopped;
use crate::typed::Relation;

/// One step of a pipeline: the table behind it, and the names that hold from there on.
pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    operator: &Operator,
    env: Env,
) -> (Relation, Env) {
    let span = operator.span;
    if is_stopped() {
        return (Relation::poison(), env);
    }
    let output = match &operator.kind {
        OperatorKind::As { name, properties } => return as_name::bind(binder, input, name, properties, &env),
        OperatorKind::AssertSchema { columns } => assert_schema::bind(binder, input, columns, span),
        OperatorKind::Consume { .. } => consume::bind(binder, &input, span),
        OperatorKind::Count { name } => count::bind(binder, input, name.as_ref(), span),
        OperatorKind::Distinct { items, .. } => distinct::bind(binder, input, items, span, &env),
        OperatorKind::Evaluate { call, schema, .. } => {
            evaluate::bind(binder, input, call, schema.as_ref(), span, &env)
        }
        OperatorKind::Extend { items } => extend::bind(binder, input, items, span, &env),
        OperatorKind::Facet { .. } | OperatorKind::Fork { .. } => {
            binder.error(None, span, "several results can only end a query");
            Relation::poison()
        }
        OperatorKind::GetSchema => getschema::bind(binder, &input, span),
        OperatorKind::Join(join) => join::bind(binder, input, join, span, &env),
        OperatorKind::MvApply(apply) => mv_apply::bind(binder, input, apply, span, &env),
        OperatorKind::MvExpand(expand) => mv_expand::bind(binder, input, expand, span, &env),
        OperatorKind::ParseKv { source, keys, properties } => {
            parse_kv::bind(binder, input, source, keys, properties, span, &env)
        }
        OperatorKind::Parse(parse) => parse::bind(binder, input, parse, span, &env),
        OperatorKind::Invoke { call } => invoke::bind(binder, input, call, span, &env),
        OperatorKind::Lookup(join) => lookup::bind(binder, input, join, span, &env),
        OperatorKind::MakeSeries(series) => make_series::bind(binder, input, series, span, &env),
        OperatorKind::Partition(partition) => partition::bind(binder, input, partition, span, &env),
        OperatorKind::Project { items } => project::bind(binder, input, items, span, &env),
        OperatorKind::ProjectAway { patterns } => project_away::bind(binder, input, patterns, span),
        OperatorKind::ProjectByNames { items } => project_by_names::bind(binder, input, items, span, &env),
        OperatorKind::ProjectKeep { patterns } => project_keep::bind(binder, input, patterns, span),
        OperatorKind::ProjectReorder { items } => project_reorder::bind(binder, input, items, span),
        OperatorKind::ProjectRename { items } => project_rename::bind(binder, input, items, span),
        OperatorKind::Reduce { properties, by, with } => {
            reduce::bind(binder, input, properties, by, with, span, &env)
        }
        OperatorKind::Render { chart, properties } => render::bind(binder, input, chart.as_ref(), properties),
        OperatorKind::Search(operator) => search::bind(binder, Some(input), operator, span, &env),
        OperatorKind::Sample { count } => sample::bind(binder, input, count, span, &env),
        OperatorKind::SampleDistinct { count, of } => {
            sample::bind_distinct(binder, input, count, of, span, &env)
        }
        OperatorKind::Scan(operator) => scan::bind(binder, input, operator, span, &env),
        OperatorKind::Serialize { items } => serialize::bind(binder, input, items, span, &env),
        OperatorKind::Sort { keys, .. } => sort::bind(binder, input, keys, span, &env),
        OperatorKind::Summarize(summarize) => summarize::bind(binder, input, summarize, span, &env),
        OperatorKind::Take { count, .. } => take::bind(binder, input, count, span, &env),
        OperatorKind::Top { count, keys, .. } => top::bind(binder, input, count, keys, span, &env),
        OperatorKind::TopHitters { count, of, by } => {
            top_hitters::bind(binder, input, count, of, by.as_ref(), span, &env)
        }
        OperatorKind::TopNested { clauses } => top_nested::bind(binder, input, clauses, span, &env),
        OperatorKind::Union(operator) => union::bind(binder, Some(input), operator, span, &env),
        OperatorKind::Where { predicate, .. } => where_filter::bind(binder, input, predicate, span, &env),
        OperatorKind::Missing => Relation::poison(),
        _ => unsupported(binder, operator),
    };
    (output, env)
}

/// The steps of a pipeline inside an operator: on what flows in, or on a source of their own.
pub(crate) fn steps(binder: &mut Binder<'_>, input: Relation, subquery: &Subquery, env: &Env) -> Relation {
    let mut env = env.clone();
    for statement in &subquery.statements {
        env = binder.let_statement(statement, env);
    }
    let mut relation = match &subquery.source {
        Some(source) => binder.table(source, Scope::outside(&env)),
        None => input,
    };
    for operator in &subquery.operators {
        (relation, env) = bind(binder, relation, operator, env);
    }
    relation
}

/// An operator that begins a pipeline.
pub(crate) fn source(binder: &mut Binder<'_>, operator: &Operator, scope: Scope<'_>) -> Relation {
    let span = operator.span;
    match &operator.kind {
        OperatorKind::Print { items } => print::bind(binder, items, span, scope),
        OperatorKind::Range { name, from, to, step } => {
            range::bind(binder, name, [from, to, step], span, scope)
        }
        OperatorKind::Find(operator) => find::bind(binder, operator, span, scope.env),
        OperatorKind::Search(operator) => search::bind(binder, None, operator, span, scope.env),
        OperatorKind::Union(operator) => union::bind(binder, None, operator, span, scope.env),
        OperatorKind::Missing => Relation::poison(),
        _ => unsupported(binder, operator),
    }
}

/// Refuses an operator by the name it begins with.
fn unsupported(binder: &mut Binder<'_>, operator: &Operator) -> Relation {
    let name = binder.source(operator.span).split_whitespace().next().unwrap_or_default();
    let end = operator.span.start + name.len();
    binder.unsupported(weir_kql::ast::Span { end, ..operator.span }, format!("the operator '{name}'"));
    Relation::poison()
}
