use super::Printer;
use super::doc::{Doc, concat, empty, group, indent, text};
use super::literal;
use crate::ast::{
    ColumnDeclaration, Expr, ExprKind, Function, Name, Parameter, ParameterType, Query, Statement,
    StatementKind,
};
use crate::keyword::{self, Place};

impl Printer<'_> {
    pub(super) fn query(&mut self, query: &Query) -> Doc {
        self.statements(&query.statements, usize::MAX)
    }

    /// Statements, each on a line of its own, and the comments before `end`.
    fn statements(&mut self, statements: &[Statement], end: usize) -> Doc {
        let mut docs = Vec::new();
        let mut previous_end = None;
        for (i, statement) in statements.iter().enumerate() {
            let start = statement.span.start;
            loop {
                let next = self.comments.next_or(start);
                if let Some(previous_end) = previous_end {
                    let blank = self.comments.blank_between(previous_end, next);
                    docs.push(if blank { Doc::Blank } else { Doc::Hard });
                }
                if next >= start {
                    break;
                }
                previous_end = Some(self.comment_line(&mut docs, next));
            }
            docs.push(self.statement(statement));
            let last = i + 1 == statements.len();
            if !last || !matches!(statement.kind, StatementKind::Expression(_) | StatementKind::Missing) {
                docs.push(text(";"));
            }
            docs.push(self.comments.trailing(statement.span.end));
            previous_end = Some(statement.span.end);
        }
        // What stands behind the last statement.
        while self.comments.any_before(end) {
            let next = self.comments.next_or(end);
            if let Some(previous_end) = previous_end {
                docs.push(if self.comments.blank_between(previous_end, next) {
                    Doc::Blank
                } else {
                    Doc::Hard
                });
            }
            previous_end = Some(self.comment_line(&mut docs, next));
        }
        concat(docs)
    }

    /// Lays out the comment that begins at `start`, and tells where it ends.
    fn comment_line(&mut self, docs: &mut Vec<Doc>, start: usize) -> usize {
        let comment = self.comments.take_line();
        let end = start + comment.len();
        docs.push(Doc::Comment(comment));
        end
    }

    pub(super) fn statement(&mut self, statement: &Statement) -> Doc {
        let limit = self.comments.narrow(statement.span.end);
        let doc = match &statement.kind {
            StatementKind::Let { name, value } => self.let_statement(name, value),
            StatementKind::Set { option, value } => {
                let mut docs = vec![text("set "), text(&*option.text)];
                if let Some(value) = value {
                    docs.push(text(" = "));
                    docs.push(self.property_value(value));
                }
                concat(docs)
            }
            StatementKind::QueryParameters(parameters) => {
                let parameters = self.parameters(parameters);
                concat(vec![text("declare query_parameters"), parameters])
            }
            StatementKind::Expression(expr) => self.pipeline(expr, true),
            StatementKind::Unsupported { text: written, .. } => {
                self.comments.skip_inside(statement.span);
                text(written.as_str())
            }
            StatementKind::Missing => empty(),
        };
        self.comments.widen(limit);
        doc
    }

    fn let_statement(&mut self, name: &Name, value: &Expr) -> Doc {
        let head = concat(vec![text("let "), self.name(name, Place::Elsewhere), text(" =")]);
        match &value.kind {
            ExprKind::Function(function) => {
                let leading = self.comments.leading(value.span.start);
                concat(vec![head, text(" "), leading, self.function(function, value)])
            }
            ExprKind::Pipe { .. } => {
                let value = self.pipeline(value, false);
                group(vec![head, indent(vec![Doc::Line, value])])
            }
            _ => {
                let value = self.pipeline(value, false);
                concat(vec![head, text(" "), value])
            }
        }
    }

    pub(super) fn function(&mut self, function: &Function, value: &Expr) -> Doc {
        let mut docs = Vec::new();
        if function.view {
            docs.push(text("view "));
        }
        docs.push(self.parameters(&function.parameters));
        let end = value.span.end;
        let limit = self.comments.narrow(end);
        let body = self.statements(&function.body, end);
        self.comments.widen(limit);
        let one = function.body.len() == 1 && matches!(function.body[0].kind, StatementKind::Expression(_));
        let gap = if one { Doc::Line } else { Doc::Hard };
        if function.body.is_empty() {
            docs.push(concat(vec![text(" {"), indent(vec![body]), text(" }")]));
        } else {
            docs.push(group(vec![text(" {"), indent(vec![gap.clone(), body]), gap, text("}")]));
        }
        concat(docs)
    }

    pub(super) fn parameters(&mut self, parameters: &[Parameter]) -> Doc {
        let docs = parameters.iter().map(|parameter| self.parameter(parameter)).collect();
        literal::brackets("(", docs, ")")
    }

    fn parameter(&mut self, parameter: &Parameter) -> Doc {
        let leading = self.comments.leading(parameter.name.span.start);
        let mut docs = vec![leading, self.name(&parameter.name, Place::Column), text(":")];
        docs.push(match &parameter.kind {
            ParameterType::Scalar(kind) => text(kind.name()),
            ParameterType::Table { columns, open } => {
                let mut docs: Vec<Doc> = columns.iter().map(|column| self.column(column)).collect();
                if *open {
                    docs.push(text("*"));
                }
                literal::brackets("(", docs, ")")
            }
        });
        if let Some(default) = &parameter.default {
            docs.push(text(" = "));
            docs.push(self.expr(default));
        }
        concat(docs)
    }

    pub(super) fn columns(&mut self, columns: &[ColumnDeclaration]) -> Doc {
        let docs = columns.iter().map(|column| self.column(column)).collect();
        literal::brackets("(", docs, ")")
    }

    pub(super) fn column(&mut self, column: &ColumnDeclaration) -> Doc {
        let leading = self.comments.leading(column.name.span.start);
        let name = self.name(&column.name, Place::Column);
        concat(vec![leading, name, text(format!(":{}", column.kind))])
    }

    /// A name, in brackets where it needs them.
    pub(super) fn name(&mut self, name: &Name, place: Place) -> Doc {
        // `summarize by = …` would begin with its clause.
        let taken = matches!(&*name.text, "by" | "true" | "True" | "TRUE" | "false" | "False" | "FALSE");
        let plain =
            !taken && keyword::has_plain_form(&name.text) && !keyword::needs_brackets(&name.text, place);
        if plain || name.text.is_empty() {
            text(&*name.text)
        } else {
            text(format!("[{}]", literal::quoted(&name.text)))
        }
    }

    pub(super) fn names(&mut self, names: &[Name], place: Place) -> Vec<Doc> {
        names.iter().map(|name| self.name(name, place)).collect()
    }
}
