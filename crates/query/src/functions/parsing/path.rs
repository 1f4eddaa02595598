//! `parse_path`: the parts of a file's path.
//!
//! Source: <https://learn.microsoft.com/kusto/query/parse-path-function>

use weir_value::KustoType::String as Text;
use weir_value::dynamic::Packer;

use crate::functions::{Naming, by_kernel, exactly};
use crate::kernel;
use crate::kernel::{Str, pack1};

function!(
    pub(super) PARSE_PATH = ["parse_path"],
    Naming::None,
    [by_kernel(&[exactly("path", Text)], &PARTS)]
);
kernel!(PARTS = "kql_parse_path" -> Dynamic, |a, n| pack1::<Str>(a, n, |path, bytes| {
    Packer::new(bytes).bag(|bag| {
        for (name, part) in parts(path) {
            bag.property(name, |packer| packer.string(part));
        }
    });
}));

fn parts(path: &str) -> [(&'static str, &str); 7] {
    let (scheme, rest) = path.split_once("://").unwrap_or(("", path));
    let separator = |c: char| matches!(c, '/' | '\\');
    let (directory, file) = match rest.rfind(separator) {
        Some(at) => (rest.get(..at).unwrap_or_default(), rest.get(at + 1..).unwrap_or_default()),
        None => ("", rest),
    };
    // A drive, also behind the mark of a long path.
    let local = rest.strip_prefix(r"\\?\").unwrap_or(rest);
    let drive = local.as_bytes().get(1) == Some(&b':') && local.as_bytes()[0].is_ascii_alphabetic();
    let root = if drive { local.get(..2).unwrap_or_default() } else { "" };
    let name = directory.rsplit(separator).next().filter(|name| *name != root).unwrap_or_default();
    let (file, stream) = match file.split_once(':') {
        Some(both) if file.len() != rest.len() || !drive => both,
        _ => (file, ""),
    };
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    [
        ("Scheme", scheme),
        ("RootPath", root),
        ("DirectoryPath", directory),
        ("DirectoryName", name),
        ("Filename", file),
        ("Extension", extension),
        ("AlternateDataStreamName", stream),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str) -> String {
        parts(path).map(|(_, part)| part).join("|")
    }

    #[test]
    fn paths_have_seven_parts() {
        assert_eq!(shown(r"D:\logs\today\a.tar.gz"), r"|D:|D:\logs\today|today|a.tar.gz|gz|");
        assert_eq!(shown("file://D:/logs/a.txt:b.exe"), "file|D:|D:/logs|logs|a.txt|txt|b.exe");
        assert_eq!(shown(r"\\server\share\x.doc"), r"||\\server\share|share|x.doc|doc|");
        assert_eq!(shown("/var/log/syslog"), "||/var/log|log|syslog||");
        assert_eq!(shown("x.txt"), "||||x.txt|txt|");
        assert_eq!(shown(""), "||||||");
        assert_eq!(shown("ä:ö"), "||||ä||ö");
    }
}
