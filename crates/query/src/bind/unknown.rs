//! Names that mean nothing, and what was probably meant.

use weir_kql::ast::Name;
use weir_kql::{Diagnostic, nearest};

use super::{Binder, Scope};

/// Kusto's number for a name that means nothing.
const UNKNOWN_NAME: Option<&str> = Some("KS142");
/// So many names are listed where none is near.
const LISTED_MAX: usize = 6;
/// Words that stand for a table in what is published, to be replaced by whoever runs it.
const PLACEHOLDERS: [&str; 8] =
    ["source", "table", "tablename", "table_name", "yourtable", "your_table", "mytable", "tablenamehere"];

impl Binder<'_> {
    /// Says that a name means nothing, and which one was probably meant.
    pub fn unknown_name<'c>(&mut self, name: &Name, what: &str, known: impl Iterator<Item = &'c str>) {
        let message = format!("no {what} is named '{}'", name.text);
        let diagnostic = Diagnostic::error(UNKNOWN_NAME, name.span, message);
        let known: Vec<&str> = known.collect();
        let hint = match similar(&name.text, &known) {
            _ if crate::language::is_operator(&name.text) => {
                Some(format!("is a '|' missing before {}?", name.text))
            }
            Some(hint) => Some(hint),
            None if !known.is_empty() && known.len() <= LISTED_MAX => {
                Some(format!("there is only {}", known.join(", ")))
            }
            None => None,
        };
        self.tell(match hint {
            Some(hint) => diagnostic.with_hint(hint),
            None => diagnostic,
        });
    }

    /// Says that no table has this name, and which one was probably meant.
    pub(super) fn unknown_table(&mut self, name: &Name, scope: Scope<'_>) {
        let tables = self.context().catalog.names();
        let message = format!("no table is named '{}'", name.text);
        let diagnostic = Diagnostic::error(Some("KS204"), name.span, message);
        let lets = scope.env.iter().map(|(name, _)| name);
        let known: Vec<&str> = tables.iter().map(String::as_str).chain(lets).collect();
        let placeholder = PLACEHOLDERS.contains(&name.text.to_lowercase().as_str());
        let lower = name.text.to_lowercase();
        self.tell(match similar(&name.text, &known) {
            _ if crate::language::is_operator(&lower) && lower != name.text => {
                diagnostic.with_hint(format!("operators are written in small letters: {lower}"))
            }
            Some(hint) if !placeholder => diagnostic.with_hint(hint),
            _ if placeholder => {
                diagnostic.with_hint("this stands for a table: put the name of one in its place")
            }
            _ => diagnostic,
        });
    }
}

/// The names that are near one: the same but for case, a slip of the keys, or names that hold it.
fn similar(name: &str, known: &[&str]) -> Option<String> {
    if let Some(twin) = known.iter().find(|known| known.eq_ignore_ascii_case(name)) {
        return Some(format!("names are case-sensitive: write {twin}"));
    }
    if let Some(near) = nearest(name, known.iter().copied()) {
        return Some(format!("did you mean {near}?"));
    }
    let wanted = name.to_lowercase();
    let holds = |known: &&&str| {
        let other = known.to_lowercase();
        wanted.len() > 1 && (other.ends_with(&wanted) || other.starts_with(&wanted))
            || other.len() > 3 && (wanted.ends_with(&other) || wanted.starts_with(&other))
    };
    let holding: Vec<&str> = known.iter().filter(holds).copied().take(LISTED_MAX).collect();
    (!holding.is_empty()).then(|| format!("similar: {}", holding.join(", ")))
}

#[cfg(test)]
mod tests {
    use crate::testing::refused;

    #[test]
    fn names_are_guessed() {
        let t = "datatable(SrcIp:string, DestIp:string, DestPort:long, A:long, B:long, C:long, D:long)[]";
        for (query, said) in [
            ("where destport == 1", "names are case-sensitive: write DestPort"),
            ("where DestPrt == 1", "did you mean DestPort?"),
            ("summarize count() by IP", "similar: SrcIp, DestIp"),
            ("project DestPortNumber", "similar: DestPort"),
            ("summarize sum(A) | project X", "there is only sum_A"),
            ("project summarize", "is a '|' missing before summarize?"),
        ] {
            let told = refused(&format!("{t} | {query}"));
            assert!(told.contains(said), "{query}: {told}");
        }
        assert!(refused("Print | take 1").contains("small letters: print"));
        assert!(refused("source | take 1").contains("stands for a table"));
        assert!(refused("NTANetAnalytic | take 1").contains("did you mean NTANetAnalytics?"));
    }
}
