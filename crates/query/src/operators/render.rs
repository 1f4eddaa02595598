//! `render chart`: what the client is to draw; rows pass unchanged.
//!
//! Source: <https://learn.microsoft.com/kusto/query/render-operator>

use weir_answer::Render;
use weir_kql::ast::{ExprKind, Literal, Name, Property};

use crate::bind::Binder;
use crate::typed::Relation;

/// The charts of the documentation.
const CHARTS: [&str; 16] = [
    "anomalychart",
    "areachart",
    "barchart",
    "card",
    "columnchart",
    "ladderchart",
    "linechart",
    "piechart",
    "pivotchart",
    "scatterchart",
    "stackedareachart",
    "table",
    "timechart",
    "timepivot",
    "treemap",
    "graph",
];

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    chart: Option<&Name>,
    properties: &[Property],
) -> Relation {
    let chart_name = chart.map_or_else(|| "table".to_owned(), |name| name.text.to_ascii_lowercase());
    if let Some(name) = chart
        && !CHARTS.contains(&chart_name.as_str())
    {
        let message = format!("no chart is named '{}'", name.text);
        let mut diagnostic = weir_kql::Diagnostic::error(None, name.span, message);
        if let Some(near) = weir_kql::nearest(&name.text, CHARTS) {
            diagnostic = diagnostic.with_hint(format!("did you mean {near}?"));
        }
        binder.tell(diagnostic);
    }
    let properties =
        properties.iter().map(|p| (p.name.text.to_ascii_lowercase(), text_of(&p.value))).collect();
    Relation { render: Some(Render { chart: chart_name, properties }), ..input }
}

/// The value of a property as text: a name, a list of names, or a literal.
fn text_of(value: &weir_kql::ast::Expr) -> String {
    match &value.kind {
        ExprKind::Name(name) => name.text.clone(),
        ExprKind::Literal(Literal::String(text)) => text.value.clone(),
        ExprKind::Literal(Literal::Bool(Some(value))) => value.to_string(),
        ExprKind::Literal(Literal::Long(Some(value))) => value.to_string(),
        ExprKind::Literal(Literal::Real(Some(value))) => value.to_string(),
        ExprKind::Paren(inner) => text_of(inner),
        _ => String::new(),
    }
}
