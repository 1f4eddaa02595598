//! The tabular operators: one file each, and one line each in [`OPERATORS`].
//!
//! A parser is called behind the operator's name and reads to the end of the step. To add an operator, add its kind
//! to the tree, its file here, its line in the table, and its line in `format/operator.rs`.

mod as_name;
mod assert_schema;
mod consume;
mod count;
mod distinct;
mod evaluate;
mod extend;
mod facet;
mod find;
mod fork;
mod getschema;
mod invoke;
mod join;
mod lookup;
mod make_series;
mod mv_apply;
mod mv_expand;
mod parse;
mod parse_kv;
mod partition;
mod print;
mod project;
mod project_away;
mod project_by_names;
mod project_rename;
mod project_reorder;
mod range;
mod reduce;
mod render;
mod sample;
mod sample_distinct;
mod scan;
mod search;
mod serialize;
mod sort;
mod source;
mod summarize;
mod take;
mod top;
mod top_hitters;
mod top_nested;
mod union;
mod unsupported;
mod r#where;

use super::Parser;
use crate::ast::{Expr, Name, NamedExpr, OperatorKind};
use crate::diagnostic::{Diagnostic, code};
use crate::token::TokenKind;

/// Where an operator may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At the beginning of a pipeline.
    Source,
    /// Behind a bar.
    Step,
    /// At either.
    Both,
}

/// An operator and how it is read.
pub(super) struct OperatorSyntax {
    /// Its spellings, the usual one first.
    pub(super) names: &'static [&'static str],
    pub(super) place: Place,
    /// Reads what is behind the name.
    pub(super) parse: fn(&mut Parser<'_>, &Name) -> OperatorKind,
}

const fn operator(
    names: &'static [&'static str],
    place: Place,
    parse: fn(&mut Parser<'_>, &Name) -> OperatorKind,
) -> OperatorSyntax {
    OperatorSyntax { names, place, parse }
}

/// Every operator of the language.
const OPERATORS: &[OperatorSyntax] = &[
    operator(&["as"], Place::Step, as_name::parse),
    operator(&["assert-schema"], Place::Step, assert_schema::parse),
    operator(&["consume"], Place::Step, consume::parse),
    operator(&["count"], Place::Step, count::parse),
    operator(&["distinct"], Place::Step, distinct::parse),
    operator(&["evaluate"], Place::Both, evaluate::parse),
    operator(&["extend"], Place::Step, extend::parse),
    operator(&["facet"], Place::Step, facet::parse),
    operator(&["find"], Place::Both, find::parse),
    operator(&["fork"], Place::Step, fork::parse),
    operator(&["getschema"], Place::Step, getschema::parse),
    operator(&["invoke"], Place::Step, invoke::parse),
    operator(&["join"], Place::Step, join::parse),
    operator(&["lookup"], Place::Step, lookup::parse),
    operator(&["make-series"], Place::Step, make_series::parse),
    operator(&["mv-apply", "mvapply"], Place::Step, mv_apply::parse),
    operator(&["mv-expand", "mvexpand"], Place::Step, mv_expand::parse),
    operator(&["parse", "parse-where"], Place::Step, parse::parse),
    operator(&["parse-kv"], Place::Step, parse_kv::parse),
    operator(&["partition"], Place::Step, partition::parse),
    operator(&["print"], Place::Both, print::parse),
    operator(&["project"], Place::Step, project::parse),
    operator(&["project-away", "project-keep"], Place::Step, project_away::parse),
    operator(&["project-by-names"], Place::Step, project_by_names::parse),
    operator(&["project-rename"], Place::Step, project_rename::parse),
    operator(&["project-reorder"], Place::Step, project_reorder::parse),
    operator(&["range"], Place::Both, range::parse),
    operator(&["reduce"], Place::Step, reduce::parse),
    operator(&["render"], Place::Step, render::parse),
    operator(&["sample"], Place::Step, sample::parse),
    operator(&["sample-distinct"], Place::Step, sample_distinct::parse),
    operator(&["scan"], Place::Step, scan::parse),
    operator(&["search"], Place::Both, search::parse),
    operator(&["serialize"], Place::Step, serialize::parse),
    operator(&["sort", "order"], Place::Step, sort::parse),
    operator(&["summarize"], Place::Step, summarize::parse),
    operator(&["take", "limit"], Place::Step, take::parse),
    operator(&["top"], Place::Step, top::parse),
    operator(&["top-hitters"], Place::Step, top_hitters::parse),
    operator(&["top-nested"], Place::Step, top_nested::parse),
    operator(&["union"], Place::Both, union::parse),
    operator(&["where", "filter"], Place::Step, r#where::parse),
    operator(&["macro-expand"], Place::Source, unsupported::parse),
    operator(
        &[
            "make-graph",
            "graph-match",
            "graph-shortest-paths",
            "graph-mark-components",
            "graph-to-table",
            "graph-where-nodes",
            "graph-where-edges",
        ],
        Place::Step,
        unsupported::parse,
    ),
];

/// The operator of this name.
pub(super) fn find(name: &str) -> Option<&'static OperatorSyntax> {
    OPERATORS.iter().find(|operator| operator.names.contains(&name))
}

/// Every spelling of every operator.
pub(crate) fn operator_names() -> impl Iterator<Item = &'static str> {
    OPERATORS.iter().flat_map(|operator| operator.names.iter().copied())
}

impl Parser<'_> {
    /// Items between commas up to the end of the step or one of the words that begin the next clause.
    fn items<T>(&mut self, clauses: &[&str], mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut items = Vec::new();
        loop {
            let before = self.at;
            items.push(self.beside(&mut item));
            if self.eat(TokenKind::Comma) {
                continue;
            }
            let ends = self.at_step_end() || clauses.contains(&self.word());
            if !ends && self.renamed() {
                if self.eat(TokenKind::Comma) {
                    continue;
                }
                return items;
            }
            let begins_step = find(self.operator_name().0).is_some();
            let lacks_comma = self.begins_item() && !self.on_new_line() && !begins_step;
            if ends || !lacks_comma || self.at == before {
                return items;
            }
            self.error_lacks_comma();
        }
    }

    /// Takes `as name` behind an item, which is how SQL gives a name, and reports it.
    fn renamed(&mut self) -> bool {
        let Some(length) = self.name_length(1).filter(|_| self.at_word("as") && !self.on_new_line()) else {
            return false;
        };
        self.error_here(
            Diagnostic::error(Some(code::EXPECTED), self.place(), "expected `,`, found `as`")
                .with_hint("a name stands before its value: name = value"),
        );
        for _ in 0..=length {
            self.bump();
        }
        true
    }

    fn error_lacks_comma(&mut self) {
        let message = format!("expected `,`, found {}", self.found());
        let mut diagnostic = Diagnostic::error(Some(code::EXPECTED), self.place(), message);
        if self.word().starts_with("asc") || self.word().starts_with("desc") {
            diagnostic = diagnostic.with_hint("the directions are asc and desc");
        }
        self.error_here(diagnostic);
    }

    /// `name = value` and plain values, of which there must be one. `*` is none.
    fn named_items(&mut self, clauses: &[&str]) -> Vec<NamedExpr> {
        self.items(clauses, |p| {
            let star = p.at(TokenKind::Star).then(|| p.token().span());
            let item = p.named_item();
            if let (Some(span), crate::ast::ExprKind::Star) = (star, &item.value.kind) {
                p.report(
                    Diagnostic::error(Some(code::STAR), span, "`*` does not stand for all columns here")
                        .with_hint("name the columns; extend keeps all of them"),
                );
            }
            item
        })
    }

    /// Columns or other values between commas.
    fn expressions(&mut self, clauses: &[&str]) -> Vec<Expr> {
        self.items(clauses, Self::expression)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = operator_names().collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
