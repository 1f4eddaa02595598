//! One line a kind: what stands behind which words.

use super::Printer;
use super::doc::{Doc, comma_list, concat, empty, group, indent, join, text};
use super::literal::brackets;
use crate::ast::{
    Call, ColumnDeclaration, ColumnPattern, Direction, Expr, MakeSeries, MvExpand, MvExpandItem, Name,
    NamedExpr, Nulls, Operator, OperatorKind, OutputSchema, Parse, ParsePart, Property, ReorderOrder,
    SortKey, Summarize, TopNestedClause,
};
use crate::keyword::Place;

impl Printer<'_> {
    /// An operator without its bar.
    ///
    /// Every arm is a call: what an arm makes itself would take stack on every level of nested pipelines.
    pub(super) fn operator(&mut self, operator: &Operator) -> Doc {
        let end = operator.span.end;
        match &operator.kind {
            OperatorKind::As { properties, name } => self.as_name(properties, name),
            OperatorKind::AssertSchema { columns } => self.assert_schema(columns),
            OperatorKind::Consume { properties } => self.head("consume", properties),
            OperatorKind::Count { name } => self.count(name.as_ref()),
            OperatorKind::Distinct { properties, items } => self.named_clause("distinct", properties, items),
            OperatorKind::Evaluate { properties, call, schema } => {
                self.evaluate(properties, call, schema.as_ref(), end)
            }
            OperatorKind::Extend { items } => self.named_clause("extend", &[], items),
            OperatorKind::Facet { columns, with } => self.facet(columns, with.as_ref()),
            OperatorKind::Find(find) => self.find(find),
            OperatorKind::Fork { prongs } => self.fork(prongs),
            OperatorKind::GetSchema => text("getschema"),
            OperatorKind::Invoke { call } => self.invoke(call, end),
            OperatorKind::Join(join) => self.join("join", join),
            OperatorKind::Lookup(join) => self.join("lookup", join),
            OperatorKind::MakeSeries(series) => self.make_series(series),
            OperatorKind::MvApply(apply) => self.mv_apply(apply),
            OperatorKind::MvExpand(expand) => self.mv_expand(expand),
            OperatorKind::Parse(parse) => self.parse(parse),
            OperatorKind::ParseKv { source, keys, properties } => self.parse_kv(source, keys, properties),
            OperatorKind::Partition(partition) => self.partition(partition),
            OperatorKind::Print { items } => self.named_clause("print", &[], items),
            OperatorKind::Project { items } => self.named_clause("project", &[], items),
            OperatorKind::ProjectAway { patterns } => self.pattern_clause("project-away", patterns),
            OperatorKind::ProjectByNames { items } => self.value_clause("project-by-names", items),
            OperatorKind::ProjectKeep { patterns } => self.pattern_clause("project-keep", patterns),
            OperatorKind::ProjectRename { items } => self.named_clause("project-rename", &[], items),
            OperatorKind::ProjectReorder { items } => self.project_reorder(items),
            OperatorKind::Range { name, from, to, step } => self.range(name, [from, to, step]),
            OperatorKind::Reduce { properties, by, with } => self.reduce(properties, by, with),
            OperatorKind::Render { chart, properties } => self.render(chart.as_ref(), properties),
            OperatorKind::Sample { count } => self.worded("sample", &[], count),
            OperatorKind::SampleDistinct { count, of } => self.sample_distinct(count, of),
            OperatorKind::Scan(scan) => self.scan(scan),
            OperatorKind::Search(search) => self.search(search),
            OperatorKind::Serialize { items } => self.named_clause("serialize", &[], items),
            OperatorKind::Sort { properties, keys } => self.sort(properties, keys),
            OperatorKind::Summarize(summarize) => self.summarize(summarize),
            OperatorKind::Take { properties, count } => self.worded("take", properties, count),
            OperatorKind::Top { properties, count, keys } => self.top(properties, count, keys),
            OperatorKind::TopHitters { count, of, by } => self.top_hitters(count, of, by.as_ref()),
            OperatorKind::TopNested { clauses } => self.top_nested(clauses),
            OperatorKind::Union(union) => self.union(union),
            OperatorKind::Where { properties, predicate } => self.worded("where", properties, predicate),
            OperatorKind::Unsupported { text, .. } => self.unsupported(text, operator),
            OperatorKind::Missing => empty(),
        }
    }

    fn as_name(&mut self, properties: &[Property], name: &Name) -> Doc {
        concat(vec![self.head("as", properties), text(" "), self.name(name, Place::Elsewhere)])
    }

    fn assert_schema(&mut self, columns: &[ColumnDeclaration]) -> Doc {
        concat(vec![text("assert-schema "), self.columns(columns)])
    }

    fn count(&mut self, name: Option<&Name>) -> Doc {
        match name {
            Some(name) => concat(vec![text("count as "), self.name(name, Place::Elsewhere)]),
            None => text("count"),
        }
    }

    fn evaluate(
        &mut self,
        properties: &[Property],
        call: &Call,
        schema: Option<&OutputSchema>,
        end: usize,
    ) -> Doc {
        let mut docs = vec![self.head("evaluate", properties), text(" "), self.call(call, end)];
        docs.extend(schema.map(|schema| self.schema_clause(schema)));
        concat(docs)
    }

    fn invoke(&mut self, call: &Call, end: usize) -> Doc {
        concat(vec![text("invoke "), self.call(call, end)])
    }

    fn mv_expand(&mut self, expand: &MvExpand) -> Doc {
        let head = self.head("mv-expand", &expand.properties);
        let items = self.expand_clause(head, &expand.items);
        concat(vec![items, self.word_clause("limit", expand.limit.as_ref())])
    }

    fn parse_kv(&mut self, source: &Expr, keys: &[ColumnDeclaration], properties: &[Property]) -> Doc {
        let source = self.expr(source);
        let mut docs = vec![text("parse-kv "), source, text(" as "), self.columns(keys)];
        if !properties.is_empty() {
            docs.extend([text(" with "), self.property_list(properties)]);
        }
        concat(docs)
    }

    fn value_clause(&mut self, head: &str, items: &[Expr]) -> Doc {
        let items = items.iter().map(|item| self.expr(item)).collect();
        clause(text(head), items)
    }

    fn project_reorder(&mut self, items: &[(ColumnPattern, Option<ReorderOrder>)]) -> Doc {
        let items = items.iter().map(|(pattern, order)| self.reordered(pattern, *order)).collect();
        clause(text("project-reorder"), items)
    }

    fn range(&mut self, name: &Name, bounds: [&Expr; 3]) -> Doc {
        let mut docs = vec![text("range "), self.name(name, Place::Elsewhere)];
        for (word, bound) in ["from", "to", "step"].into_iter().zip(bounds) {
            docs.push(self.word_clause(word, Some(bound)));
        }
        concat(docs)
    }

    fn reduce(&mut self, properties: &[Property], by: &Expr, with: &[Property]) -> Doc {
        let mut docs = vec![self.head("reduce", properties), text(" by "), self.expr(by)];
        if !with.is_empty() {
            let with = with.iter().map(|property| self.property(property)).collect();
            docs.extend([text(" with "), concat(join(with, &[text(", ")]))]);
        }
        concat(docs)
    }

    fn render(&mut self, chart: Option<&Name>, properties: &[Property]) -> Doc {
        let mut docs = vec![text("render ")];
        docs.extend(chart.map(|chart| text(&*chart.text)));
        if !properties.is_empty() {
            docs.extend([text(" with "), self.property_list(properties)]);
        }
        concat(docs)
    }

    /// The operator's name, its properties and one value.
    fn worded(&mut self, name: &str, properties: &[Property], value: &Expr) -> Doc {
        concat(vec![self.head(name, properties), text(" "), self.expr(value)])
    }

    fn sample_distinct(&mut self, count: &Expr, of: &Expr) -> Doc {
        let count = self.expr(count);
        concat(vec![text("sample-distinct "), count, text(" of "), self.expr(of)])
    }

    fn sort(&mut self, properties: &[Property], keys: &[SortKey]) -> Doc {
        let head = concat(vec![self.head("sort", properties), text(" by")]);
        let keys = keys.iter().map(|key| self.sort_key(key)).collect();
        clause(head, keys)
    }

    fn top(&mut self, properties: &[Property], count: &Expr, keys: &[SortKey]) -> Doc {
        let head = concat(vec![self.worded("top", properties, count), text(" by")]);
        let keys = keys.iter().map(|key| self.sort_key(key)).collect();
        clause(head, keys)
    }

    fn top_hitters(&mut self, count: &Expr, of: &Expr, by: Option<&Expr>) -> Doc {
        let count = self.expr(count);
        concat(vec![text("top-hitters "), count, text(" of "), self.expr(of), self.word_clause("by", by)])
    }

    fn top_nested(&mut self, clauses: &[TopNestedClause]) -> Doc {
        let clauses = clauses.iter().map(|clause| self.top_nested_clause(clause)).collect();
        group(vec![indent(vec![comma_list(clauses)])])
    }

    fn unsupported(&mut self, written: &str, operator: &Operator) -> Doc {
        self.comments.skip_inside(operator.span);
        text(written)
    }

    /// The operator's name and its properties.
    pub(super) fn head(&mut self, name: &str, properties: &[Property]) -> Doc {
        let mut docs = vec![text(name)];
        for property in properties {
            docs.extend([text(" "), self.property(property)]);
        }
        concat(docs)
    }

    pub(super) fn property(&mut self, property: &Property) -> Doc {
        let leading = self.comments.leading(property.name.span.start);
        concat(vec![leading, text(format!("{}=", property.name.text)), self.property_value(&property.value)])
    }

    fn named_clause(&mut self, name: &str, properties: &[Property], items: &[NamedExpr]) -> Doc {
        let head = self.head(name, properties);
        let items = items.iter().map(|item| self.named(item)).collect();
        clause(head, items)
    }

    /// ` word value`, or nothing.
    pub(super) fn word_clause(&mut self, word: &str, value: Option<&Expr>) -> Doc {
        match value {
            Some(value) => concat(vec![text(format!(" {word} ")), self.expr(value)]),
            None => empty(),
        }
    }

    fn pattern_clause(&mut self, head: &str, patterns: &[ColumnPattern]) -> Doc {
        let patterns = patterns.iter().map(|pattern| self.pattern(pattern)).collect();
        clause(text(head), patterns)
    }

    fn pattern(&mut self, pattern: &ColumnPattern) -> Doc {
        let (ColumnPattern::Name(name) | ColumnPattern::Wildcard(name)) = pattern;
        let leading = self.comments.leading(name.span.start);
        let written = match pattern {
            ColumnPattern::Name(name) => self.name(name, Place::Elsewhere),
            ColumnPattern::Wildcard(name) => text(&*name.text),
        };
        concat(vec![leading, written, self.comments.trailing(name.span.end)])
    }

    fn reordered(&mut self, pattern: &ColumnPattern, order: Option<ReorderOrder>) -> Doc {
        let order = match order {
            None => "",
            Some(ReorderOrder::Ascending) => " asc",
            Some(ReorderOrder::Descending) => " desc",
            Some(ReorderOrder::GrannyAscending) => " granny-asc",
            Some(ReorderOrder::GrannyDescending) => " granny-desc",
        };
        concat(vec![self.pattern(pattern), text(order)])
    }

    pub(super) fn sort_key(&mut self, key: &SortKey) -> Doc {
        let nulls = match key.nulls {
            None => "",
            Some(Nulls::First) => " nulls first",
            Some(Nulls::Last) => " nulls last",
        };
        concat(vec![self.named(&key.value), text(direction(key.direction)), text(nulls)])
    }

    pub(super) fn expand_clause(&mut self, head: Doc, items: &[MvExpandItem]) -> Doc {
        let items = items
            .iter()
            .map(|item| {
                let value = self.named(&item.value);
                let kind = item.kind.map_or_else(String::new, |kind| format!(" to typeof({kind})"));
                concat(vec![value, text(kind)])
            })
            .collect();
        clause(head, items)
    }

    fn summarize(&mut self, summarize: &Summarize) -> Doc {
        let head = self.head("summarize", &summarize.properties);
        let aggregates: Vec<Doc> = summarize.aggregates.iter().map(|item| self.named(item)).collect();
        let by: Vec<Doc> = summarize.by.iter().map(|item| self.named(item)).collect();
        let mut docs = vec![head];
        if !aggregates.is_empty() {
            docs.push(indent(vec![Doc::Line, comma_list(aggregates)]));
        }
        if !by.is_empty() {
            docs.push(indent(vec![Doc::Line, text("by "), group(vec![indent(vec![comma_list(by)])])]));
        }
        group(docs)
    }

    fn make_series(&mut self, series: &MakeSeries) -> Doc {
        let head = self.head("make-series", &series.properties);
        let aggregates = series
            .aggregates
            .iter()
            .map(|aggregate| {
                let value = self.named(&aggregate.value);
                let default = aggregate
                    .default
                    .as_ref()
                    .map_or_else(empty, |default| concat(vec![text(" default="), self.expr(default)]));
                concat(vec![value, default])
            })
            .collect();
        let mut axis = vec![Doc::Line, text("on "), self.named(&series.on)];
        if series.in_range {
            let bounds = [&series.from, &series.to, &series.step];
            let bounds = bounds.into_iter().flatten().map(|bound| self.expr(bound)).collect();
            axis.extend([text(" in range"), brackets("(", bounds, ")")]);
        } else {
            axis.push(self.word_clause("from", series.from.as_ref()));
            axis.push(self.word_clause("to", series.to.as_ref()));
            axis.push(self.word_clause("step", series.step.as_ref()));
        }
        let by: Vec<Doc> = series.by.iter().map(|item| self.named(item)).collect();
        let mut docs = vec![head, indent(vec![Doc::Line, comma_list(aggregates)]), indent(axis)];
        if !by.is_empty() {
            docs.push(indent(vec![Doc::Line, text("by "), group(vec![indent(vec![comma_list(by)])])]));
        }
        group(docs)
    }

    fn parse(&mut self, parse: &Parse) -> Doc {
        let head = self.head(if parse.filter { "parse-where" } else { "parse" }, &parse.properties);
        let source = self.expr(&parse.source);
        let mut parts = Vec::new();
        for part in &parse.pattern {
            match part {
                ParsePart::Star(_) => parts.extend([Doc::Line, text("*")]),
                ParsePart::Text(literal) => parts.extend([Doc::Line, self.expr(literal)]),
                ParsePart::Column { name, kind } => {
                    let leading = self.comments.leading(name.span.start);
                    let kind = kind.map_or_else(String::new, |kind| format!(":{kind}"));
                    // No line begins with a column: one called `count` would look like an operator there.
                    parts.extend([text(" "), leading, self.name(name, Place::Column), text(kind)]);
                }
            }
        }
        concat(vec![head, text(" "), source, text(" with"), group(vec![indent(parts)])])
    }

    fn top_nested_clause(&mut self, nested: &TopNestedClause) -> Doc {
        let mut docs = vec![text("top-nested ")];
        if let Some(count) = &nested.count {
            docs.extend([self.expr(count), text(" ")]);
        }
        docs.extend([text("of "), self.named(&nested.of)]);
        docs.push(self.word_clause("with others =", nested.others.as_ref()));
        docs.extend([text(" by "), self.named(&nested.by), text(direction(nested.direction))]);
        concat(docs)
    }
}

/// Words and the list behind them: on one line if it fits, else an item a line.
pub(super) fn clause(head: Doc, items: Vec<Doc>) -> Doc {
    match items.len() {
        0 => head,
        1 => concat(vec![head, text(" "), concat(items)]),
        _ => group(vec![head, indent(vec![Doc::Line, comma_list(items)])]),
    }
}

fn direction(direction: Option<Direction>) -> &'static str {
    match direction {
        None => "",
        Some(Direction::Ascending) => " asc",
        Some(Direction::Descending) => " desc",
    }
}
