//! Management commands: what there is to ask, and who asks what.
//!
//! Each command becomes a query that makes its rows; what follows it after a `|` is asked of them.
//!
//! Sources: the pages of each command below <https://learn.microsoft.com/kusto/management/>

mod databases;
mod server;
mod tables;
mod words;

use super::command::{Command, Word, read};
use super::rows::Rows;
use crate::catalogue::Database;
use crate::context::Context;
use crate::failure::Failure;
use crate::library::Library;
use crate::service::Service;
use words::{Words, without_properties};

/// A command as a query, and how many bytes at its beginning are not the client's.
pub async fn as_query(
    service: &Service,
    context: &Context,
    database: &Database,
    text: &str,
) -> Result<(String, usize), Failure> {
    let command = read(text);
    let rows = rows(service, context, database, &command).await?;
    let mut query = rows.to_query();
    let before = query.len();
    query.push_str(command.rest);
    Ok((query, before))
}

/// What commands look at.
struct View<'s> {
    service: &'s Service,
    context: &'s Context,
    /// The workspace that the request names.
    database: &'s Database,
    /// All that the caller may ask.
    databases: Vec<Database>,
    library: std::sync::Arc<Library>,
}

async fn rows(
    service: &Service,
    context: &Context,
    database: &Database,
    command: &Command<'_>,
) -> Result<Rows, Failure> {
    let all = service.workspaces.list().await.map_err(|error| Failure::internal(&error))?;
    let databases = all.into_iter().filter(|one| context.principal.may_ask(&one.name)).collect();
    let library = service.library.library();
    let view = View { service, context, database, databases, library };
    let (words, options) = without_properties(&command.words);
    let mut rest = Words(&words);
    if rest.take(".cancel") && (rest.take("query") || rest.take("queries")) {
        return view.cancel(&rest);
    }
    let mut rest = Words(&words);
    if !rest.take(".show") {
        return Err(refused(&words));
    }
    let shown = view.show(&mut rest, &options).await?;
    shown.ok_or_else(|| refused(&words))
}

fn refused(words: &[Word]) -> Failure {
    let shown: Vec<&str> = words.iter().take(6).map(Word::name).collect();
    Failure::Request(format!(
        "the command '{}' is not supported: weir answers '.show' for version, cluster, databases, tables, schemas, \
         functions, entities and queries, and '.cancel query'; it changes nothing on behalf of a client",
        shown.join(" ").chars().take(200).collect::<String>()
    ))
}

impl View<'_> {
    /// `.show …`; nothing where the command is none that is known.
    async fn show(&self, words: &mut Words<'_>, options: &[(String, bool)]) -> Result<Option<Rows>, Failure> {
        if words.take("version") && words.is_empty() {
            return Ok(Some(self.version()));
        }
        if words.take_all(&["cluster", "databases"]) || words.take("databases") {
            return self.show_databases(words, options).await;
        }
        if words.take_all(&["cluster", "details"]) || (words.take("cluster") && words.is_empty()) {
            return Ok(Some(self.cluster()));
        }
        if words.take("database") {
            return self.show_database(words, options).await;
        }
        if words.take("schema") {
            return self.show_schema(words, &self.databases.iter().collect::<Vec<_>>(), "ClusterSchema");
        }
        if words.take("tables") || words.take("table") {
            return self.show_tables(words).await;
        }
        if words.take("functions") && words.is_empty() {
            return Ok(Some(self.functions(None)));
        }
        if words.take("function") {
            return match words.name() {
                Some(name) if words.is_empty() => match self.library.functions.contains_key(name) {
                    true => Ok(Some(self.functions(Some(name)))),
                    false => Err(no_entity("Function", name)),
                },
                _ => Ok(None),
            };
        }
        if words.take("queries") || words.take_all(&["running", "queries"]) {
            return Ok(words.is_empty().then(|| self.queries()));
        }
        Ok(self.show_nothing(words))
    }
}

fn no_entity(kind: &str, name: &str) -> Failure {
    Failure::Request(format!("Entity ID '{name}' of kind '{kind}' was not found."))
}
