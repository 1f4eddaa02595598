/// The candidate that `name` was most likely meant to be; nothing when none is close.
///
/// A candidate that differs only in case wins; otherwise the fewest edits, at most one in three characters.
///
/// ```
/// assert_eq!(weir_kql::nearest("destport", ["DestIp", "DestPort"]), Some("DestPort"));
/// assert_eq!(weir_kql::nearest("sumarize", ["summarize", "sample"]), Some("summarize"));
/// assert_eq!(weir_kql::nearest("x", ["DestIp"]), None);
/// ```
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let wanted = folded(name);
    // Beyond this no edit distance is small enough to be a slip, and the table of edits stays small.
    const LENGTH_MAX: usize = 128;
    if wanted.is_empty() || wanted.len() > LENGTH_MAX {
        return None;
    }
    let most = (wanted.len() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other = folded(candidate);
        if other.len().abs_diff(wanted.len()) > most {
            continue;
        }
        let edits = edit_distance(&wanted, &other);
        // One edit away from a name of one or two characters is any such name.
        let close = edits == 0 || (edits <= most && wanted.len() > 2);
        if close && best.is_none_or(|(fewest, _)| edits < fewest) {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn folded(name: &str) -> Vec<char> {
    name.chars().flat_map(char::to_lowercase).collect()
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &from) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, &to) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(from != to);
            let mut fewest = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && from == b[j - 1] && a[i - 1] == to {
                fewest = fewest.min(before_last[j - 1] + 1);
            }
            row.push(fewest);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn case_comes_before_edits() {
        assert_eq!(nearest("SRCIP", ["SrcIps", "SrcIp"]), Some("SrcIp"));
        assert_eq!(nearest("NSGRule", ["AclRule", "NsgRule"]), Some("NsgRule"));
    }

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        assert_eq!(nearest("porject", ["project", "parse"]), Some("project"));
        assert_eq!(nearest("smmarize", ["summarize"]), Some("summarize"));
        assert_eq!(nearest("Protocol", ["L4Protocol", "Region"]), Some("L4Protocol"));
        assert_eq!(nearest("hostname", ["take", "where"]), None);
        assert_eq!(nearest("ab", ["cd", "ac"]), None);
        assert_eq!(nearest("", ["a"]), None);
        assert_eq!(nearest(&"x".repeat(10_000), ["take"]), None);
    }
}
