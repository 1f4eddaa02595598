//! `scan [declare (…)] with (step name: condition => column = value; …)`
//!
//! Source: <https://learn.microsoft.com/kusto/query/scan-operator>

use super::Parser;
use crate::ast::{Name, NamedExpr, OperatorKind, Scan, ScanStep};
use crate::diagnostic::code;
use crate::keyword::Place;
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let mut scan = Scan {
        properties: p.properties(),
        partition_by: Vec::new(),
        order_by: Vec::new(),
        declare: Vec::new(),
        steps: Vec::new(),
    };
    loop {
        if p.at_word("order") || p.at_word("partition") {
            let order = p.at_word("order");
            p.bump();
            p.expect_word("by");
            let clauses = &["order", "partition", "declare", "with"];
            if order {
                scan.order_by = p.sort_keys(clauses);
            } else {
                scan.partition_by = p.expressions(clauses);
            }
        } else if p.eat_word("declare") {
            scan.declare = p.parameters();
        } else {
            break;
        }
    }
    p.expect_word("with");
    scan.steps = p.bracketed(TokenKind::OpenParen, Parser::scan_steps);
    OperatorKind::Scan(scan)
}

impl Parser<'_> {
    fn scan_steps(&mut self) -> Vec<ScanStep> {
        let mut steps = Vec::new();
        while self.at_word("step") {
            steps.push(self.beside(Self::scan_step));
            if !self.eat(TokenKind::Semicolon) {
                break;
            }
        }
        if !self.at(TokenKind::CloseParen) && self.at_word("") {
            self.error_expected(code::EXPECTED, "`step`, `;` or `)`");
        }
        steps
    }

    fn scan_step(&mut self) -> ScanStep {
        self.bump();
        let name = self.name(Place::Column, "a name of the step");
        let optional = self.eat_word("optional");
        let output = (self.at_word("output") && self.nth_kind(1) == TokenKind::Assign).then(|| {
            self.bump();
            self.bump();
            self.property_name()
        });
        self.expect(TokenKind::Colon);
        let condition = self.expression();
        let assignments = if self.eat(TokenKind::FatArrow) {
            self.items(&["step"], Self::scan_assignment)
        } else {
            Vec::new()
        };
        ScanStep { name, optional, output, condition, assignments }
    }

    fn scan_assignment(&mut self) -> NamedExpr {
        let assignment = self.named_item();
        if assignment.names.is_empty() {
            self.error_expected(code::EXPECTED, "`name = value`");
        }
        assignment
    }
}
