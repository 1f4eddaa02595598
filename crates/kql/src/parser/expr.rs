//! Expressions, by precedence.
//!
//! From loose to tight: `or`; `and`; equality, `in`, `between`; order; `+ -`; `* / %`; the operators on text, with
//! `=~` among them; signs. `a + b has c` is `a + (b has c)`: Kusto is alone in this, and so are the queries written
//! for it. Only `or`, `and` and arithmetic go on in chains.

use super::Parser;
use super::infix::{Infix, Level, below, level_of};
use crate::ast::{BinaryOp, Expr, ExprKind, InOp, NamedExpr, Span, UnaryOp};
use crate::diagnostic::{Diagnostic, code};
use crate::keyword::Place;
use crate::token::TokenKind;

/// A chain of `and` or `or` that is longer becomes a balanced tree: generated filters have thousands of links.
const LEANING_MAX: usize = 32;

/// Links of a chain such as `a + b + c` that count as one level: they lean to the left, and whoever walks the tree
/// takes them in a loop.
const LINKS_A_LEVEL: usize = 16;

impl Parser<'_> {
    /// A whole expression.
    pub(super) fn expression(&mut self) -> Expr {
        self.beside(|p| p.binary(Level::Or))
    }

    /// An expression of operators that bind at least as tightly as `least`.
    pub(super) fn binary(&mut self, least: Level) -> Expr {
        let start = self.token().start();
        let mut left = self.sign();
        // An operator above this level would have been part of what is now on the left.
        let mut most = Level::Operand;
        let mut chained = false;
        let mut links = 0;
        while let Some((infix, tokens)) = self.infix() {
            let level = infix.level();
            if level < least {
                break;
            }
            if level > most && !std::mem::replace(&mut chained, true) {
                self.error_chained();
            }
            let op_span = Span { start: self.token().start(), end: self.nth(tokens - 1).end() };
            for _ in 0..tokens {
                self.bump();
            }
            left = match infix {
                Infix::Binary(op @ (BinaryOp::And | BinaryOp::Or), _) => self.logic(left, op, op_span),
                Infix::Binary(op, _) => {
                    links += 1;
                    self.pair(left, op, op_span, start, links % LINKS_A_LEVEL == 1)
                }
                Infix::In(op) => self.in_list(left, op, start),
                Infix::Between { negated } => self.between(left, negated, start),
            };
            most = if level.chains() { level } else { below(level) };
        }
        left
    }

    /// An operator whose left operand was read. It makes the tree higher, or is a link that does not count.
    fn pair(&mut self, left: Expr, op: BinaryOp, op_span: Span, start: usize, higher: bool) -> Expr {
        let right = self.beside(|p| p.binary(level_of(op).tighter()));
        if higher && !self.grow(1) {
            return self.missing();
        }
        let kind = ExprKind::Binary { op, op_span, left: Box::new(left), right: Box::new(right) };
        Expr { kind, span: self.span_from(start) }
    }

    /// The rest of a chain of `and` or `or`, whose first operator was read.
    fn logic(&mut self, first: Expr, op: BinaryOp, op_span: Span) -> Expr {
        let level = level_of(op);
        let mut operands = vec![(op_span, first)];
        let mut op_span = op_span;
        loop {
            let operand = self.beside(|p| p.binary(level.tighter()));
            operands.push((op_span, operand));
            match self.infix() {
                Some((Infix::Binary(next, _), _)) if next == op => op_span = self.bump().span(),
                _ => break,
            }
        }
        let halvings = operands.len().div_ceil(LEANING_MAX).next_power_of_two().ilog2() as usize;
        if !self.grow(operands.len().min(LEANING_MAX) - 1 + halvings) {
            return self.missing();
        }
        join(op, operands)
    }

    /// `+` or `-` and an operand, or just that.
    fn sign(&mut self) -> Expr {
        let start = self.token().start();
        let op = match self.kind() {
            TokenKind::Minus => UnaryOp::Minus,
            TokenKind::Plus => UnaryOp::Plus,
            TokenKind::Bang | TokenKind::NotWord => return self.bang(),
            _ => return self.postfix(),
        };
        self.bump();
        if matches!(self.kind(), TokenKind::Minus | TokenKind::Plus) {
            self.error_signs();
        }
        let fits = self.grow(1);
        let operand = self.postfix();
        if !fits {
            return operand;
        }
        Expr { kind: ExprKind::Unary { op, operand: Box::new(operand) }, span: self.span_from(start) }
    }

    /// Reports and skips the signs behind a sign.
    fn error_signs(&mut self) {
        let message = "an operand has one sign at most";
        let hint = if self.touches(0) {
            "write -(-x); a comment begins with `//`"
        } else {
            "put one of them in brackets"
        };
        self.error_here(
            Diagnostic::error(Some(code::MISSING_EXPRESSION), self.place(), message).with_hint(hint),
        );
        while matches!(self.kind(), TokenKind::Minus | TokenKind::Plus) {
            self.bump();
        }
    }

    /// `!x`, which KQL writes `not(x)`.
    fn bang(&mut self) -> Expr {
        let message = "`!` does not negate an expression";
        self.error_here(
            Diagnostic::error(Some(code::UNEXPECTED), self.place(), message).with_hint("write not(…)"),
        );
        while self.eat(TokenKind::Bang) {}
        if self.eat(TokenKind::NotWord) && !self.at(TokenKind::OpenParen) {
            return self.missing();
        }
        self.postfix()
    }

    /// The list behind `in` and its kin.
    fn in_list(&mut self, value: Expr, op: InOp, start: usize) -> Expr {
        let fits = self.grow(1);
        let closed = self.is_closed();
        let list = if self.at(TokenKind::OpenParen) {
            let list = self.deeper(|p| {
                p.bracketed(TokenKind::OpenParen, |p| {
                    if p.at(TokenKind::CloseParen) {
                        p.error_operand();
                    }
                    p.list(TokenKind::CloseParen, |p| p.in_item(closed))
                })
            });
            list.unwrap_or_else(|| vec![self.skipped()])
        } else {
            let message = format!("expected `(`, found {}", self.found());
            self.error_here(
                Diagnostic::error(Some(code::EXPECTED), self.place(), message)
                    .with_hint("the list stands in brackets, even when it is one name"),
            );
            vec![self.binary(Level::Order)]
        };
        if !fits {
            return value;
        }
        Expr { kind: ExprKind::In { op, value: Box::new(value), list }, span: self.span_from(start) }
    }

    fn in_item(&mut self, closed: bool) -> Expr {
        if self.at(TokenKind::Star) {
            self.error_operand();
            self.skip_item();
            return self.missing();
        }
        // Without its closing bracket, a bar more likely goes on with the pipeline outside.
        if closed { self.pipeline() } else { self.expression() }
    }

    /// `(low .. high)` behind `between`.
    fn between(&mut self, value: Expr, negated: bool, start: usize) -> Expr {
        let fits = self.grow(1);
        if !self.at(TokenKind::OpenParen) {
            return self.between_without_brackets(value, negated, start);
        }
        let range = self.deeper(|p| {
            p.bracketed(TokenKind::OpenParen, |p| {
                let low = p.expression();
                if !p.eat(TokenKind::DotDot) {
                    p.error_range();
                    if !p.eat_word("and") && !p.eat(TokenKind::Comma) {
                        return (low, p.missing());
                    }
                }
                (low, p.expression())
            })
        });
        let (low, high) = range.unwrap_or_else(|| (self.skipped(), self.missing()));
        if !fits {
            return value;
        }
        let kind =
            ExprKind::Between { negated, value: Box::new(value), low: Box::new(low), high: Box::new(high) };
        Expr { kind, span: self.span_from(start) }
    }

    /// `between low and high`, as SQL writes it.
    fn between_without_brackets(&mut self, value: Expr, negated: bool, start: usize) -> Expr {
        let message = format!("expected `(`, found {}", self.found());
        self.error_here(
            Diagnostic::error(Some(code::EXPECTED), self.place(), message)
                .with_hint("write between (low .. high)"),
        );
        let low = self.beside(|p| p.binary(Level::Sum));
        let bounded = self.eat_word("and") || self.eat(TokenKind::DotDot);
        let high = if bounded { self.beside(|p| p.binary(Level::Sum)) } else { self.missing() };
        let kind =
            ExprKind::Between { negated, value: Box::new(value), low: Box::new(low), high: Box::new(high) };
        Expr { kind, span: self.span_from(start) }
    }

    fn error_range(&mut self) {
        let message = format!("expected `..`, found {}", self.found());
        self.error_here(
            Diagnostic::error(Some(code::EXPECTED), self.place(), message)
                .with_hint("write between (low .. high)"),
        );
    }

    fn error_chained(&mut self) {
        let message = format!("comparisons do not chain: {} follows another", self.found());
        self.error_here(
            Diagnostic::error(Some(code::LEFTOVER), self.place(), message)
                .with_hint("join them with `and`, or put one in brackets"),
        );
    }

    /// `value`, `name = value` or `(name, name) = value`.
    pub(super) fn named_item(&mut self) -> NamedExpr {
        let names = if self.name_length(0).is_some_and(|length| self.nth_kind(length) == TokenKind::Assign) {
            let name = self.name(Place::Column, "a name");
            self.bump();
            vec![name]
        } else if let Some(count) = self.compound_names() {
            self.bump();
            let mut names = Vec::with_capacity(count);
            while names.len() < count {
                names.push(self.name(Place::Column, "a name"));
                self.bump();
            }
            self.bump();
            names
        } else {
            Vec::new()
        };
        NamedExpr { names, value: self.expression() }
    }

    /// How many names stand in `(a, b) =`, if that is what is here.
    fn compound_names(&self) -> Option<usize> {
        if !self.at(TokenKind::OpenParen) {
            return None;
        }
        let mut ahead = 1;
        for count in 1.. {
            ahead += self.name_length(ahead)?;
            match self.nth_kind(ahead) {
                TokenKind::Comma => ahead += 1,
                TokenKind::CloseParen => {
                    return (self.nth_kind(ahead + 1) == TokenKind::Assign).then_some(count);
                }
                _ => return None,
            }
        }
        None
    }
}

/// A tree over operands, each with the operator before it; leaning left while short, balanced when long.
fn join(op: BinaryOp, operands: Vec<(Span, Expr)>) -> Expr {
    let mut level = operands;
    while level.len() > LEANING_MAX {
        let mut joined = Vec::with_capacity(level.len().div_ceil(2));
        let mut rest = level.into_iter();
        while let Some((before, left)) = rest.next() {
            joined.push(match rest.next() {
                Some((op_span, right)) => (before, pair_of(op, op_span, left, right)),
                None => (before, left),
            });
        }
        level = joined;
    }
    let mut rest = level.into_iter();
    let Some((_, first)) = rest.next() else {
        return Expr { kind: ExprKind::Missing, span: Span::default() };
    };
    rest.fold(first, |left, (op_span, right)| pair_of(op, op_span, left, right))
}

fn pair_of(op: BinaryOp, op_span: Span, left: Expr, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    Expr { kind: ExprKind::Binary { op, op_span, left: Box::new(left), right: Box::new(right) }, span }
}
