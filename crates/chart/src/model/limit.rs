use super::Unit;
use super::read::Rows;
use crate::label;

/// What is shown, in order.
pub(super) struct Kept {
    pub(super) names: Vec<String>,
    /// The last one, where it adds up the rest.
    pub(super) other: Option<usize>,
}

/// The numbers of the largest, in their own order, and of each old number the new one: the last for the rest.
fn keep_largest(sizes: &[f64], max: usize) -> (Vec<usize>, Vec<usize>) {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|a, b| sizes[*b].total_cmp(&sizes[*a]));
    order.truncate(max);
    order.sort_unstable();
    let mut new_number = vec![order.len(); sizes.len()];
    for (new, old) in order.iter().enumerate() {
        new_number[*old] = new;
    }
    (order, new_number)
}

/// A strip that adds up the rest is drawn when it is no longer than so many of the largest.
const REST_MAX: f64 = 3.0;

/// The names that are shown, the rows referred to them.
///
/// The rest is a name of its own when it `must` be or does not dwarf the others, else a note.
pub(super) fn names(
    rows: &mut Rows,
    mut names: Vec<String>,
    additive: bool,
    must: bool,
    max: usize,
    unit: Unit,
    notes: &mut Vec<String>,
) -> Kept {
    if names.len() <= max {
        return Kept { names, other: None };
    }
    let mut sizes = vec![0.0_f64; names.len()];
    for row in &rows.rows {
        let y = row.y.map_or(0.0, f64::abs);
        sizes[row.place] = if additive { sizes[row.place] + y } else { sizes[row.place].max(y) };
    }
    let total = names.len();
    let (kept, new_place) = keep_largest(&sizes, max);
    let kept_sizes: Vec<f64> = kept.iter().map(|old| sizes[*old]).collect();
    names = kept.into_iter().map(|old| std::mem::take(&mut names[old])).collect();
    rows.rows.iter_mut().for_each(|row| row.place = new_place[row.place]);
    let rest: f64 = rows.rows.iter().filter(|row| row.place == max).filter_map(|row| row.y).sum();
    let largest = kept_sizes.into_iter().fold(0.0, f64::max);
    let other = (additive && (must || rest.abs() <= REST_MAX * largest)).then_some(max);
    let told = if other.is_some() {
        names.push(format!("other ({})", total - max));
        "other adds up the rest".to_owned()
    } else {
        rows.rows.retain(|row| row.place < max);
        if additive {
            format!("the rest adds up to {}", label::short_value(rest, unit))
        } else {
            "the rest is left out".to_owned()
        }
    };
    notes.push(format!("the {max} largest of {total} names are shown, {told}"));
    Kept { names, other }
}

/// The names of the series that are shown, the rows referred to them.
///
/// Series `from_columns` are y columns, the others are values of a column.
pub(super) fn series(
    rows: &mut Rows,
    may_add: bool,
    from_columns: bool,
    max: usize,
    notes: &mut Vec<String>,
) -> Kept {
    let mut names = std::mem::take(&mut rows.series);
    let mut sizes = vec![0.0_f64; names.len()];
    for row in &rows.rows {
        let y = row.y.map_or(0.0, f64::abs);
        sizes[row.series] = if may_add { sizes[row.series] + y } else { sizes[row.series].max(y) };
    }
    // Series that are columns keep the order in which they were asked for.
    if !from_columns {
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|a, b| sizes[*b].total_cmp(&sizes[*a]));
        let mut new_number = vec![0; names.len()];
        for (new, old) in order.iter().enumerate() {
            new_number[*old] = new;
        }
        rows.rows.iter_mut().for_each(|row| row.series = new_number[row.series]);
        names = order.iter().map(|old| names[*old].clone()).collect();
    }
    let total = names.len();
    if total <= max {
        return Kept { names, other: None };
    }
    names.truncate(max);
    let adds = may_add && !from_columns;
    let rest = if adds {
        rows.rows.iter_mut().for_each(|row| row.series = row.series.min(max));
        names.push(format!("other ({})", total - max));
        "other adds up the rest"
    } else {
        rows.rows.retain(|row| row.series < max);
        "the rest is left out"
    };
    let which = if from_columns { "first" } else { "largest" };
    notes.push(format!("the {max} {which} of {total} series are shown, {rest}"));
    Kept { names, other: adds.then_some(max) }
}
