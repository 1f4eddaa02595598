use std::collections::{HashMap, HashSet};

use weir_kql::ast::{Expr, ExprKind, Literal};

use crate::aggregates;
use crate::functions::{self, Naming};

/// The name of the column that an unnamed expression makes; nothing where it gets a number.
///
/// Source: names of results in Microsoft's parser, <https://github.com/microsoft/Kusto-Query-Language>
pub fn default_name(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.text.clone()),
        ExprKind::Member { base, member } => match &base.kind {
            // The sides of a join say nothing of their own.
            ExprKind::Name(side) if side.text.starts_with('$') => Some(member.text.clone()),
            _ => default_name(base).map(|base| format!("{base}_{}", member.text)),
        },
        ExprKind::Index { base, index } => {
            let index = match &index.kind {
                ExprKind::Literal(Literal::String(text)) => text.value.clone(),
                ExprKind::Literal(Literal::Long(Some(number))) => number.to_string(),
                _ => return None,
            };
            default_name(base).map(|base| format!("{base}_{index}"))
        }
        ExprKind::Paren(inner) => default_name(inner),
        ExprKind::Call(call) => {
            let first = || call.arguments.first().and_then(|argument| inner_name(&argument.value));
            match functions::naming(&call.name.text, call.arguments.len())? {
                Naming::None => None,
                Naming::FirstArgument => first(),
                Naming::OnlyArgument if call.arguments.len() == 1 => first(),
                Naming::OnlyArgument => None,
                Naming::NameAndFirstArgument => {
                    Some(format!("{}_{}", call.name.text, first().unwrap_or_default()))
                }
                Naming::Sorted => Some(format!("{}_sorted", first().unwrap_or_else(|| "array0".to_owned()))),
                Naming::Prefix(prefix) => Some(format!("{prefix}_{}", first().unwrap_or_default())),
                Naming::PrefixAndArguments(prefix, count) => {
                    let names = call.arguments.iter().take(count);
                    let names = names.map(|argument| default_name(&argument.value).unwrap_or_default());
                    Some(std::iter::once(prefix.to_owned()).chain(names).collect::<Vec<_>>().join("_"))
                }
                Naming::Percentile => {
                    Some(aggregates::percentile_name(call, call.arguments.len().saturating_sub(1)))
                }
                Naming::Only(name) => Some(name.to_owned()),
            }
        }
        _ => None,
    }
}

/// The name that an argument gives the call around it: none where it makes its names by itself.
fn inner_name(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Call(call)
            if aggregates::several(&call.name.text).is_some()
                || functions::naming(&call.name.text, call.arguments.len()) == Some(Naming::Percentile) =>
        {
            None
        }
        _ => default_name(expr),
    }
}

/// Gives columns names of their own.
#[derive(Debug, Default)]
pub struct UniqueNames {
    taken: HashSet<String>,
    /// The number from which on one may be free, of names that were asked for several times.
    next: HashMap<String, usize>,
    numbered: usize,
}

impl UniqueNames {
    /// Takes a name as it is; whether it was free.
    pub fn take(&mut self, name: &str) -> bool {
        self.taken.insert(name.to_owned())
    }

    /// The name itself, or with the first number behind it that makes it free.
    pub fn unique(&mut self, name: &str) -> String {
        if self.taken.insert(name.to_owned()) {
            return name.to_owned();
        }
        let next = self.next.entry(name.to_owned()).or_insert(1);
        loop {
            let numbered = format!("{name}{next}");
            *next += 1;
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }

    /// `Column1`, `Column2` …: the name of an expression that has none.
    pub fn numbered(&mut self) -> String {
        loop {
            self.numbered += 1;
            let name = format!("Column{}", self.numbered);
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::answer;

    #[test]
    fn columns_are_called_after_what_makes_them() {
        for (expression, name) in [
            ("strlen(s)", "strlen_s"),
            ("strlen(tolower(s))", "strlen_"),
            ("array_sort_desc(split(s, ','))", "s_sorted"),
            ("array_sort_desc(pack_array(s))", "array0_sorted"),
            ("make_datetime(s)", "s"),
            ("make_datetime(n, n, n)", "Column1"),
            ("make_timespan(n)", "n"),
            ("make_timespan(n, n)", "Column1"),
            ("erf(n)", "n"),
        ] {
            let told = answer(&format!("datatable(s:string, n:long)[] | project {expression}"));
            assert_eq!(told.split(':').next(), Some(name), "{expression}");
        }
    }
}
