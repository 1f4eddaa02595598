//! `make-series a = count() default = 0 on t from x to y step z by k`
//!
//! Source: <https://learn.microsoft.com/kusto/query/make-series-operator>

use super::Parser;
use crate::ast::{Expr, MakeSeries, MakeSeriesAggregate, Name, NamedExpr, OperatorKind};
use crate::parser::infix::Level;
use crate::token::TokenKind;

/// The words that begin the clauses behind the aggregates.
const CLAUSES: &[&str] = &["on", "from", "to", "step", "in", "by"];

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.properties_among(|name| name == "kind");
    let aggregates = p.items(CLAUSES, |p| {
        let value = p.named_item();
        let given = p.at_word("default") && p.nth_kind(1) == TokenKind::Assign;
        let default = given.then(|| {
            p.bump();
            p.bump();
            p.expression()
        });
        MakeSeriesAggregate { value, default }
    });
    p.expect_word("on");
    let on = p.axis();
    let mut series = MakeSeries {
        properties,
        aggregates,
        on,
        from: None,
        to: None,
        step: None,
        in_range: false,
        by: Vec::new(),
    };
    if p.at_word("in") {
        p.range_call(&mut series);
    } else {
        series.from = p.eat_word("from").then(|| p.expression());
        series.to = p.eat_word("to").then(|| p.expression());
        series.step = Some(if p.expect_word("step") { p.expression() } else { p.missing() });
    }
    if p.eat_word("by") {
        series.by = p.named_items(&[]);
    }
    OperatorKind::MakeSeries(series)
}

impl Parser<'_> {
    /// The column of the axis. It ends before `in`, which is an operator elsewhere.
    fn axis(&mut self) -> NamedExpr {
        let mut names = Vec::new();
        if self.name_length(0).is_some_and(|length| self.nth_kind(length) == TokenKind::Assign) {
            names.push(self.name(crate::keyword::Place::Column, "a name"));
            self.bump();
        }
        NamedExpr { names, value: self.beside(|p| p.binary(Level::Order)) }
    }

    /// `in range(from, to, step)`.
    fn range_call(&mut self, series: &mut MakeSeries) {
        self.bump();
        self.expect_word("range");
        let bounds: Vec<Expr> =
            self.bracketed(TokenKind::OpenParen, |p| p.list(TokenKind::CloseParen, Self::expression));
        let mut bounds = bounds.into_iter();
        series.in_range = true;
        series.from = bounds.next();
        series.to = bounds.next();
        series.step = bounds.next();
        if series.to.is_none() || bounds.next().is_some() {
            let place = self.span_from(series.on.value.span.end);
            self.report(crate::Diagnostic::error(
                Some(crate::code::EXPECTED),
                place,
                "expected in range(from, to, step)",
            ));
        }
    }
}
