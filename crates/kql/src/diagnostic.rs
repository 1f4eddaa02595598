use crate::ast::Span;

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Kusto's own number of the message where it has one, so that its users find what they know.
    pub code: Option<&'static str>,
    /// The place, possibly empty, always on character boundaries of the text.
    pub span: Span,
    /// What was expected and what was found: lower case, no full stop.
    pub message: String,
    /// What to write instead, where that can be said.
    pub hint: Option<String>,
}

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; the query means what it seems to mean.
    Note,
    /// The query runs, perhaps not as its author thinks.
    Warning,
    /// The query cannot run.
    Error,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: Option<&'static str>, span: Span, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Error, code, span, message: message.into(), hint: None }
    }

    /// A warning.
    pub fn warning(code: Option<&'static str>, span: Span, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, span, message) }
    }

    /// A note.
    pub fn note(span: Span, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Note, ..Diagnostic::error(None, span, message) }
    }

    /// The same with a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether the query cannot run because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Kusto's numbers of the messages that a parser gives.
///
/// Source: the diagnostics of Microsoft's parser, <https://github.com/microsoft/Kusto-Query-Language>
pub mod code {
    /// A quote or bracket that opens is not closed.
    pub const MISSING: &str = "KS001";
    /// A character that begins nothing.
    pub const UNEXPECTED: &str = "KS002";
    /// A literal whose text is none of its type.
    pub const MALFORMED_LITERAL: &str = "KS004";
    /// A certain token is expected.
    pub const EXPECTED: &str = "KS005";
    /// An expression or a name is missing.
    pub const MISSING_EXPRESSION: &str = "KS006";
    /// A type name that is none.
    pub const TYPE_NAME: &str = "KS160";
    /// The operator needs a table before it.
    pub const NOT_FIRST: &str = "KS174";
    /// The operator makes its own rows and can only begin a query.
    pub const ONLY_FIRST: &str = "KS175";
    /// A query operator is expected.
    pub const OPERATOR_EXPECTED: &str = "KS176";
    /// A property is given twice.
    pub const REPEATED_PROPERTY: &str = "KS180";
    /// `*` where it means nothing.
    pub const STAR: &str = "KS191";
    /// Text that continues nothing.
    pub const LEFTOVER: &str = "KS198";
    /// A placeholder in braces.
    pub const PLACEHOLDER: &str = "KS213";
    /// A GUID without `guid(…)`.
    pub const RAW_GUID: &str = "KS214";
    /// A decimal inside `dynamic(…)`.
    pub const DECIMAL_IN_DYNAMIC: &str = "KS215";
    /// A literal is expected.
    pub const LITERAL_EXPECTED: &str = "KS226";
    /// A keyword that needs brackets to be a name.
    pub const KEYWORD_AS_NAME: &str = "KS228";
    /// The text is too long.
    pub const TOO_LONG: &str = "KS244";
    /// The text nests too deeply.
    pub const TOO_DEEP: &str = "KS245";
    /// A directive of an interactive client.
    pub const DIRECTIVE: &str = "KS250";
}
