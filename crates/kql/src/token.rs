use crate::ast::Span;

/// A piece of the text that means something by itself.
///
/// Kept small because a text of two megabytes may hold two million of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    start: u32,
    end: u32,
    /// Index of the value of a literal; index of the partner token of a bracket.
    pub(crate) link: u32,
}

/// The `link` of a bracket that has no partner.
pub(crate) const UNPAIRED: u32 = u32::MAX;

impl Token {
    pub(crate) fn new(kind: TokenKind, start: usize, end: usize, link: usize) -> Self {
        // Texts are limited to far less than four gigabytes, and so are indexes into them.
        Token { kind, start: start as u32, end: end as u32, link: link as u32 }
    }

    pub(crate) fn start(self) -> usize {
        self.start as usize
    }

    pub(crate) fn end(self) -> usize {
        self.end as usize
    }

    pub(crate) fn span(self) -> Span {
        Span { start: self.start(), end: self.end() }
    }
}

/// The kinds of token. Keywords are words: most of them are names elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A name or a keyword, `in~` included.
    Word,
    /// `!contains`, `!in~`, `!between`: a word directly behind `!`.
    NotWord,
    Integer,
    Real,
    Timespan,
    String,
    /// `datetime(…)`, `long(…)` and the like.
    Typed,
    OpenParen,
    CloseParen,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Bar,
    Comma,
    Semicolon,
    Dot,
    DotDot,
    Colon,
    Assign,
    FatArrow,
    EqualEqual,
    NotEqual,
    EqualTilde,
    NotTilde,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    /// `&&`, reported and read as `and`.
    AndAnd,
    Bang,
    /// Something that begins nothing. Already reported.
    Unknown,
    /// Behind the last token.
    End,
}

impl TokenKind {
    /// The bracket that closes this one.
    pub(crate) fn closer(self) -> Option<TokenKind> {
        match self {
            TokenKind::OpenParen => Some(TokenKind::CloseParen),
            TokenKind::OpenBracket => Some(TokenKind::CloseBracket),
            TokenKind::OpenBrace => Some(TokenKind::CloseBrace),
            _ => None,
        }
    }

    pub(crate) fn is_closer(self) -> bool {
        matches!(self, TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace)
    }

    /// How a message names a token of this kind that it expects.
    pub(crate) fn expected(self) -> &'static str {
        match self {
            TokenKind::OpenParen => "`(`",
            TokenKind::CloseParen => "`)`",
            TokenKind::OpenBracket => "`[`",
            TokenKind::CloseBracket => "`]`",
            TokenKind::OpenBrace => "`{`",
            TokenKind::CloseBrace => "`}`",
            TokenKind::Bar => "`|`",
            TokenKind::Comma => "`,`",
            TokenKind::Semicolon => "`;`",
            TokenKind::DotDot => "`..`",
            TokenKind::Colon => "`:`",
            TokenKind::Assign => "`=`",
            TokenKind::String => "a string",
            TokenKind::Word => "a name",
            _ => "something else",
        }
    }
}
