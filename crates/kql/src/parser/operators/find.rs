//! `find [withsource=name] [in (tables)] where predicate [project a, b: type, pack(*)]`
//!
//! Source: <https://learn.microsoft.com/kusto/query/find-operator>

use super::Parser;
use crate::ast::{Find, FindColumn, Name, OperatorKind};
use crate::diagnostic::code;
use crate::keyword::Place;
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.properties();
    let mut tables = Vec::new();
    if p.at_word("in") && p.nth_kind(1) == TokenKind::OpenParen {
        p.bump();
        tables = p.table_list();
        p.expect_word("where");
    } else {
        p.eat_word("where");
    }
    let predicate = p.predicate();
    let (clause, tokens) = p.operator_name();
    let project = match clause {
        "project" => {
            p.bump();
            p.items(&[], Parser::find_column)
        }
        "project-smart" => {
            for _ in 0..tokens {
                p.bump();
            }
            Vec::new()
        }
        _ => Vec::new(),
    };
    OperatorKind::Find(Find { properties, tables, predicate, project })
}

impl Parser<'_> {
    fn find_column(&mut self) -> FindColumn {
        let start = self.token().start();
        if self.at_word("pack") && self.nth_kind(1) == TokenKind::OpenParen {
            self.bump();
            self.bracketed(TokenKind::OpenParen, |p| {
                if !p.eat(TokenKind::Star) {
                    p.error_expected(code::EXPECTED, "`*`");
                }
            });
            return FindColumn::PackAll(self.span_from(start));
        }
        let name = self.name(Place::Elsewhere, "a column");
        let kind = self.eat(TokenKind::Colon).then(|| self.type_name());
        FindColumn::Column { name, kind }
    }
}
