//! `datatable` and `externaldata`, which make rows and take none, and sources that are read but not run.
//!
//! Source: <https://learn.microsoft.com/kusto/query/datatable-operator>, <https://learn.microsoft.com/kusto/query/externaldata-operator>

use super::Parser;
use crate::ast::{ExprKind, Operator, Span};
use crate::token::TokenKind;

impl Parser<'_> {
    /// `datatable(columns)[values]`; a comma behind the last value is fine.
    pub(in crate::parser) fn datatable(&mut self) -> ExprKind {
        self.bump();
        let columns = self.column_declarations();
        let values = self.bracketed(TokenKind::OpenBracket, |p| {
            p.list(TokenKind::CloseBracket, |p| (!p.at(TokenKind::CloseBracket)).then(|| p.literal()))
        });
        ExprKind::Datatable { columns, values: values.into_iter().flatten().collect() }
    }

    /// `externaldata(columns)[uris] with (properties)`.
    pub(in crate::parser) fn external_data(&mut self) -> ExprKind {
        self.bump();
        let columns = self.column_declarations();
        let uris =
            self.bracketed(TokenKind::OpenBracket, |p| p.list(TokenKind::CloseBracket, Self::expression));
        let properties = if self.eat_word("with") { self.property_list() } else { Vec::new() };
        ExprKind::ExternalData { columns, uris, properties }
    }

    /// `entity_group […]` and `inline_external_table (…) …`.
    pub(in crate::parser) fn unsupported_source(&mut self) -> ExprKind {
        let start = self.token().start();
        let name = self.word_name();
        let group = name.text == "entity_group";
        if group {
            self.skip_one();
        } else {
            self.skip_item();
        }
        let span: Span = self.span_from(start);
        let kind = self.unsupported(&name, span);
        ExprKind::Source(Box::new(Operator { kind, span }))
    }
}
