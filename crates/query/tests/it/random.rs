//! Random pipelines over tables of random rows. Every row of an answer is certain: no operator takes any at will.

use std::fmt::Write as _;

const ROWS: usize = 60;

/// The same numbers for the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice that fall as the seed says.
    pub fn new(seed: u64) -> Self {
        // Neighbouring seeds are to have little in common, and no state is 0.
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }

    /// One of some texts.
    pub fn one_of<'t>(&mut self, choices: &[&'t str]) -> &'t str {
        choices[self.roll(choices.len())]
    }
}

/// Columns of a table on its way through a pipeline, with their types.
type Columns = Vec<(String, &'static str)>;

const TYPES: [&str; 6] = ["long", "string", "datetime", "bool", "timespan", "real"];

/// A value of a type; nulls and equal values are frequent.
fn value(dice: &mut Dice, kind: &str) -> String {
    let null = dice.roll(6) == 0;
    match kind {
        "string" => format!("'{}'", dice.one_of(&["", "a", "b", "Ab", "a.b", "web-1", "WEB"])),
        _ if null => format!("{kind}(null)"),
        "long" => dice.one_of(&["0", "1", "2", "-3", "443", "9223372036854775807"]).to_owned(),
        "real" => dice.one_of(&["0.0", "1.5", "-2.25", "1e300"]).to_owned(),
        "bool" => dice.one_of(&["true", "false"]).to_owned(),
        "timespan" => dice.one_of(&["1d", "-2h", "0s", "5tick"]).to_owned(),
        _ => format!("datetime(2026-0{}-01T0{}:00:00.0000001Z)", 1 + dice.roll(3), dice.roll(4)),
    }
}

fn table(dice: &mut Dice, name: &str) -> (String, Columns) {
    let columns: Columns =
        TYPES.iter().enumerate().map(|(place, kind)| (format!("{name}{place}"), *kind)).collect();
    let declared: Vec<String> = columns.iter().map(|(name, kind)| format!("{name}:{kind}")).collect();
    let rows = dice.roll(ROWS);
    let cells: Vec<String> =
        (0..rows * columns.len()).map(|cell| value(dice, columns[cell % columns.len()].1)).collect();
    (format!("datatable({})[{}]", declared.join(", "), cells.join(", ")), columns)
}

fn column(dice: &mut Dice, columns: &Columns, kind: &str) -> Option<String> {
    let fitting: Vec<&str> =
        columns.iter().filter(|(_, known)| *known == kind).map(|(name, _)| name.as_str()).collect();
    (!fitting.is_empty()).then(|| dice.one_of(&fitting).to_owned())
}

/// An expression of a type, over some columns.
fn expression(dice: &mut Dice, columns: &Columns, kind: &str, depth: usize) -> String {
    if depth == 0 || dice.roll(3) == 0 {
        let known = column(dice, columns, kind).filter(|_| dice.roll(4) > 0);
        return known.unwrap_or_else(|| value(dice, kind));
    }
    let mut of = |kind: &str| expression(dice, columns, kind, depth - 1);
    let choices = match kind {
        "long" => vec![
            format!("({} + {})", of("long"), of("long")),
            format!("({} % 7)", of("long")),
            format!("strlen({})", of("string")),
            format!("iff({}, {}, {})", of("bool"), of("long"), of("long")),
            format!("coalesce({}, {})", of("long"), of("long")),
        ],
        "string" => vec![
            format!("strcat({}, '-', {})", of("string"), of("long")),
            format!("toupper({})", of("string")),
            format!("tostring({})", of("datetime")),
            format!("substring({}, 1)", of("string")),
        ],
        "datetime" => {
            vec![format!("({} + {})", of("datetime"), of("timespan")), format!("bin({}, 1d)", of("datetime"))]
        }
        "bool" => vec![
            format!("({} == {})", of("long"), of("long")),
            format!("({} != {})", of("string"), of("string")),
            format!("({} < {})", of("datetime"), of("datetime")),
            format!("({} and {})", of("bool"), of("bool")),
            format!("({} or {})", of("bool"), of("bool")),
            format!("not({})", of("bool")),
            format!("({} in ('a', {}))", of("string"), of("string")),
            format!("({} has 'web')", of("string")),
            format!("isnull({})", of("long")),
            format!("isempty({})", of("string")),
        ],
        "timespan" => vec![format!("({} - {})", of("datetime"), of("datetime"))],
        _ => vec![format!("({} * 2)", of("real")), format!("toreal({})", of("bool"))],
    };
    let choice = dice.roll(choices.len());
    choices[choice].clone()
}

/// One more operator; the columns behind it.
fn step(dice: &mut Dice, columns: &Columns, fresh: &str) -> (String, Columns) {
    match dice.roll(12) {
        0 | 1 => (format!("where {}", expression(dice, columns, "bool", 3)), columns.clone()),
        2 | 3 => {
            let kind = TYPES[dice.roll(TYPES.len())];
            let mut after = columns.clone();
            after.push((fresh.to_owned(), kind));
            (format!("extend {fresh} = {}", expression(dice, columns, kind, 3)), after)
        }
        4 => {
            let after: Columns = columns.iter().filter(|_| dice.roll(4) > 0).cloned().collect();
            let after = if after.is_empty() { columns.clone() } else { after };
            let names: Vec<&str> = after.iter().map(|(name, _)| name.as_str()).collect();
            (format!("project {}", names.join(", ")), after)
        }
        5 => {
            let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
            (format!("distinct {}", names.join(", ")), columns.clone())
        }
        6 => {
            let keys: Columns = columns.iter().filter(|_| dice.roll(3) == 0).cloned().collect();
            let by: Vec<&str> = keys.iter().map(|(name, _)| name.as_str()).collect();
            let long = expression(dice, columns, "long", 2);
            let text = expression(dice, columns, "string", 2);
            let flag = expression(dice, columns, "bool", 2);
            let mut after = keys.clone();
            let made = [("n", "long"), ("s", "long"), ("x", "string"), ("c", "long")];
            after.extend(made.map(|(name, kind)| (format!("{fresh}{name}"), kind)));
            let made = format!(
                "{fresh}n = count(), {fresh}s = sum({long}), {fresh}x = max({text}), {fresh}c = countif({flag})"
            );
            let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) };
            (format!("summarize {made}{by}"), after)
        }
        7 => {
            let kind =
                dice.one_of(&["inner", "leftouter", "leftsemi", "leftanti", "fullouter", "rightouter"]);
            let (other, right) = table(dice, &format!("{fresh}_"));
            let (left_key, right_key) = (&columns[dice.roll(columns.len())], right.clone());
            let Some((key, _)) = right_key.iter().find(|(_, kind)| *kind == left_key.1) else {
                return ("where true".to_owned(), columns.clone());
            };
            let mut after = columns.clone();
            if !kind.ends_with("semi") && !kind.ends_with("anti") {
                after.extend(right);
            }
            (format!("join kind={kind} ({other}) on $left.{} == $right.{key}", left_key.0), after)
        }
        8 => {
            // Rows that are equal in all columns may stand either way round.
            let names: Vec<String> = columns.iter().map(|(name, _)| format!("{name} asc")).collect();
            let (before, kind) = columns[dice.roll(columns.len())].clone();
            let long = expression(dice, columns, "long", 2);
            let flag = expression(dice, columns, "bool", 1);
            let mut after = columns.clone();
            after.extend([
                (format!("{fresh}r"), "long"),
                (format!("{fresh}p"), kind),
                (format!("{fresh}c"), "long"),
            ]);
            let made = format!(
                "{fresh}r = row_number(1, {flag}), {fresh}p = prev({before}), {fresh}c = row_cumsum({long})"
            );
            (format!("sort by {} | extend {made}", names.join(", ")), after)
        }
        9 => {
            let (key, kind) = columns[dice.roll(columns.len())].clone();
            let long = expression(dice, columns, "long", 2);
            let (second, second_kind) = columns[dice.roll(columns.len())].clone();
            let after = vec![
                (format!("{fresh}k"), kind),
                (format!("{fresh}s"), "long"),
                (format!("{fresh}j"), second_kind),
                (format!("{fresh}m"), "long"),
            ];
            let made = format!(
                "top-nested 3 of {fresh}k = {key} by {fresh}s = sum({long}), \
                 top-nested of {fresh}j = {second} by {fresh}m = count() asc"
            );
            (made, after)
        }
        10 => {
            let (other, right) = table(dice, &format!("{fresh}_"));
            let (key, kind) = &columns[dice.roll(columns.len())];
            let Some((place, _)) = right.iter().enumerate().find(|(_, (_, other))| other == kind) else {
                return ("where true".to_owned(), columns.clone());
            };
            let repeated = right[place].0.clone();
            let mut after = columns.clone();
            after.extend(right.into_iter().filter(|(name, _)| *name != repeated));
            let kind = dice.one_of(&["inner", "leftouter"]);
            (format!("lookup kind={kind} ({other}) on $left.{key} == $right.{repeated}"), after)
        }
        _ => {
            let (other, more) = table(dice, &format!("{fresh}_"));
            let mut after = columns.clone();
            after.extend(more);
            (format!("union ({other})"), after)
        }
    }
}

/// A pipeline over tables of random rows, the same for the same seed.
pub fn pipeline(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let (mut text, mut columns) = table(&mut dice, "a");
    for place in 0..1 + dice.roll(5) {
        let (operator, after) = step(&mut dice, &columns, &format!("n{place}"));
        let _ = write!(text, "\n| {operator}");
        columns = after;
    }
    // Names that clash are renamed: nothing behind relies on them.
    match dice.roll(6) {
        0 => {
            let kind =
                dice.one_of(&["inner", "leftouter", "rightouter", "fullouter", "leftanti", "rightsemi"]);
            let (other, _) = table(&mut dice, "a");
            let shared: Vec<&str> =
                columns.iter().map(|(name, _)| name.as_str()).filter(|n| n.starts_with('a')).collect();
            if !shared.is_empty() {
                let key = dice.one_of(&shared);
                let _ = write!(text, "\n| join kind={kind} ({other}) on {key}");
            }
        }
        1 => {
            let (other, _) = table(&mut dice, "a");
            let _ = write!(text, "\n| union withsource=From (print a0 = 'x', a1 = 1, b = now()), ({other})");
        }
        _ => {}
    }
    text
}
