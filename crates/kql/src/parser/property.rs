//! `name = value` at the head of an operator, and lists of them behind `with`.

use super::Parser;
use crate::ast::{Expr, ExprKind, Name, Property, UnaryOp};
use crate::diagnostic::{Diagnostic, code};
use crate::token::TokenKind;

/// Properties that Kusto's own services put into queries, on any operator.
const INTERNAL: &[&str] = &[
    "__crossCluster",
    "__crossDB",
    "__id",
    "__isFuzzy",
    "__noWithSource",
    "__packedColumn",
    "__sourceColumnIndex",
];

impl Parser<'_> {
    /// Properties of an operator whose operands cannot begin with `name =`.
    pub(super) fn properties(&mut self) -> Vec<Property> {
        self.properties_among(|_| true)
    }

    /// Hints, and nothing else that looks like a property: `extend a = 1` has none.
    pub(super) fn hints(&mut self) -> Vec<Property> {
        self.properties_among(|_| false)
    }

    /// Hints, and the properties of an operator whose operands may begin with `name =`, too.
    pub(super) fn properties_among(&mut self, known: impl Fn(&str) -> bool) -> Vec<Property> {
        let mut properties: Vec<Property> = Vec::new();
        while let Some(tokens) = self.property_name_length() {
            let start = self.token().start();
            let end = self.nth(tokens - 1).end();
            let text = self.text.get(start..end).unwrap_or("");
            if !(known(text) || text.starts_with("hint.") || INTERNAL.contains(&text)) {
                break;
            }
            let name = Name { text: text.to_owned(), span: crate::ast::Span { start, end } };
            for _ in 0..=tokens {
                self.bump();
            }
            let value = self.property_value();
            self.add_property(&mut properties, Property { name, value });
        }
        properties
    }

    /// How many tokens the name of a property takes, if one and its `=` are here.
    fn property_name_length(&self) -> Option<usize> {
        const PARTS_MAX: usize = 4;
        let mut length = 0;
        for _ in 0..PARTS_MAX {
            if self.nth_kind(length) != TokenKind::Word {
                return None;
            }
            length += 1;
            match self.nth_kind(length) {
                TokenKind::Assign => return Some(length),
                TokenKind::Dot => length += 1,
                _ => return None,
            }
        }
        None
    }

    fn add_property(&mut self, properties: &mut Vec<Property>, property: Property) {
        let Property { name, .. } = &property;
        // `parse-kv` knows several quotes and escapes.
        let repeats = matches!(name.text.as_str(), "quote" | "escape");
        if !repeats && properties.iter().any(|other| other.name.text == name.text) {
            let message = format!("the property `{}` is given twice", name.text);
            self.report(Diagnostic::error(Some(code::REPEATED_PROPERTY), name.span, message));
            return;
        }
        properties.push(property);
    }

    /// A word, a name in brackets, or a literal: `kind=inner (T)` has the value `inner`, not a call.
    pub(super) fn property_value(&mut self) -> Expr {
        let start = self.token().start();
        let kind = match self.kind() {
            TokenKind::Word if !matches!(self.word(), "true" | "false" | "dynamic") => {
                ExprKind::Name(self.word_name())
            }
            TokenKind::OpenBracket => match self.bracketed_name() {
                Some(name) => ExprKind::Name(name),
                None => self.error_operand(),
            },
            TokenKind::Word
            | TokenKind::Integer
            | TokenKind::Real
            | TokenKind::Timespan
            | TokenKind::String
            | TokenKind::Typed
            | TokenKind::Plus
            | TokenKind::Minus => return self.beside(Self::signed_literal),
            _ => self.error_operand(),
        };
        Expr { kind, span: self.span_from(start) }
    }

    /// `(name = value, …)` behind `with`.
    pub(super) fn property_list(&mut self) -> Vec<Property> {
        let listed = self.bracketed(TokenKind::OpenParen, |p| {
            p.list(TokenKind::CloseParen, |p| {
                let name = p.property_name();
                p.expect(TokenKind::Assign);
                let value = p.expression();
                Property { name, value }
            })
        });
        let mut properties = Vec::with_capacity(listed.len());
        for property in listed {
            self.add_property(&mut properties, property);
        }
        properties
    }

    pub(super) fn property_name(&mut self) -> Name {
        if self.at(TokenKind::Word) {
            return self.word_name();
        }
        self.error_expected(code::MISSING_EXPRESSION, "a property name");
        self.missing_name()
    }

    /// A literal with or without a sign. Anything else is read, and reported.
    pub(super) fn literal(&mut self) -> Expr {
        let value = self.expression();
        if !is_literal(&value) && value.kind != ExprKind::Missing {
            let message = "expected a literal, found an expression";
            self.report(Diagnostic::error(Some(code::LITERAL_EXPECTED), value.span, message));
        }
        value
    }

    /// A literal behind a sign or none. What follows in brackets is no index but the operand of the operator.
    fn signed_literal(&mut self) -> Expr {
        let start = self.token().start();
        let op = match self.kind() {
            TokenKind::Minus => UnaryOp::Minus,
            TokenKind::Plus => UnaryOp::Plus,
            _ => return self.primary(),
        };
        self.bump();
        let operand = Box::new(self.primary());
        Expr { kind: ExprKind::Unary { op, operand }, span: self.span_from(start) }
    }
}

/// Whether an expression is a literal, possibly behind a sign.
fn is_literal(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Literal(_) => true,
        ExprKind::Unary { operand, .. } => matches!(operand.kind, ExprKind::Literal(_)),
        _ => false,
    }
}
