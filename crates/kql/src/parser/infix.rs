//! The operators between operands: how they are written and how tightly they bind.

use super::Parser;
use crate::ast::{BinaryOp, InOp};
use crate::diagnostic::{Diagnostic, code};
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
pub(super) enum Infix {
    Binary(BinaryOp, Level),
    In(InOp),
    Between { negated: bool },
}

impl Infix {
    pub(super) fn level(self) -> Level {
        match self {
            Infix::Binary(_, level) => level,
            Infix::In(_) | Infix::Between { .. } => Level::Equality,
        }
    }
}

impl Parser<'_> {
    /// The operator here and the number of its tokens.
    pub(super) fn infix(&mut self) -> Option<(Infix, usize)> {
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
}

/// The highest level that may follow an operator that does not chain.
pub(super) fn below(level: Level) -> Level {
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
