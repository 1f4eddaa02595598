use crate::{Column, Source, Table, TableKind, tables};

/// The page `docs/reference/columns.md`: every table, every column.
pub fn columns_page() -> String {
    let mut page = String::from(
        "# Columns\n\n\
         Every column of every table that a query can name, in the order of `getschema`. This page is generated\n\
         from `crates/schema`; `WEIR_BLESS=1 cargo test -p weir-schema` writes it anew.\n\n\
         Text is never null: blank is the empty text. Times are UTC. **From** says where values come from:\n\n",
    );
    for source in Source::ALL {
        page.push_str(&format!("- {}: {}\n", source.name(), source.meaning()));
    }
    page.push_str("\n| Table | Kind | Columns |\n| --- | --- | ---: |\n");
    for table in tables::ALL {
        let anchor = table.name.to_lowercase();
        let count = table.columns.len();
        page.push_str(&format!("| [{}](#{anchor}) | {} | {count} |\n", table.name, kind(table)));
    }
    for table in tables::ALL {
        page.push_str(&format!("\n## {}\n\n{}\n\n", table.name, table.doc));
        write_columns(&mut page, table.columns);
        if !table.hidden.is_empty() {
            page.push_str("\nStored beside these, and never part of `getschema`:\n\n");
            write_columns(&mut page, table.hidden);
        }
    }
    page
}

fn kind(table: &Table) -> &'static str {
    match table.kind {
        TableKind::Stored => "stored",
        TableKind::View => "view",
        TableKind::Ledger => "ledger",
    }
}

fn write_columns(page: &mut String, columns: &[Column]) {
    page.push_str("| Column | Type | Unit | From | Meaning |\n| --- | --- | --- | --- | --- |\n");
    for column in columns {
        // A bar ends a table cell, in code too.
        let meaning = column.doc.replace('|', "\\|");
        let (name, kind) = (column.name, column.kind.name());
        let (unit, source) = (column.unit.name(), column.source.name());
        page.push_str(&format!("| `{name}` | {kind} | {unit} | {source} | {meaning} |\n"));
    }
}
