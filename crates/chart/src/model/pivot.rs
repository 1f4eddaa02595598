use super::additive::is_additive;
use super::points::{self, Breaks};
use super::read::Reader;
use super::request::Request;
use super::roles::{Roles, X};
use super::{FlatColumn, Limits, Mark, Places, Plot, Point, Series, Stacking, limit};

/// Rows to places and series.
pub(super) fn plot(
    columns: &[FlatColumn],
    roles: &Roles,
    request: Request,
    mark: Mark,
    limits: &Limits,
) -> Plot {
    let mut notes = request.notes;
    let mut ys = roles.ys.clone();
    if mark == Mark::Pie && ys.len() > 1 && roles.x != X::Names {
        ys.truncate(1);
        notes.push(format!("a pie shows one column, {}", columns[ys[0]].name));
    }
    let additive = mark == Mark::Pie
        || matches!(request.stacking, Some(Stacking::Stacked | Stacking::Stacked100))
        || ys.iter().all(|i| is_additive(&columns[*i].name));
    let stacking = request.stacking.unwrap_or(if additive && !roles.series.is_empty() && ys.len() == 1 {
        Stacking::Stacked
    } else {
        Stacking::Apart
    });
    let is_dense = matches!(mark, Mark::Column | Mark::Bar | Mark::Pie)
        || mark == Mark::Area && stacking != Stacking::Apart;

    let reader = Reader { columns, roles, ys: &ys, mark };
    let mut rows = reader.rows(&mut notes);
    let axis = reader.places(&mut rows, additive, limits, &mut notes);
    let may_add = additive && mark != Mark::Scatter && (is_dense || axis.on_grid);
    let kept = limit::series(&mut rows, may_add, roles.series.is_empty(), limits.series_max, &mut notes);
    let series = if is_dense {
        points::dense(&rows, &kept, axis.places.len(), additive, &mut notes)
    } else {
        let breaks = if mark == Mark::Scatter { Breaks::Never } else { Breaks::on(axis.on_grid) };
        points::sparse(&rows, &kept, breaks)
    };

    let x_title = match roles.x {
        X::Column(x) => columns[x].name.clone(),
        X::Rows | X::Names => String::new(),
    };
    let y_title = if ys.len() == 1 { columns[ys[0]].name.clone() } else { String::new() };
    let mut plot = Plot {
        mark,
        stacking,
        title: request.title,
        x_title: request.x_title.unwrap_or(x_title),
        y_title: request.y_title.unwrap_or(y_title),
        places: axis.places,
        other_place: axis.other,
        legend: request.legend && series.iter().any(|series| !series.name.is_empty()),
        series,
        unit: reader.unit(),
        y_min: request.y_min,
        y_max: request.y_max,
        log_x: request.log_x,
        log_y: request.log_y && stacking != Stacking::Stacked100,
        additive,
        notes,
    };
    if request.accumulate {
        plot.series.iter_mut().for_each(points::accumulate);
        // Running totals are sums already.
        plot.additive = false;
    }
    match stacking {
        _ if mark == Mark::Pie => sort_slices(&mut plot),
        Stacking::Stacked100 => points::stretch(&mut plot),
        Stacking::Apart | Stacking::Stacked => {}
    }
    if plot.log_y && !plot.series.iter().flat_map(|s| &s.points).all(|point| point.y.is_none_or(|y| y > 0.0))
    {
        plot.notes.push("a logarithmic axis shows nothing at or below zero".to_owned());
    }
    plot
}

/// The largest slice first, the rest last; what a slice cannot show is left out.
fn sort_slices(plot: &mut Plot) {
    let (Places::Names(names), Some(series)) = (&plot.places, plot.series.first()) else { return };
    let mut slices: Vec<(bool, f64, String)> = series
        .points
        .iter()
        .filter_map(|point| {
            Some((plot.other_place == Some(point.at), point.y?, names.get(point.at)?.clone()))
        })
        .collect();
    let negative = slices.iter().filter(|(_, y, _)| *y < 0.0).count();
    if negative > 0 {
        plot.notes.push(format!("{negative} values below zero are left out"));
    }
    slices.retain(|(_, y, _)| *y > 0.0);
    slices.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    plot.other_place = slices.iter().position(|(is_other, _, _)| *is_other);
    let points = slices.iter().enumerate().map(|(at, (_, y, _))| Point { at, y: Some(*y) }).collect();
    plot.series = vec![Series { name: String::new(), points, is_other: false }];
    plot.places = Places::Names(slices.into_iter().map(|(_, _, name)| name).collect());
}
