//! Expressions, by precedence.
//!
//! From loose to tight: `or`; `and`; equality, `in`, `between`; order; `+ -`; `* / %`; the operators on text, with
//! `=~` among them; signs. `a + b has c` is `a + (b has c)`: Kusto is alone in this, and so are the queries written
//! for it. Only `or`, `and` and arithmetic go on in chains.

use super::Parser;
use crate::ast::{BinaryOp, Expr, ExprKind, InOp, NamedExpr, Span, UnaryOp};
use crate::diagnostic::{Diagnostic, code};
use crate::keyword::Place;
use crate::token::TokenKind;

/// How tightly an operator binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Or,
    And,
    Equality,
    Order,
    Sum,
    Product,
    Text,
    /// Tighter than any operator.
    Operand,
}

impl Level {
    pub(crate) fn tighter(self) -> Level {
        match self {
            Level::Or => Level::And,
            Level::And => Level::Equality,
            Level::Equality => Level::Order,
            Level::Order => Level::Sum,
            Level::Sum => Level::Product,
            Level::Product => Level::Text,
            Level::Text | Level::Operand => Level::Operand,
        }
    }

    pub(crate) fn chains(self) -> bool {
        matches!(self, Level::Or | Level::And | Level::Sum | Level::Product)
    }
}

/// An operator between or behind operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Infix {
    Binary(BinaryOp, Level),
    In(InOp),
    Between { negated: bool },
}

impl Infix {
    fn level(self) -> Level {
        match self {
            Infix::Binary(_, level) => level,
            Infix::In(_) | Infix::Between { .. } => Level::Equality,
        }
    }
}

/// A chain of `and` or `or` that is longer becomes a balanced tree: generated filters have thousands of links.
const LEANING_MAX: usize = 32;

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
        while let Some((infix, tokens)) = self.infix() {
            let level = infix.level();
            if level < least {
                break;
            }
            if level > most {
                self.error_chained();
            }
            let op_span = Span { start: self.token().start(), end: self.nth(tokens - 1).end() };
            for _ in 0..tokens {
                self.bump();
            }
            left = match infix {
                Infix::Binary(op @ (BinaryOp::And | BinaryOp::Or), _) => self.logic(left, op, op_span),
                Infix::Binary(op, _) => self.pair(left, op, op_span, start),
                Infix::In(op) => self.in_list(left, op, start),
                Infix::Between { negated } => self.between(left, negated, start),
            };
            most = if level.chains() { level } else { below(level) };
        }
        left
    }

    fn pair(&mut self, left: Expr, op: BinaryOp, op_span: Span, start: usize) -> Expr {
        let right = self.beside(|p| p.binary(level_of(op).tighter()));
        if !self.grow(1) {
            return left;
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
        let fits = self.grow(1);
        let operand = self.postfix();
        if !fits {
            return operand;
        }
        Expr { kind: ExprKind::Unary { op, operand: Box::new(operand) }, span: self.span_from(start) }
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

    /// The operator here and the number of its tokens.
    fn infix(&mut self) -> Option<(Infix, usize)> {
        use BinaryOp::*;
        let op = match self.kind() {
            TokenKind::EqualEqual => Equal,
            TokenKind::NotEqual => NotEqual,
            TokenKind::EqualTilde => EqualCi,
            TokenKind::NotTilde => NotEqualCi,
            TokenKind::Less => Less,
            TokenKind::LessEqual => LessEqual,
            TokenKind::Greater => Greater,
            TokenKind::GreaterEqual => GreaterEqual,
            TokenKind::Plus => Add,
            TokenKind::Minus => Subtract,
            TokenKind::Star => Multiply,
            TokenKind::Slash => Divide,
            TokenKind::Percent => Modulo,
            TokenKind::Colon => Colon,
            TokenKind::AndAnd => And,
            TokenKind::Word => return self.infix_word(),
            TokenKind::NotWord => {
                return negated(self.text_of(self.token()).get(1..)?).map(|infix| (infix, 1));
            }
            TokenKind::Bang => return self.infix_behind_bang(),
            _ => return None,
        };
        Some((Infix::Binary(op, level_of(op)), 1))
    }

    fn infix_word(&self) -> Option<(Infix, usize)> {
        use BinaryOp::*;
        let op = match self.word() {
            "and" => And,
            "or" => Or,
            "has" => Has,
            "has_cs" => HasCs,
            "hasprefix" => HasPrefix,
            "hasprefix_cs" => HasPrefixCs,
            "hassuffix" => HasSuffix,
            "hassuffix_cs" => HasSuffixCs,
            "contains" => Contains,
            "contains_cs" | "containscs" => ContainsCs,
            "notcontains" => NotContains,
            "notcontainscs" => NotContainsCs,
            "startswith" => StartsWith,
            "startswith_cs" => StartsWithCs,
            "endswith" => EndsWith,
            "endswith_cs" => EndsWithCs,
            "like" => Like,
            "likecs" => LikeCs,
            "notlike" => NotLike,
            "notlikecs" => NotLikeCs,
            "matches" if self.nth_word(1) == "regex" => {
                return Some((Infix::Binary(MatchesRegex, Level::Text), 2));
            }
            "in" => return Some((Infix::In(InOp::In), 1)),
            "in~" => return Some((Infix::In(InOp::InCi), 1)),
            "has_any" => return Some((Infix::In(InOp::HasAny), 1)),
            "has_all" => return Some((Infix::In(InOp::HasAll), 1)),
            "between" => return Some((Infix::Between { negated: false }, 1)),
            _ => return None,
        };
        Some((Infix::Binary(op, level_of(op)), 1))
    }

    /// `! in`, reported and read as `!in`.
    fn infix_behind_bang(&mut self) -> Option<(Infix, usize)> {
        let word = self.nth_word(1);
        let infix = negated(word)?;
        let message = format!("`!` and `{word}` are one word");
        self.error_here(
            Diagnostic::error(Some(code::LEFTOVER), self.place(), message)
                .with_hint(format!("write !{word}")),
        );
        Some((infix, 2))
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

/// The highest level that may follow an operator that does not chain.
fn below(level: Level) -> Level {
    match level {
        Level::Or | Level::And => Level::Or,
        Level::Equality => Level::And,
        Level::Order => Level::Equality,
        Level::Sum => Level::Order,
        Level::Product => Level::Sum,
        Level::Text | Level::Operand => Level::Product,
    }
}

pub(crate) fn level_of(op: BinaryOp) -> Level {
    use BinaryOp::*;
    match op {
        Or => Level::Or,
        And => Level::And,
        Equal | NotEqual => Level::Equality,
        Less | LessEqual | Greater | GreaterEqual => Level::Order,
        Add | Subtract => Level::Sum,
        Multiply | Divide | Modulo => Level::Product,
        _ => Level::Text,
    }
}

/// The operator that `!word` writes.
fn negated(word: &str) -> Option<Infix> {
    use BinaryOp::*;
    let op = match word {
        "has" => NotHas,
        "has_cs" => NotHasCs,
        "hasprefix" => NotHasPrefix,
        "hasprefix_cs" => NotHasPrefixCs,
        "hassuffix" => NotHasSuffix,
        "hassuffix_cs" => NotHasSuffixCs,
        "contains" => NotContains,
        "contains_cs" => NotContainsCs,
        "startswith" => NotStartsWith,
        "startswith_cs" => NotStartsWithCs,
        "endswith" => NotEndsWith,
        "endswith_cs" => NotEndsWithCs,
        "in" => return Some(Infix::In(InOp::NotIn)),
        "in~" => return Some(Infix::In(InOp::NotInCi)),
        "between" => return Some(Infix::Between { negated: true }),
        _ => return None,
    };
    Some(Infix::Binary(op, Level::Text))
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
