//! `top-nested [n] of column [with others = value] by aggregate, top-nested …`
//!
//! Source: <https://learn.microsoft.com/kusto/query/top-nested-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind, TopNestedClause};
use crate::diagnostic::code;
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, name: &Name) -> OperatorKind {
    let mut clauses = vec![p.beside(Parser::top_nested_clause)];
    while p.eat(TokenKind::Comma) {
        let (word, tokens) = p.operator_name();
        if word != name.text {
            p.error_expected(code::EXPECTED, "`top-nested`");
            p.skip_step();
            break;
        }
        for _ in 0..tokens {
            p.bump();
        }
        clauses.push(p.beside(Parser::top_nested_clause));
    }
    OperatorKind::TopNested { clauses }
}

impl Parser<'_> {
    fn top_nested_clause(&mut self) -> TopNestedClause {
        let count = (!self.at_word("of")).then(|| self.expression());
        self.expect_word("of");
        let of = self.named_item();
        let others = self.eat_word("with").then(|| {
            self.expect_word("others");
            self.expect(TokenKind::Assign);
            self.expression()
        });
        self.expect_word("by");
        let by = self.named_item();
        TopNestedClause { count, of, others, by, direction: self.direction() }
    }
}
