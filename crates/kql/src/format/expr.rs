use super::Printer;
use super::doc::{Doc, comma_list, concat, group, indent, join, text};
use super::literal::{self, brackets};
use crate::ast::{
    BinaryOp, Call, ColumnDeclaration, Expr, ExprKind, InOp, Literal, Name, NamedExpr, Operator,
    OutputSchema, Property, StarPlace, UnaryOp,
};
use crate::keyword::Place;
use crate::lexer;
use crate::parser::{Level, level_of};
use crate::token::TokenKind;

/// How many steps a nested pipeline may have on one line.
const STEPS_ON_ONE_LINE: usize = 2;

impl Printer<'_> {
    /// A pipeline or an expression where either may stand. At the top each step has its own line.
    pub(super) fn pipeline(&mut self, expr: &Expr, top: bool) -> Doc {
        let ExprKind::Pipe { source, operators } = &expr.kind else {
            return self.source(expr);
        };
        let leading = self.comments.leading(expr.span.start);
        let limit = self.comments.narrow(expr.span.end);
        let mut docs = vec![leading, self.source(source)];
        let between = if top || operators.len() > STEPS_ON_ONE_LINE { Doc::Hard } else { Doc::Line };
        for operator in operators {
            docs.push(between.clone());
            docs.push(self.step(operator, true));
        }
        self.comments.widen(limit);
        concat(docs)
    }

    /// What a pipeline begins with.
    fn source(&mut self, expr: &Expr) -> Doc {
        match &expr.kind {
            ExprKind::Source(operator) => self.step(operator, false),
            _ => self.expr(expr),
        }
    }

    /// A step with the comments before it, and its bar if it has one.
    pub(super) fn step(&mut self, operator: &Operator, bar: bool) -> Doc {
        let leading = self.comments.leading(operator.span.start);
        let limit = self.comments.narrow(operator.span.end);
        let body = self.operator(operator);
        self.comments.widen(limit);
        let bar = text(if bar { "| " } else { "" });
        concat(vec![leading, bar, body, self.comments.trailing(operator.span.end)])
    }

    /// An expression with its comments.
    pub(super) fn expr(&mut self, expr: &Expr) -> Doc {
        let leading = self.comments.leading(expr.span.start);
        let limit = self.comments.narrow(expr.span.end);
        let body = self.bare(expr);
        self.comments.widen(limit);
        concat(vec![leading, body, self.comments.trailing(expr.span.end)])
    }

    /// Every arm that makes more than one document is a call, as in [`Printer::operator`].
    fn bare(&mut self, expr: &Expr) -> Doc {
        let end = expr.span.end;
        match &expr.kind {
            ExprKind::Literal(value) => self.literal(value, expr),
            ExprKind::Name(name) => self.name(name, Place::Elsewhere),
            ExprKind::Star => text("*"),
            ExprKind::Member { base, member } => self.member(base, member),
            ExprKind::MemberCall { base, call } => self.member_call(base, call, end),
            ExprKind::Index { base, index } => self.index(base, index),
            ExprKind::Call(call) => self.call(call, end),
            ExprKind::Unary { op, operand } => self.unary(*op, operand),
            ExprKind::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), .. } => self.logic(expr, *op),
            ExprKind::Binary { op, left, right, .. } => self.pair(*op, left, right),
            ExprKind::Between { negated, value, low, high } => self.between(*negated, value, low, high),
            ExprKind::In { op, value, list } => self.in_list(*op, value, list, end),
            ExprKind::Paren(inner) => self.paren(inner, end),
            ExprKind::TypeOf(kind) => text(format!("typeof({kind})")),
            ExprKind::TypeOfTable(schema) => self.type_of_table(schema),
            ExprKind::Pipe { .. } | ExprKind::Source(_) => self.in_brackets(expr),
            ExprKind::Datatable { columns, values } => self.datatable(columns, values, end),
            ExprKind::ExternalData { columns, uris, properties } => {
                self.external_data(columns, uris, properties)
            }
            ExprKind::Function(function) => self.function(function, expr),
            ExprKind::Missing => concat(Vec::new()),
        }
    }

    fn member(&mut self, base: &Expr, member: &Name) -> Doc {
        let base = self.operand(base, Level::Operand);
        concat(vec![base, text("."), self.name(member, Place::Elsewhere)])
    }

    fn member_call(&mut self, base: &Expr, call: &Call, end: usize) -> Doc {
        let base = self.operand(base, Level::Operand);
        concat(vec![base, text("."), self.call(call, end)])
    }

    fn index(&mut self, base: &Expr, index: &Expr) -> Doc {
        let base = self.operand(base, Level::Operand);
        concat(vec![base, text("["), self.expr(index), text("]")])
    }

    fn unary(&mut self, op: UnaryOp, operand: &Expr) -> Doc {
        let sign = match op {
            UnaryOp::Minus => "-",
            UnaryOp::Plus => "+",
        };
        let signed = matches!(operand.kind, ExprKind::Unary { .. });
        let operand = if signed { self.in_brackets(operand) } else { self.operand(operand, Level::Operand) };
        concat(vec![text(sign), operand])
    }

    fn between(&mut self, negated: bool, value: &Expr, low: &Expr, high: &Expr) -> Doc {
        let value = self.operand(value, Level::Order);
        let low = self.expr(low);
        let range = vec![Doc::Soft, low, text(" .."), Doc::Line, self.expr(high)];
        let op = if negated { " !between (" } else { " between (" };
        concat(vec![value, text(op), group(vec![indent(range), Doc::Soft]), text(")")])
    }

    fn in_list(&mut self, op: InOp, value: &Expr, list: &[Expr], end: usize) -> Doc {
        let value = self.operand(value, Level::Order);
        let items = list.iter().map(|item| self.pipeline(item, false)).collect();
        let dangling = self.comments.dangling(end);
        concat(vec![value, text(format!(" {} ", in_text(op))), bracketed("(", items, dangling, ")")])
    }

    fn paren(&mut self, inner: &Expr, end: usize) -> Doc {
        let inner = self.pipeline(inner, false);
        let dangling = self.comments.dangling(end);
        bracketed("(", vec![inner], dangling, ")")
    }

    fn type_of_table(&mut self, schema: &OutputSchema) -> Doc {
        concat(vec![text("typeof"), self.output_schema(schema)])
    }

    fn external_data(
        &mut self,
        columns: &[ColumnDeclaration],
        uris: &[Expr],
        properties: &[Property],
    ) -> Doc {
        let columns = self.columns(columns);
        let uris = uris.iter().map(|uri| self.expr(uri)).collect();
        let mut docs = vec![text("externaldata"), columns, text(" "), brackets("[", uris, "]")];
        if !properties.is_empty() {
            docs.extend([text(" with "), self.property_list(properties)]);
        }
        concat(docs)
    }

    /// An operand, in brackets when it binds less tightly than `least`.
    fn operand(&mut self, expr: &Expr, least: Level) -> Doc {
        let level = match &expr.kind {
            ExprKind::Binary { op, .. } => level_of(*op),
            ExprKind::Between { .. } | ExprKind::In { .. } => Level::Equality,
            ExprKind::Unary { .. } if least == Level::Operand => Level::Text,
            _ => Level::Operand,
        };
        if level < least { self.in_brackets(expr) } else { self.expr(expr) }
    }

    fn in_brackets(&mut self, expr: &Expr) -> Doc {
        let inner = self.pipeline(expr, false);
        bracketed("(", vec![inner], concat(Vec::new()), ")")
    }

    fn pair(&mut self, op: BinaryOp, left: &Expr, right: &Expr) -> Doc {
        let level = level_of(op);
        let mut first = left;
        let mut links = vec![(op, right)];
        // A chain may be long: it is no recursion.
        while let ExprKind::Binary { op, left, right, .. } = &first.kind
            && level.chains()
            && level_of(*op) == level
        {
            links.push((*op, right));
            first = left;
        }
        let mut docs = vec![self.side(first, level, level.chains())];
        for (op, right) in links.into_iter().rev() {
            docs.push(text(format!(" {} ", binary_text(op))));
            docs.push(self.side(right, level, false));
        }
        concat(docs)
    }

    /// An operand of an operator; one with an operator of the same level needs brackets unless it `chains`.
    fn side(&mut self, expr: &Expr, level: Level, chains: bool) -> Doc {
        match &expr.kind {
            ExprKind::Binary { op, .. } if level_of(*op) == level => {
                if chains {
                    self.expr(expr)
                } else {
                    self.in_brackets(expr)
                }
            }
            // Nothing but a sign stands between an operator on text and an operand.
            ExprKind::Unary { .. } => self.expr(expr),
            _ => self.operand(expr, level.tighter()),
        }
    }

    /// A chain of `and` or `or`.
    fn logic(&mut self, expr: &Expr, op: BinaryOp) -> Doc {
        let mut operands = Vec::new();
        // Long chains are balanced trees; in order of the text they are one list.
        let mut waiting = vec![(expr, None)];
        while let Some((operand, op_start)) = waiting.pop() {
            match &operand.kind {
                ExprKind::Binary { op: inner, op_span, left, right } if *inner == op => {
                    waiting.push((right, Some(op_span.start)));
                    waiting.push((left, op_start));
                }
                _ => operands.push((operand, op_start)),
            }
        }
        let mut docs = Vec::new();
        let mut rest = Vec::new();
        for (operand, op_start) in operands {
            match op_start {
                None => docs.push(self.operand(operand, level_of(op).tighter())),
                Some(op_start) => {
                    let leading = self.comments.leading(op_start);
                    let operand = self.operand(operand, level_of(op).tighter());
                    rest.extend([Doc::Line, leading, text(format!("{} ", binary_text(op))), operand]);
                }
            }
        }
        docs.push(indent(rest));
        group(docs)
    }

    /// A call whose closing bracket ends at `end`.
    pub(super) fn call(&mut self, call: &Call, end: usize) -> Doc {
        let takes_pipeline = matches!(call.name.text.as_str(), "toscalar" | "totable" | "materialize");
        let arguments =
            call.arguments
                .iter()
                .map(|argument| {
                    if takes_pipeline { self.pipeline(&argument.value, false) } else { self.named(argument) }
                })
                .collect();
        let dangling = self.comments.dangling(end);
        let name =
            if takes_pipeline { text(&*call.name.text) } else { self.name(&call.name, Place::Elsewhere) };
        concat(vec![name, bracketed("(", arguments, dangling, ")")])
    }

    pub(super) fn named(&mut self, item: &NamedExpr) -> Doc {
        if item.names.is_empty() {
            return self.expr(&item.value);
        }
        let start = item.names[0].span.start;
        let leading = self.comments.leading(start);
        let names = self.names(&item.names, Place::Column);
        let mut docs = vec![leading];
        if item.names.len() == 1 {
            docs.extend(names);
        } else {
            docs.push(brackets("(", names, ")"));
        }
        docs.push(text(" = "));
        docs.push(self.expr(&item.value));
        concat(docs)
    }

    /// A literal: as it was written when there is a text, else in its canonical form.
    fn literal(&mut self, value: &Literal, expr: &Expr) -> Doc {
        let written = self.comments.source(expr.span);
        let commented = !written.is_empty() && self.comments.any_before(expr.span.end);
        match value {
            Literal::Dynamic(_) if commented => {
                self.comments.skip_inside(expr.span);
                text(written)
            }
            Literal::Dynamic(_) => literal::literal(value),
            Literal::String(_) => match string_pieces(written) {
                Some(pieces) => group(vec![indent(join(pieces, &[Doc::Line]))]),
                None => literal::literal(value),
            },
            _ if written.is_empty() || written.contains(['\n', '\r']) => literal::literal(value),
            _ => text(written),
        }
    }

    fn output_schema(&mut self, schema: &OutputSchema) -> Doc {
        let mut docs: Vec<Doc> = schema.columns.iter().map(|column| self.column(column)).collect();
        match schema.star {
            Some(StarPlace::First) => docs.insert(0, text("*")),
            Some(StarPlace::Last) => docs.push(text("*")),
            None => {}
        }
        brackets("(", docs, ")")
    }

    pub(super) fn schema_clause(&mut self, schema: &OutputSchema) -> Doc {
        concat(vec![text(" : "), self.output_schema(schema)])
    }

    /// `datatable`, a row a line.
    fn datatable(&mut self, columns: &[ColumnDeclaration], values: &[Expr], end: usize) -> Doc {
        let width = columns.len().max(1);
        let head = self.columns(columns);
        let docs: Vec<Doc> = values.iter().map(|value| self.expr(value)).collect();
        let dangling = self.comments.dangling(end);
        if docs.is_empty() {
            return concat(vec![text("datatable"), head, text(" ["), indent(vec![dangling]), text("]")]);
        }
        let mut rows = Vec::new();
        let rows_count = docs.len().div_ceil(width);
        let mut docs = docs.into_iter();
        for row in 1..=rows_count {
            let cells = docs.by_ref().take(width).collect();
            let comma = if row == rows_count { "" } else { "," };
            rows.extend([Doc::Hard, concat(join(cells, &[text(", ")])), text(comma)]);
        }
        rows.push(dangling);
        concat(vec![text("datatable"), head, text(" ["), indent(rows), Doc::Hard, text("]")])
    }

    /// A value that may be a word, whatever the word means elsewhere.
    pub(super) fn property_value(&mut self, value: &Expr) -> Doc {
        match &value.kind {
            ExprKind::Name(name) if crate::keyword::has_plain_form(&name.text) => {
                let leading = self.comments.leading(value.span.start);
                concat(vec![leading, text(&*name.text)])
            }
            ExprKind::Name(name) if is_word(&name.text) => text(&*name.text),
            _ => self.expr(value),
        }
    }

    /// `(name=value, …)` behind `with`.
    pub(super) fn property_list(&mut self, properties: &[Property]) -> Doc {
        let mut docs: Vec<Doc> = Vec::new();
        let mut previous = None;
        for property in properties {
            let value = self.property_value(&property.value);
            // A property of several columns is one of the tree for each.
            if previous == Some(&property.name.text) {
                docs.push(value);
            } else {
                docs.push(concat(vec![text(format!("{}=", property.name.text)), value]));
            }
            previous = Some(&property.name.text);
        }
        brackets("(", docs, ")")
    }
}

/// A list in brackets, with comments that stand behind its last item.
fn bracketed(open: &str, items: Vec<Doc>, dangling: Doc, close: &str) -> Doc {
    if items.is_empty() {
        return concat(vec![text(open), indent(vec![dangling]), text(close)]);
    }
    let inside = indent(vec![Doc::Soft, comma_list(items), dangling]);
    group(vec![text(open), inside, Doc::Soft, text(close)])
}

/// A word of letters, digits and underscores: `3Dchart` is one, and no plain name.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && lexer::lex(text).tokens.iter().map(|token| token.kind).eq([TokenKind::Word, TokenKind::End])
}

/// The string literals of a text as they were written; nothing when a quote among them is typographic.
fn string_pieces(written: &str) -> Option<Vec<Doc>> {
    if written.is_empty() {
        return None;
    }
    let tokens = lexer::lex(written).tokens;
    let mut pieces = Vec::new();
    for token in tokens.iter().filter(|token| token.kind != TokenKind::End) {
        let piece = written.get(token.start()..token.end())?;
        let quotes = piece.trim_start_matches(['h', 'H', '@']);
        if token.kind != TokenKind::String || !quotes.starts_with(['"', '\'', '`', '~']) {
            return None;
        }
        pieces.push(text(piece));
    }
    Some(pieces)
}

fn in_text(op: InOp) -> &'static str {
    match op {
        InOp::In => "in",
        InOp::NotIn => "!in",
        InOp::InCi => "in~",
        InOp::NotInCi => "!in~",
        InOp::HasAny => "has_any",
        InOp::HasAll => "has_all",
    }
}

fn binary_text(op: BinaryOp) -> &'static str {
    use BinaryOp::*;
    match op {
        Or => "or",
        And => "and",
        Equal => "==",
        NotEqual => "!=",
        EqualCi => "=~",
        NotEqualCi => "!~",
        Less => "<",
        LessEqual => "<=",
        Greater => ">",
        GreaterEqual => ">=",
        Add => "+",
        Subtract => "-",
        Multiply => "*",
        Divide => "/",
        Modulo => "%",
        Has => "has",
        NotHas => "!has",
        HasCs => "has_cs",
        NotHasCs => "!has_cs",
        HasPrefix => "hasprefix",
        NotHasPrefix => "!hasprefix",
        HasPrefixCs => "hasprefix_cs",
        NotHasPrefixCs => "!hasprefix_cs",
        HasSuffix => "hassuffix",
        NotHasSuffix => "!hassuffix",
        HasSuffixCs => "hassuffix_cs",
        NotHasSuffixCs => "!hassuffix_cs",
        Contains => "contains",
        NotContains => "!contains",
        ContainsCs => "contains_cs",
        NotContainsCs => "!contains_cs",
        StartsWith => "startswith",
        NotStartsWith => "!startswith",
        StartsWithCs => "startswith_cs",
        NotStartsWithCs => "!startswith_cs",
        EndsWith => "endswith",
        NotEndsWith => "!endswith",
        EndsWithCs => "endswith_cs",
        NotEndsWithCs => "!endswith_cs",
        MatchesRegex => "matches regex",
        Like => "like",
        NotLike => "notlike",
        LikeCs => "likecs",
        NotLikeCs => "notlikecs",
        Colon => ":",
    }
}
