//! Operators that hold tables or pipelines of their own.

use super::Printer;
use super::doc::{Doc, concat, group, indent, join, text};
use super::literal::brackets;
use super::operator::clause;
use crate::ast::{
    Expr, Find, FindColumn, Join, MvApply, Name, Partition, Scan, ScanStep, Search, Subquery, Union,
    UnionOperand,
};
use crate::keyword::Place;

impl Printer<'_> {
    pub(super) fn facet(&mut self, columns: &[Expr], with: Option<&Subquery>) -> Doc {
        let columns = columns.iter().map(|column| self.expr(column)).collect();
        let mut docs = vec![clause(text("facet by"), columns)];
        if let Some(with) = with {
            docs.extend([text(" with "), self.subquery(with, false)]);
        }
        concat(docs)
    }

    pub(super) fn find(&mut self, find: &Find) -> Doc {
        let mut docs = vec![self.head("find", &find.properties), text(" ")];
        if !find.tables.is_empty() {
            docs.extend([self.table_list(&find.tables), text(" ")]);
        }
        docs.extend([text("where "), self.expr(&find.predicate)]);
        if !find.project.is_empty() {
            let columns = find
                .project
                .iter()
                .map(|column| match column {
                    FindColumn::Column { name, kind } => {
                        let kind = kind.map_or_else(String::new, |kind| format!(":{kind}"));
                        concat(vec![self.name(name, Place::Elsewhere), text(kind)])
                    }
                    FindColumn::PackAll(_) => text("pack(*)"),
                })
                .collect();
            docs.extend([text(" "), clause(text("project"), columns)]);
        }
        concat(docs)
    }

    pub(super) fn fork(&mut self, prongs: &[(Option<Name>, Subquery)]) -> Doc {
        let mut docs = Vec::new();
        for (name, subquery) in prongs {
            docs.push(Doc::Line);
            if let Some(name) = name {
                docs.extend([self.name(name, Place::Column), text("=")]);
            }
            docs.push(self.subquery(subquery, false));
        }
        group(vec![text("fork"), indent(docs)])
    }

    pub(super) fn join(&mut self, name: &str, joined: &Join) -> Doc {
        let head = self.head(name, &joined.properties);
        let right = self.expr(&joined.right);
        let on = joined.on.iter().map(|condition| self.expr(condition)).collect();
        concat(vec![head, text(" "), right, text(" "), clause(text("on"), on)])
    }

    pub(super) fn mv_apply(&mut self, apply: &MvApply) -> Doc {
        let head = self.head("mv-apply", &apply.properties);
        let mut docs = vec![self.expand_clause(head, &apply.items)];
        docs.push(self.word_clause("limit", apply.limit.as_ref()));
        docs.push(self.word_clause("id", apply.id.as_ref()));
        docs.extend([text(" on "), self.subquery(&apply.subquery, false)]);
        concat(docs)
    }

    pub(super) fn partition(&mut self, partition: &Partition) -> Doc {
        let head = self.head("partition", &partition.properties);
        let by = self.expr(&partition.by);
        let braces = partition.subquery.source.is_some();
        concat(vec![head, text(" by "), by, text(" "), self.subquery(&partition.subquery, braces)])
    }

    pub(super) fn scan(&mut self, scan: &Scan) -> Doc {
        let mut docs = vec![self.head("scan", &scan.properties)];
        if !scan.order_by.is_empty() {
            let keys = scan.order_by.iter().map(|key| self.sort_key(key)).collect();
            docs.extend([text(" "), clause(text("order by"), keys)]);
        }
        if !scan.partition_by.is_empty() {
            let keys = scan.partition_by.iter().map(|key| self.expr(key)).collect();
            docs.extend([text(" "), clause(text("partition by"), keys)]);
        }
        if !scan.declare.is_empty() {
            docs.extend([text(" declare "), self.parameters(&scan.declare)]);
        }
        let mut steps = Vec::new();
        for step in &scan.steps {
            steps.push(Doc::Hard);
            steps.push(self.scan_step(step));
        }
        docs.extend([text(" with ("), indent(steps), Doc::Hard, text(")")]);
        concat(docs)
    }

    fn scan_step(&mut self, step: &ScanStep) -> Doc {
        let leading = self.comments.leading(step.name.span.start);
        let mut docs = vec![leading, text("step "), self.name(&step.name, Place::Column)];
        if step.optional {
            docs.push(text(" optional"));
        }
        if let Some(output) = &step.output {
            docs.push(text(format!(" output={}", output.text)));
        }
        docs.extend([text(": "), self.expr(&step.condition)]);
        if !step.assignments.is_empty() {
            let assignments = step.assignments.iter().map(|assignment| self.named(assignment)).collect();
            docs.extend([text(" "), clause(text("=>"), assignments)]);
        }
        docs.push(text(";"));
        concat(docs)
    }

    pub(super) fn search(&mut self, search: &Search) -> Doc {
        let mut docs = vec![self.head("search", &search.properties), text(" ")];
        if !search.tables.is_empty() {
            docs.extend([self.table_list(&search.tables), text(" ")]);
        }
        docs.push(self.expr(&search.predicate));
        concat(docs)
    }

    pub(super) fn union(&mut self, union: &Union) -> Doc {
        let head = self.head("union", &union.properties);
        let operands = union.operands.iter().map(|operand| self.union_operand(operand)).collect();
        clause(head, operands)
    }

    fn union_operand(&mut self, operand: &UnionOperand) -> Doc {
        match operand {
            UnionOperand::Table(table) => self.expr(table),
            UnionOperand::Wildcard(name) => {
                let leading = self.comments.leading(name.span.start);
                concat(vec![leading, text(&*name.text), self.comments.trailing(name.span.end)])
            }
            UnionOperand::QualifiedWildcard { base, pattern } => {
                concat(vec![self.expr(base), text("."), text(&*pattern.text)])
            }
        }
    }

    fn table_list(&mut self, tables: &[UnionOperand]) -> Doc {
        let tables = tables.iter().map(|table| self.union_operand(table)).collect();
        concat(vec![text("in "), brackets("(", tables, ")")])
    }

    /// `(operator | …)`, with lets and a source if it has them.
    fn subquery(&mut self, subquery: &Subquery, braces: bool) -> Doc {
        let limit = self.comments.narrow(subquery.span.end);
        let many = subquery.operators.len() > 2 || !subquery.statements.is_empty();
        let between = if many { Doc::Hard } else { Doc::Line };
        let mut lines = Vec::new();
        for statement in &subquery.statements {
            let leading = self.comments.leading(statement.span.start);
            let statement = self.statement(statement);
            lines.push(concat(vec![leading, statement, text(";")]));
        }
        if let Some(source) = &subquery.source {
            lines.push(self.pipeline(source, false));
        }
        for (i, operator) in subquery.operators.iter().enumerate() {
            lines.push(self.step(operator, i > 0 || subquery.source.is_some()));
        }
        let dangling = self.comments.dangling(subquery.span.end);
        self.comments.widen(limit);
        let (open, close) = if braces { ("{", "}") } else { ("(", ")") };
        let edge = if many {
            Doc::Hard
        } else if braces {
            Doc::Line
        } else {
            Doc::Soft
        };
        let inside = indent(vec![edge.clone(), concat(join(lines, &[between])), dangling]);
        group(vec![text(open), inside, edge, text(close)])
    }
}
