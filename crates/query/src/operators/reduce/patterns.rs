//! Patterns of texts by the words that many of them have at the same place.
//!
//! The way is that of SLCT (R. Vaarandi, "A Data Clustering Algorithm for Mining Patterns from Event Logs", 2003):
//! count words by their places, keep of each text the words that are frequent, and take what is left for the
//! pattern. Numbers count as no words: they are what differs between texts that are alike. What is ours where the
//! original does not tell is on the page `docs/deviations.md`.

use std::collections::{BTreeMap, HashMap};

use datafusion::arrow::array::{Array, StringViewArray};
use datafusion::common::{Result, exec_err};

use crate::limits::check;

/// The pattern of texts that have none.
pub(super) const OTHERS: &str = "others";
/// Words of a text that are looked at: what follows is part of the last one.
const WORDS_MAX: usize = 1_000;

/// Words that all texts together may have, those that occur several times counted once: each takes some memory.
const ALL_WORDS_MAX: usize = 5_000_000;

/// What stands between words.
pub(super) enum Separators {
    /// Whatever is no letter and no digit.
    Usual,
    /// Only these, which a wildcard beside them takes in.
    Only(Vec<char>),
}

impl Separators {
    fn has(&self, character: char) -> bool {
        match self {
            Separators::Usual => !character.is_alphanumeric(),
            Separators::Only(characters) => characters.contains(&character),
        }
    }
}

/// Texts of one pattern.
pub(super) struct Group {
    pub pattern: String,
    /// How many rows there are of it.
    pub count: usize,
    /// One of the rows; none of those that are only what is left.
    pub representative: Option<usize>,
}

/// All groups, those of most rows first and what is left last; the group of each row, none where it is what is left.
pub(super) struct Grouping {
    pub groups: Vec<Group>,
    pub of_rows: Vec<Option<usize>>,
}

/// A text that occurs, with how many rows have it, the first of them, and where its words are.
struct Text<'t> {
    text: &'t str,
    count: usize,
    first: usize,
    words: Vec<(usize, usize)>,
}

impl Text<'_> {
    fn word(&self, place: usize) -> &str {
        let (start, end) = self.words[place];
        &self.text[start..end]
    }
}

/// Groups texts. `threshold` is the share of rows that must have a word in its place to keep it, and the share of the
/// words of a group's texts that must be the same.
pub(super) fn group(texts: &StringViewArray, threshold: f64, separators: &Separators) -> Result<Grouping> {
    let (distinct, of_rows) = distinct(texts, separators)?;
    // A pattern of one text says no more than the text.
    let support = ((threshold * texts.len() as f64).ceil() as usize).max(2);
    let mut words: HashMap<(usize, &str), usize> = HashMap::new();
    for text in &distinct {
        check()?;
        for place in 0..text.words.len() {
            let word = text.word(place);
            if !is_number(word) {
                *words.entry((place, word)).or_default() += text.count;
            }
        }
    }
    // The frequent words of each text with their places: texts with the same ones are of one candidate.
    let mut candidates: BTreeMap<Vec<(usize, &str)>, Vec<usize>> = BTreeMap::new();
    for (index, text) in distinct.iter().enumerate() {
        check()?;
        let kept = (0..text.words.len()).map(|place| (place, text.word(place)));
        let kept = kept.filter(|word| words.get(word).is_some_and(|count| *count >= support)).collect();
        candidates.entry(kept).or_default().push(index);
    }
    let mut found: Vec<(String, Vec<usize>)> = Vec::new();
    for (kept, members) in candidates {
        check()?;
        let rows: usize = members.iter().map(|index| distinct[*index].count).sum();
        let all: usize =
            members.iter().map(|index| distinct[*index].count * distinct[*index].words.len()).sum();
        let same = kept.len() * rows;
        if rows < support {
            continue;
        }
        if !kept.is_empty() && same as f64 >= threshold * all as f64 {
            found.push((pattern(&distinct, &members, &kept, separators), members));
            continue;
        }
        // Too little in common to be one group, or nothing: texts that are the same, letter by letter, are one.
        let least = if kept.is_empty() { support } else { 2 };
        for index in members.into_iter().filter(|index| distinct[*index].count >= least) {
            found.push((pattern(&distinct, &[index], &kept, separators), vec![index]));
        }
    }
    Ok(arranged(&distinct, found, &of_rows))
}

/// The texts that occur, and which of them each row has.
fn distinct<'t>(texts: &'t StringViewArray, separators: &Separators) -> Result<(Vec<Text<'t>>, Vec<usize>)> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut distinct: Vec<Text<'_>> = Vec::new();
    let mut of_rows = Vec::with_capacity(texts.len());
    let mut all_words = 0;
    for row in 0..texts.len() {
        check()?;
        let text = if texts.is_null(row) { "" } else { texts.value(row) };
        let index = *known.entry(text).or_insert_with(|| {
            let words = words(text, separators);
            all_words += words.len();
            distinct.push(Text { text, count: 0, first: row, words });
            distinct.len() - 1
        });
        if all_words > ALL_WORDS_MAX {
            return exec_err!("they have more than {ALL_WORDS_MAX} words, take some with sample or where");
        }
        distinct[index].count += 1;
        of_rows.push(index);
    }
    Ok((distinct, of_rows))
}

/// Where the words of a text begin and end.
fn words(text: &str, separators: &Separators) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, character) in text.char_indices() {
        match (separators.has(character), start) {
            (false, None) => start = Some(at),
            (true, Some(begun)) if found.len() + 1 < WORDS_MAX => {
                found.push((begun, at));
                start = None;
            }
            _ => {}
        }
    }
    found.extend(start.map(|begun| (begun, text.len())));
    found
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The first text of a group with `*` for the words that are not kept, and behind it where others go on; the text itself
/// where none is kept.
fn pattern(
    distinct: &[Text<'_>],
    members: &[usize],
    kept: &[(usize, &str)],
    separators: &Separators,
) -> String {
    let first = members.iter().min_by_key(|index| distinct[**index].first);
    let Some(text) = first.map(|index| &distinct[*index]) else { return String::new() };
    if kept.is_empty() {
        return text.text.to_owned();
    }
    let is_kept = |place: usize| kept.iter().any(|(other, _)| *other == place);
    // A wildcard takes in the characters beside it that only part words.
    let takes_in = matches!(separators, Separators::Only(_));
    let mut out = String::new();
    let mut at = 0;
    let mut after_wildcard = false;
    for (place, (start, end)) in text.words.iter().enumerate() {
        let between = &text.text[at..*start];
        let keep = is_kept(place);
        if !takes_in || keep && !after_wildcard {
            out += between;
        }
        match keep {
            true => out += text.word(place),
            false if takes_in && after_wildcard => {}
            false => out.push('*'),
        }
        after_wildcard = !keep;
        at = *end;
    }
    let goes_on =
        !after_wildcard && members.iter().any(|index| distinct[*index].words.len() > text.words.len());
    if !(takes_in && (after_wildcard || goes_on)) {
        out += &text.text[at..];
    }
    if goes_on {
        out.push('*');
    }
    out
}

/// The groups in the order in which they are shown, and the group of each row.
fn arranged(distinct: &[Text<'_>], mut found: Vec<(String, Vec<usize>)>, of_rows: &[usize]) -> Grouping {
    let count = |members: &[usize]| members.iter().map(|index| distinct[*index].count).sum::<usize>();
    let first = |members: &[usize]| members.iter().map(|index| distinct[*index].first).min().unwrap_or(0);
    found.sort_by_key(|(_, members)| (std::cmp::Reverse(count(members)), first(members)));
    let mut of_texts: Vec<Option<usize>> = vec![None; distinct.len()];
    let mut groups = Vec::with_capacity(found.len() + 1);
    for (pattern, members) in found {
        members.iter().for_each(|index| of_texts[*index] = Some(groups.len()));
        groups.push(Group { pattern, count: count(&members), representative: Some(first(&members)) });
    }
    let of_rows: Vec<Option<usize>> = of_rows.iter().map(|index| of_texts[*index]).collect();
    let left = of_rows.iter().filter(|group| group.is_none()).count();
    if left > 0 {
        groups.push(Group { pattern: OTHERS.to_owned(), count: left, representative: None });
    }
    Grouping { groups, of_rows }
}
