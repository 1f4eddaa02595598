//! `externaldata(columns)[files] with (format = …)`: rows of files, of folders that were allowed only.
//!
//! Nothing is fetched from a network. Files are read while the query is bound, up to a limit.
//!
//! Source: <https://learn.microsoft.com/kusto/query/externaldata-operator>

mod columns;
mod delimited;
mod files;
mod records;

use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use weir_kql::Diagnostic;
use weir_kql::ast::{ColumnDeclaration, Expr, ExprKind, Literal, Property, Span};
use weir_value::KustoType;

use super::datatable::held;
use super::project::assemble;
use crate::bind::{Binder, Scope};
use crate::functions::dynamic::PROPERTY;
use crate::typed::{Column, Relation, Typed, column};

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// Fields apart by this character.
    Delimited(char),
    /// JSON values, one behind the other or in an array.
    Json,
    /// A row a line, in one column.
    Lines,
    /// A row a file, in one column.
    Whole,
    Parquet,
}

/// The formats by their names, which are those of the ends of file names as well.
const FORMATS: [(&str, Format); 11] = [
    ("csv", Format::Delimited(',')),
    ("tsv", Format::Delimited('\t')),
    ("tsve", Format::Delimited('\t')),
    ("scsv", Format::Delimited(';')),
    ("psv", Format::Delimited('|')),
    ("sohsv", Format::Delimited('\u{1}')),
    ("json", Format::Json),
    ("multijson", Format::Json),
    ("txt", Format::Lines),
    ("raw", Format::Whole),
    ("parquet", Format::Parquet),
];

/// What is written of the files.
struct Options {
    format: Option<Format>,
    ignore_first: bool,
}

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    declared: &[ColumnDeclaration],
    uris: &[Expr],
    properties: &[Property],
    span: Span,
    scope: Scope<'_>,
) -> Relation {
    let columns: Vec<Column> = declared.iter().map(|c| Column::new(&c.name.text, c.kind)).collect();
    let poison = || Relation { open: true, columns: columns.clone(), ..Relation::poison() };
    let Some(options) = options(binder, properties, scope) else { return poison() };
    let folders = binder.context().catalog.external_folders();
    let names: Vec<(Typed, Span)> = uris.iter().map(|uri| (binder.scalar(uri, scope), uri.span)).collect();
    for (typed, place) in &names {
        if let Some((scheme, _)) = typed.as_text().and_then(|text| text.split_once("://"))
            && !scheme.eq_ignore_ascii_case("file")
        {
            let message =
                format!("externaldata does not fetch from '{scheme}://…': no query uses the network");
            let hint = "fetch the file beforehand, and allow its folder (weir query --external DIR)";
            binder.tell(Diagnostic::error(None, *place, message).with_hint(hint));
            return poison();
        }
    }
    if folders.is_empty() {
        let diagnostic = Diagnostic::error(None, span, "externaldata may read no file here");
        binder.tell(diagnostic.with_hint(
            "a folder must be allowed first (weir query --external DIR); nothing is fetched from a network",
        ));
        return poison();
    }
    if columns.is_empty() || uris.is_empty() {
        binder.error(None, span, "externaldata needs columns and files");
        return poison();
    }
    let mut parts = Vec::new();
    let mut room = files::BYTES_MAX;
    for (typed, place) in names {
        let Some(text) = typed.as_text().map(str::to_owned) else {
            if !typed.poisoned {
                binder.error(None, place, "the name of a file must be a constant string");
            }
            return poison();
        };
        let read = files::allowed(&text, folders).and_then(|path| {
            let format = options.format.unwrap_or_else(|| by_name(&path));
            Ok((format, part(&columns, format, &path, options.ignore_first, &mut room)?))
        });
        match read {
            Ok(read) => parts.push(read),
            Err(message) => {
                binder.error(None, place, message);
                return poison();
            }
        }
    }
    let tables: Vec<Relation> =
        parts.into_iter().map(|(format, part)| typed(binder, &columns, format, part, span)).collect();
    super::union::unite_aligned(binder, tables, span)
}

/// The format that the end of a name says; csv where it says none.
fn by_name(path: &Path) -> Format {
    let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
    FORMATS.iter().find(|(name, _)| *name == end).map_or(Format::Delimited(','), |(_, format)| *format)
}

/// The rows of a file before they have their types.
fn part(
    columns: &[Column],
    format: Format,
    path: &Path,
    ignore_first: bool,
    room: &mut u64,
) -> Result<RecordBatch, String> {
    if format == Format::Parquet {
        files::take_room(path, room)?;
        return columns::of_parquet(columns, path);
    }
    let bytes = files::read(path, room)?;
    let text = String::from_utf8(bytes).map_err(|_| "the file is no UTF-8 text".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    match format {
        Format::Delimited(delimiter) => delimited::batch(columns, text, delimiter, ignore_first),
        Format::Json => records::batch(text),
        Format::Lines => {
            let lines = text.lines().skip(usize::from(ignore_first));
            delimited::of_rows(columns, lines.map(|line| vec![line.to_owned()]))
        }
        Format::Whole | Format::Parquet => {
            delimited::of_rows(columns, std::iter::once(vec![text.to_owned()]))
        }
    }
}

/// The rows of a file in the types that were declared.
fn typed(
    binder: &mut Binder<'_>,
    columns: &[Column],
    format: Format,
    batch: RecordBatch,
    span: Span,
) -> Relation {
    let held_columns: Vec<Column> = match format {
        Format::Parquet => columns.to_vec(),
        Format::Json => vec![Column::new(records::RECORD, KustoType::Dynamic)],
        _ => columns.iter().map(|c| Column::new(&c.name, KustoType::String)).collect(),
    };
    let table = match held(&held_columns, vec![batch]) {
        Ok(table) => table,
        Err(error) => {
            binder.planning_failed(span, &error);
            return Relation::poison();
        }
    };
    let items = columns
        .iter()
        .map(|wanted| {
            let typed = match format {
                Format::Parquet => wanted.typed(),
                Format::Json => {
                    let name = Typed::text(&wanted.name).expr;
                    Typed::new(PROPERTY.call(vec![column(records::RECORD), name]), KustoType::Dynamic)
                }
                _ => Typed::new(column(&wanted.name), KustoType::String),
            };
            let typed = match (format, wanted.kind) {
                // Text of a dynamic column is JSON.
                (Format::Parquet | Format::Json, _) => binder.converted(typed, wanted.kind),
                (_, kind) => super::parse::from_text(binder, typed, kind, span),
            };
            (wanted.name.clone(), typed)
        })
        .collect();
    assemble(binder, table, items, span)
}

fn options(binder: &mut Binder<'_>, properties: &[Property], scope: Scope<'_>) -> Option<Options> {
    let mut options = Options { format: None, ignore_first: false };
    let mut whole = true;
    for property in properties {
        let span = property.value.span;
        let text = match &property.value.kind {
            ExprKind::Name(name) => name.text.clone(),
            ExprKind::Literal(Literal::Bool(Some(value))) => value.to_string(),
            _ => binder.scalar(&property.value, scope).as_text().unwrap_or_default().to_owned(),
        };
        match property.name.text.to_ascii_lowercase().as_str() {
            "format" => match FORMATS.iter().find(|(name, _)| name.eq_ignore_ascii_case(&text)) {
                Some((_, format)) => options.format = Some(*format),
                None => {
                    let known: Vec<&str> = FORMATS.iter().map(|(name, _)| *name).collect();
                    let diagnostic =
                        Diagnostic::error(None, span, format!("not supported yet: the format '{text}'"));
                    binder.tell(diagnostic.with_hint(format!("formats are {}", known.join(", "))));
                    whole = false;
                }
            },
            "ignorefirstrecord" => match text.to_ascii_lowercase().as_str() {
                "true" => options.ignore_first = true,
                "false" => options.ignore_first = false,
                _ => {
                    binder.error(None, span, "ignoreFirstRecord is true or false");
                    whole = false;
                }
            },
            name => {
                binder.unsupported(property.name.span, format!("the property '{name}' of externaldata"));
                whole = false;
            }
        }
    }
    whole.then_some(options)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::testing::{answer_of_files, refused, refused_of_files};

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("a.csv", "id,name,when\n1,\"x, \"\"y\"\"\",2026-01-02\n2,,\nthree,z\n");
        write("b.json", "{\"id\": 7, \"name\": \"q\", \"more\": {\"k\": [1]}}\n{\"id\": \"8\"}\n");
        write("c.txt", "one\ntwo, three\n");
        folder
    }

    fn answer(folder: &Path, query: &str) -> String {
        answer_of_files(&query.replace("DIR", &folder.display().to_string().replace('\\', "/")), folder)
    }

    #[test]
    fn fields_take_their_types() {
        let folder = folder();
        assert_eq!(
            answer(
                folder.path(),
                "externaldata(id:long, name:string, when:datetime)['DIR/a.csv'] with (ignoreFirstRecord=true)"
            ),
            "id:long, name:string, when:datetime\n1 | x, \"y\" | 2026-01-02T00:00:00.0000000Z\n2 |  | null\nnull | z | null"
        );
    }

    #[test]
    fn properties_are_found_by_name() {
        let folder = folder();
        assert_eq!(
            answer(
                folder.path(),
                "externaldata(more:dynamic, id:long, none:string)[@'file://DIR/b.json'] with (format='multijson')"
            ),
            "more:dynamic, id:long, none:string\n{\"k\":[1]} | 7 | \nnull | 8 | "
        );
    }

    #[test]
    fn parquet_is_read_by_names_and_times_become_ticks() {
        use datafusion::arrow::array::{Int32Array, RecordBatch, StringArray, TimestampMillisecondArray};
        let folder = folder();
        let batch = RecordBatch::try_from_iter([
            (
                "n",
                std::sync::Arc::new(Int32Array::from(vec![Some(1), None]))
                    as datafusion::arrow::array::ArrayRef,
            ),
            ("s", std::sync::Arc::new(StringArray::from(vec![None, Some("x")]))),
            ("t", std::sync::Arc::new(TimestampMillisecondArray::from(vec![0, 1500]))),
        ])
        .unwrap();
        let file = std::fs::File::create(folder.path().join("d.parquet")).unwrap();
        let mut writer =
            datafusion::parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        assert_eq!(
            answer(
                folder.path(),
                "externaldata(n:long, s:string, t:datetime, none:real, blank:string)['d.parquet']"
            ),
            "n:long, s:string, t:datetime, none:real, blank:string\n\
              1 |  | 1970-01-01T00:00:00.0000000Z | null | \nnull | x | 1970-01-01T00:00:01.5000000Z | null | "
        );
    }

    #[test]
    fn lines_and_several_files() {
        let folder = folder();
        assert_eq!(
            answer(folder.path(), "externaldata(line:string)['DIR/c.txt'] | where line has 'three'"),
            "line:string\ntwo, three"
        );
        assert_eq!(
            answer(
                folder.path(),
                "externaldata(line:string)['DIR/c.txt', 'DIR/a.csv'] with (format=txt) | count"
            ),
            "Count:long\n6"
        );
    }

    #[test]
    fn only_files_of_allowed_folders_are_read() {
        let folder = folder();
        let refuse = |query: &str| {
            refused_of_files(&query.replace("DIR", &folder.path().display().to_string()), folder.path())
        };
        assert!(refused("externaldata(a:string)['/etc/hosts']").contains("may read no file here"));
        assert!(refuse("externaldata(a:string)['/etc/hosts']").contains("not in a folder that is allowed"));
        assert!(
            refuse("externaldata(a:string)['DIR/../../etc/hosts']")
                .contains("not in a folder that is allowed")
        );
        assert!(refuse("externaldata(a:string)['https://example.org/a.csv']").contains("network"));
        assert!(refuse("externaldata(a:string)['DIR/none.csv']").contains("no file"));
        assert!(
            refuse("externaldata(a:string)['DIR/a.csv'] with (format='avro')").contains("the format 'avro'")
        );
        assert!(refuse("externaldata(a:string)['DIR/c.txt'] with (format='json')").contains("JSON"));
        assert!(
            refuse("externaldata(a:string)['DIR/a.csv'] with (ingestionMapping='x')")
                .contains("ingestionmapping")
        );
    }
}
