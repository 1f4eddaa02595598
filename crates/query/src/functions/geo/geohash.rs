//! Geohashes: cells of a grid that halves longitude and latitude in turn.
//!
//! Source: <https://learn.microsoft.com/kusto/query/geo-point-to-geohash-function>

use weir_value::Dynamic as Tree;
use weir_value::KustoType::{Real, String as Text};

use super::{geometry, is_place, point};
use crate::functions::{Accepts, Naming, by_kernel, exactly, one, optional, with};
use crate::kernel;
use crate::kernel::{Column, Long, Real as RealValue, Str, TextOut, pack1};

const LETTERS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
/// The most letters that a geohash has.
const LETTERS_MAX: usize = 18;

/// A cell, from its smallest corner on.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell {
    longitude: f64,
    latitude: f64,
    width: f64,
    height: f64,
    letters: usize,
}

impl Cell {
    /// The whole Earth.
    const WHOLE: Cell = Cell { longitude: -180.0, latitude: -90.0, width: 360.0, height: 180.0, letters: 0 };

    fn parse(text: &str) -> Option<Cell> {
        let mut cell = Cell::WHOLE;
        for letter in text.to_ascii_lowercase().bytes() {
            let bits = LETTERS.iter().position(|known| *known == letter)?;
            for bit in (0..5).rev() {
                cell.halve((cell.letters * 5 + 4 - bit).is_multiple_of(2), bits >> bit & 1 == 1);
            }
            cell.letters += 1;
        }
        (1..=LETTERS_MAX).contains(&cell.letters).then_some(cell)
    }

    /// Keeps one half: of the longitudes or of the latitudes, the upper one or the lower one.
    fn halve(&mut self, longitude: bool, upper: bool) {
        let (start, size) = match longitude {
            true => (&mut self.longitude, &mut self.width),
            false => (&mut self.latitude, &mut self.height),
        };
        *size /= 2.0;
        if upper {
            *start += *size;
        }
    }

    /// The letters of the cell of a place.
    fn letters_of(longitude: f64, latitude: f64, letters: usize) -> String {
        let mut cell = Cell::WHOLE;
        let mut text = String::with_capacity(letters);
        for place in 0..letters {
            let mut bits = 0;
            for bit in 0..5 {
                let of_longitude = (place * 5 + bit).is_multiple_of(2);
                let upper = match of_longitude {
                    true => longitude >= cell.longitude + cell.width / 2.0,
                    false => latitude >= cell.latitude + cell.height / 2.0,
                };
                cell.halve(of_longitude, upper);
                bits = bits << 1 | usize::from(upper);
            }
            text.push(LETTERS[bits].into());
        }
        text
    }

    fn center(self) -> (f64, f64) {
        (self.longitude + self.width / 2.0, self.latitude + self.height / 2.0)
    }
}

function!(
    pub(super) OF_POINT = ["geo_point_to_geohash"],
    Naming::None,
    [
        by_kernel(
            &[exactly("longitude", Real), exactly("latitude", Real), optional("accuracy", Accepts::Integer)],
            &HASH,
        ),
        with(
            &[exactly("longitude", Real), exactly("latitude", Real), one("accuracy", Accepts::Number)],
            |a| a.refuse(2, "not supported yet: an accuracy that is no whole number"),
        )
    ]
);
kernel!(
    /// Blank for a place or an accuracy that does not exist.
    HASH = "kql_geo_point_to_geohash" -> String, |a, n| {
        let (longitudes, latitudes) = (Column::<RealValue>::of(&a[0])?, Column::<RealValue>::of(&a[1])?);
        let accuracies = a.get(2).map(Column::<Long>::of).transpose()?;
        let mut out = TextOut::new(n);
        for row in crate::limits::rows(n) {
            let accuracy = match &accuracies {
                None => Some(5),
                Some(accuracies) => accuracies.get(row).and_then(|accuracy| usize::try_from(accuracy).ok()),
            };
            let accuracy = accuracy.filter(|accuracy| (1..=LETTERS_MAX).contains(accuracy));
            let hash = match (longitudes.get(row), latitudes.get(row), accuracy) {
                (Some(lon), Some(lat), Some(accuracy)) if is_place(lon, lat) => Cell::letters_of(lon, lat, accuracy),
                _ => String::new(),
            };
            out.push(&hash);
        }
        Ok(out.finish())
    }
);

const GEOHASH: &[crate::functions::Parameter] = &[exactly("geohash", Text)];

function!(pub(super) TO_CENTRAL_POINT = ["geo_geohash_to_central_point"], Naming::None, [by_kernel(GEOHASH, &CENTER)]);
kernel!(CENTER = "kql_geo_geohash_to_central_point" -> Dynamic, |a, n| pack1::<Str>(a, n, |text, bytes| {
    if let Some(cell) = Cell::parse(text) {
        bytes.extend(geometry("Point", point(cell.center())));
    }
}));

function!(pub(super) TO_POLYGON = ["geo_geohash_to_polygon"], Naming::None, [by_kernel(GEOHASH, &POLYGON)]);
kernel!(POLYGON = "kql_geo_geohash_to_polygon" -> Dynamic, |a, n| pack1::<Str>(a, n, |text, bytes| {
    if let Some(Cell { longitude: west, latitude: south, width, height, .. }) = Cell::parse(text) {
        let (east, north) = (west + width, south + height);
        let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)];
        let ring = Tree::Array(corners.map(point).to_vec());
        bytes.extend(geometry("Polygon", Tree::Array(vec![ring])));
    }
}));

function!(pub(super) NEIGHBORS = ["geo_geohash_neighbors"], Naming::None, [by_kernel(GEOHASH, &AROUND)]);
kernel!(
    /// The cells that touch a cell; there is none beyond a pole.
    AROUND = "kql_geo_geohash_neighbors" -> Dynamic, |a, n| pack1::<Str>(a, n, |text, bytes| {
        // To the east and to the north, in the order of the original.
        const STEPS: [(f64, f64); 8] =
            [(-1.0, 0.0), (-1.0, -1.0), (0.0, -1.0), (1.0, -1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 1.0)];
        if let Some(cell) = Cell::parse(text) {
            let (longitude, latitude) = cell.center();
            let neighbors = STEPS.iter().filter_map(|(east, north)| {
                let longitude = (longitude + east * cell.width + 180.0).rem_euclid(360.0) - 180.0;
                let latitude = latitude + north * cell.height;
                let letters = || Tree::String(Cell::letters_of(longitude, latitude, cell.letters));
                is_place(longitude, latitude).then(letters)
            });
            bytes.extend(Tree::Array(neighbors.collect()).pack());
        }
    })
);

#[cfg(test)]
mod tests {
    use crate::testing::{refused, value};

    #[test]
    fn places_have_cells() {
        assert_eq!(value("geo_point_to_geohash(-5.6, 42.6)"), "ezs42");
        assert_eq!(value("geo_point_to_geohash(180, 90, 3), geo_point_to_geohash(-180, -90, 2)"), "zzz | 00");
        assert_eq!(
            value(
                "strcat(geo_point_to_geohash(181, 0), geo_point_to_geohash(0, 0, 19), geo_point_to_geohash(0, 0, 0))"
            ),
            ""
        );
        assert_eq!(value("strlen(geo_point_to_geohash(13.4, 52.5, 18))"), "18");
        assert!(refused("print geo_point_to_geohash(0, 0, 5.0)").contains("not supported yet: an accuracy"));
    }

    #[test]
    fn cells_have_corners_and_neighbors() {
        assert_eq!(
            value("geo_geohash_to_central_point('s')"),
            r#"{"type":"Point","coordinates":[22.5,22.5]}"#
        );
        assert_eq!(
            value("geo_geohash_to_polygon('s')"),
            r#"{"type":"Polygon","coordinates":[[[0.0,0.0],[45.0,0.0],[45.0,45.0],[0.0,45.0],[0.0,0.0]]]}"#
        );
        assert_eq!(value("geo_geohash_neighbors('s')"), r#"["e","7","k","m","v","t","u","g"]"#);
        assert_eq!(value("array_length(geo_geohash_neighbors('z'))"), "5");
        assert_eq!(value("geo_geohash_neighbors('a'), geo_geohash_to_polygon('')"), "null | null");
    }
}
