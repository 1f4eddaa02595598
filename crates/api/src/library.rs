//! Stored functions and saved queries: the `.kql` files of a folder.
//!
//! A file in the folder is a saved query of its name. A file in its folder `functions` is a function of its name:
//! its parameters and its body, `(n:long) { T | take n }`, or the command that would store it elsewhere,
//! `.create-or-alter function with (docstring = "…") F(n:long) { T | take n }`. Lines of comment at the beginning say
//! what it is for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// The folder is looked at no more often.
const LOOK: Duration = Duration::from_secs(1);
/// The largest file that is read.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// The most files that are read.
const FILES_MAX: usize = 10_000;

/// What the folder holds.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// Saved queries by their names.
    pub queries: BTreeMap<String, SavedQuery>,
    /// Functions by their names.
    pub functions: BTreeMap<String, StoredFunction>,
}

/// A query that somebody saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedQuery {
    /// What the comment at its beginning says.
    pub description: String,
    /// Its text.
    pub text: String,
}

/// A function that queries can call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFunction {
    /// Its parameters with their brackets.
    pub parameters: String,
    /// Its body with its braces.
    pub body: String,
    /// What it is for.
    pub docstring: String,
    /// Under which heading clients show it.
    pub folder: String,
}

/// The folder, kept in mind.
pub struct Folder {
    path: Option<PathBuf>,
    known: Mutex<Option<Known>>,
}

struct Known {
    looked: Instant,
    files: Vec<(PathBuf, SystemTime)>,
    library: Arc<Library>,
}

impl Folder {
    /// A folder; without one, a library of nothing.
    pub fn new(path: Option<PathBuf>) -> Self {
        Folder { path, known: Mutex::new(None) }
    }

    /// What it holds now. Files that cannot be used are told to the log and left out.
    pub fn library(&self) -> Arc<Library> {
        let Some(path) = &self.path else { return Arc::default() };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.as_ref().filter(|known| known.looked.elapsed() < LOOK) {
            return Arc::clone(&known.library);
        }
        let files = files(path);
        let library = match known.as_ref().filter(|known| known.files == files) {
            Some(known) => Arc::clone(&known.library),
            None => Arc::new(read(path, &files)),
        };
        *known = Some(Known { looked: Instant::now(), files, library: Arc::clone(&library) });
        library
    }
}

/// The files of the folder and of its functions, each with the time of its last change.
fn files(path: &Path) -> Vec<(PathBuf, SystemTime)> {
    let mut files = Vec::new();
    for folder in [path.to_owned(), path.join("functions")] {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|ending| ending == "kql")
                && let Ok(about) = entry.metadata()
                && about.is_file()
            {
                files.push((path, about.modified().unwrap_or(SystemTime::UNIX_EPOCH)));
            }
        }
    }
    files.sort();
    files.truncate(FILES_MAX);
    files
}

fn read(path: &Path, files: &[(PathBuf, SystemTime)]) -> Library {
    let mut library = Library::default();
    for (file, _) in files {
        let Some(name) = file.file_stem().and_then(|name| name.to_str()) else { continue };
        let text = match text(file) {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(file = %file.display(), %error, "a saved query is left out");
                continue;
            }
        };
        if file.parent() == Some(path) {
            let query = SavedQuery { description: description(&text), text };
            library.queries.insert(name.to_owned(), query);
        } else {
            match function(name, &text) {
                Ok(function) => _ = library.functions.insert(name.to_owned(), function),
                Err(error) => tracing::error!(file = %file.display(), error, "a function is left out"),
            }
        }
    }
    library
}

fn text(file: &Path) -> std::io::Result<String> {
    if std::fs::metadata(file)?.len() > FILE_BYTES_MAX {
        return Err(std::io::Error::other("it is longer than a mebibyte"));
    }
    std::fs::read_to_string(file)
}

/// The lines of comment at the beginning of a text.
fn description(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.trim().strip_prefix("//"));
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

/// Reads a function.
fn function(name: &str, text: &str) -> Result<StoredFunction, String> {
    let comment = description(text);
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let code = code.trim().trim_end_matches(';').trim_end();
    let (mut folder, mut docstring) = (String::new(), comment);
    let declared = if code.starts_with('.') {
        let (_, rest) = code.split_once("function").ok_or("this command makes no function")?;
        let rest = rest.trim_start();
        let rest = match rest.strip_prefix("with") {
            Some(properties) => {
                let properties = properties.trim_start();
                let end = closing(properties).ok_or("the properties are not closed")?;
                let inner = properties.get(1..end).unwrap_or_default();
                folder = property(inner, "folder").unwrap_or_default();
                docstring = property(inner, "docstring").unwrap_or(docstring);
                properties.get(end + 1..).unwrap_or_default().trim_start()
            }
            None => rest.strip_prefix("ifnotexists").map_or(rest, str::trim_start),
        };
        let open = rest.find('(').ok_or("there are no parameters")?;
        let declared = rest[..open].trim();
        if declared != name {
            return Err(format!("the function is called '{declared}', its file '{name}'"));
        }
        &rest[open..]
    } else {
        code
    };
    if !declared.starts_with('(') {
        return Err("it begins with no parameters: write (…) { … }".to_owned());
    }
    let end = closing(declared).ok_or("the parameters are not closed")?;
    let (parameters, body) = declared.split_at(end + 1);
    let body = body.trim();
    if !(body.starts_with('{') && body.ends_with('}')) {
        return Err("its body is not in braces".to_owned());
    }
    let whole = format!("let F = {parameters} {body}; print 1");
    if let Some(wrong) = weir_kql::parse(&whole).diagnostics.iter().find(|told| told.is_error()) {
        return Err(wrong.message.clone());
    }
    Ok(StoredFunction { parameters: parameters.to_owned(), body: body.to_owned(), docstring, folder })
}

/// Where the bracket is closed that a text begins with; brackets in strings do not count.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    let mut letters = text.char_indices();
    while let Some((place, letter)) = letters.next() {
        match (quote, letter) {
            (Some(_), '\\') => _ = letters.next(),
            (Some(open), _) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(place);
                }
            }
            _ => {}
        }
    }
    None
}

/// The value of a property `name = "value"`.
fn property(text: &str, name: &str) -> Option<String> {
    let (place, _) = text.to_ascii_lowercase().match_indices(name).next().map(|(i, m)| (i + m.len(), m))?;
    let rest = text.get(place..)?.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
    let value = rest.get(1..)?.split(quote).next()?;
    Some(value.to_owned())
}

impl Library {
    /// The functions that a query calls, as lets to be put before it; those that they call themselves come first.
    ///
    /// One whose name the query binds itself is left out.
    pub fn lets(&self, query: &str) -> String {
        let mut lets = String::new();
        if self.functions.is_empty() {
            return lets;
        }
        let mut order = Vec::new();
        self.needed(query, &bound(query), &mut Vec::new(), &mut order);
        for name in order {
            if let Some(function) = self.functions.get(name) {
                lets.push_str(&format!("let {name} = {} {};\n", function.parameters, function.body));
            }
        }
        lets
    }

    /// Adds the functions that a text names to a list, those that they need first.
    fn needed<'l>(&'l self, text: &str, own: &[String], open: &mut Vec<&'l str>, order: &mut Vec<&'l str>) {
        for word in words(text) {
            let Some((name, function)) = self.functions.get_key_value(word) else { continue };
            let name = name.as_str();
            // One that calls itself is told by the binder, where its own name is not known.
            if order.contains(&name) || open.contains(&name) || own.iter().any(|own| own == name) {
                continue;
            }
            open.push(name);
            self.needed(&function.body, own, open, order);
            open.pop();
            order.push(name);
        }
    }
}

/// The names that a text could mean.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
}

/// The names that the lets of a query bind.
fn bound(text: &str) -> Vec<String> {
    use weir_kql::ast::StatementKind;
    let statements = weir_kql::parse(text).query.statements;
    let names = statements.into_iter().filter_map(|statement| match statement.kind {
        StatementKind::Let { name, .. } => Some(name.text),
        _ => None,
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_as_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("functions")).unwrap();
        std::fs::write(folder.path().join("top.kql"), "// The largest.\nT | top 5 by x\n").unwrap();
        std::fs::write(folder.path().join("functions/F.kql"), "// First.\n(n:long) { T | take n }").unwrap();
        std::fs::write(folder.path().join("functions/Broken.kql"), "(n:long) T").unwrap();
        let known = Folder::new(Some(folder.path().to_owned()));
        let library = known.library();
        assert_eq!(library.queries["top"].description, "The largest.");
        assert_eq!(library.functions.keys().collect::<Vec<_>>(), ["F"]);
        assert_eq!(library.functions["F"].body, "{ T | take n }");
        std::fs::write(folder.path().join("functions/G.kql"), "() { F(3) }").unwrap();
        std::thread::sleep(LOOK + Duration::from_millis(20));
        assert_eq!(known.library().functions.len(), 2);
    }

    #[test]
    fn a_function_may_be_the_command_that_stores_it() {
        let text = ".create-or-alter function with (folder = 'net', docstring = \"Rows (some)\") \
                    Some(n:long = 5, T:(a:string)) { T | take n }";
        let function = function("Some", text).unwrap();
        assert_eq!(function.parameters, "(n:long = 5, T:(a:string))");
        assert_eq!(function.body, "{ T | take n }");
        assert_eq!((function.folder.as_str(), function.docstring.as_str()), ("net", "Rows (some)"));
        assert!(super::function("Other", text).unwrap_err().contains("'Some'"));
        assert!(super::function("F", "(n:long { n }").is_err());
        assert!(super::function("F", "(n:long) { n | }").is_err());
    }

    #[test]
    fn functions_come_after_those_they_call() {
        let mut library = Library::default();
        for (name, body) in [("A", "{ B(1) }"), ("B", "{ C(1) }"), ("C", "{ print 1 }"), ("D", "{ A }")] {
            let function = StoredFunction {
                parameters: "(x:long)".into(),
                body: body.into(),
                docstring: String::new(),
                folder: String::new(),
            };
            library.functions.insert(name.into(), function);
        }
        let lets = library.lets("A(1) | count");
        let names: Vec<&str> = lets.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
        assert_eq!(names, ["C", "B", "A"]);
        assert_eq!(library.lets("let A = T; A"), "", "the query's own A is meant");
    }
}
