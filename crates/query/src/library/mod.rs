//! Functions that weir adds to the language, written in it: every query may call them as if it began with their lets.
//!
//! To add one: a file here, named as the function, that is one `let` of a function without lets inside; an entry in
//! [`FILES`].

use std::rc::Rc;
use std::sync::LazyLock;

use weir_kql::ast::{ExprKind, Function, StatementKind};

use crate::bind::{Binding, Env};

const FILES: [(&str, &str); 3] = [
    ("weir_conversations", include_str!("weir_conversations.kql")),
    ("weir_public_ips", include_str!("weir_public_ips.kql")),
    ("weir_unfolded", include_str!("weir_unfolded.kql")),
];

static FUNCTIONS: LazyLock<Vec<(&'static str, Function)>> = LazyLock::new(|| {
    let function = |(name, text): (&'static str, &str)| {
        let statement = weir_kql::parse(text).query.statements.into_iter().next();
        match statement.map(|statement| statement.kind) {
            Some(StatementKind::Let { value, .. }) => match value.kind {
                ExprKind::Function(function) => (name, function),
                other => panic!("library/{name}.kql binds a function; found {other:?}"),
            },
            other => panic!("library/{name}.kql is one let; found {other:?}"),
        }
    };
    FILES.map(function).into()
});

/// The functions, each in an environment of its own: they see no let of the query.
pub(crate) fn env() -> Env {
    FUNCTIONS.iter().fold(Env::default(), |env, (name, function)| {
        env.with(*name, Binding::Function(Rc::new(function.clone()), Env::default()))
    })
}

/// Whether a function is one of these, and not one of the query's own: those see at least these.
pub(crate) fn is_own(name: &str, env: &Env) -> bool {
    env.iter().next().is_none() && FILES.iter().any(|(known, _)| *known == name)
}

/// How each is called, and what the first line of its file says.
#[cfg(test)]
pub(crate) fn calls() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().map(|(name, text)| {
        let call = match *name {
            "weir_conversations" => "invoke weir_conversations()",
            "weir_public_ips" => "invoke weir_public_ips()",
            "weir_unfolded" => "weir_unfolded()",
            other => other,
        };
        (call, text.lines().next().unwrap_or_default().trim_start_matches("// "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{columns_over_empty_tables, refused, rows};

    #[test]
    fn every_file_is_a_function_of_its_name_and_says_what_it_does() {
        for (name, text) in FILES {
            assert!(text.contains(&format!("let {name} = (")), "{name}");
        }
        for (call, doc) in calls() {
            assert!(doc.len() > 20 && doc.ends_with('.'), "{call}: {doc}");
        }
        for (name, function) in FUNCTIONS.iter() {
            assert_eq!(function.body.len(), 1, "{name}: errors in lets would be told of places in our text");
        }
    }

    #[test]
    fn conversations_have_columns() {
        let called = columns_over_empty_tables("NTANetAnalytics | invoke weir_conversations()");
        assert_eq!(called, columns_over_empty_tables("weir_conversations(NTANetAnalytics)"));
        assert!(called.iter().any(|(name, _)| name == "Views") && called.len() > 30);
    }

    #[test]
    fn unfolded_rows_have_the_columns_of_the_table() {
        let columns = columns_over_empty_tables("NTANetAnalytics");
        let sorted = |mut columns: Vec<_>| {
            columns.sort();
            columns
        };
        for text in ["weir_unfolded()", "NTANetAnalytics | invoke weir_public_ips() | project-away PublicIp"]
        {
            let made = columns_over_empty_tables(text);
            assert_eq!(sorted(made), sorted(columns.clone()), "{text}");
        }
    }

    #[test]
    fn errors_are_told_where_it_is_called() {
        let told = refused("print x = 1 | invoke weir_conversations()");
        assert!(told.contains("weir_conversations"), "{told}");
    }

    #[test]
    fn a_let_of_the_same_name_goes_first() {
        assert_eq!(rows("let weir_conversations = () { print 7 }; weir_conversations()"), "7");
    }
}
