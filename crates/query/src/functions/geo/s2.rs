//! Cells of S2: squares of a cube around the sphere, in the order of a Hilbert curve.
//!
//! Source: <https://learn.microsoft.com/kusto/query/geo-point-to-s2cell-function>,
//! <https://s2geometry.io/devguide/s2cell_hierarchy>

use weir_value::Dynamic as Tree;
use weir_value::KustoType::{Real, String as Text};

use super::sphere::Point;
use super::{geometry, point};
use crate::functions::{Accepts, Naming, by_kernel, exactly, one, optional, with};
use crate::kernel;
use crate::kernel::{Column, Long, Real as RealValue, Str, TextOut, pack1};

/// Times that a side of the cube is halved at most.
const LEVEL_MAX: u32 = 30;
/// The level where none is given.
const LEVEL_DEFAULT: u32 = 11;

/// The place on the curve of each quarter, by the orientation of the curve and the quarter's bits.
const POSITIONS: [[u64; 4]; 4] = [[0, 1, 3, 2], [0, 3, 1, 2], [2, 3, 1, 0], [2, 1, 3, 0]];
/// The quarter at each place of the curve, by its orientation.
const QUARTERS: [[u64; 4]; 4] = [[0, 1, 3, 2], [0, 2, 3, 1], [3, 2, 0, 1], [3, 1, 0, 2]];
/// How the orientation changes in the quarter at each place.
const TURNS: [usize; 4] = [1, 0, 0, 3];

/// A cell of a level: its face of the cube, and the corner of it that has the smallest coordinates, in units of the
/// smallest cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    face: u64,
    i: u64,
    j: u64,
    level: u32,
}

impl Cell {
    fn of(point: Point, level: u32) -> Cell {
        let (face, u, v) = face_of(point);
        Cell::holding(face, leaf(share_of(u)), leaf(share_of(v)), level)
    }

    /// The cell of a level that holds a smallest cell.
    fn holding(face: u64, i: u64, j: u64, level: u32) -> Cell {
        let keep = !((1_u64 << (LEVEL_MAX - level)) - 1);
        Cell { face, i: i & keep, j: j & keep, level }
    }

    /// The number of the cell: its face, its place on the curve two bits a level, and a bit that marks the end.
    fn id(self) -> u64 {
        let mut orientation = (self.face & 1) as usize;
        let mut place = 0;
        for bit in (0..LEVEL_MAX).rev() {
            let quarter = (self.i >> bit & 1) << 1 | (self.j >> bit & 1);
            let position = POSITIONS[orientation][quarter as usize];
            place = place << 2 | position;
            orientation ^= TURNS[position as usize];
        }
        let end = 1_u64 << (2 * (LEVEL_MAX - self.level));
        (self.face << 61 | place << 1) & !(end * 2 - 1) | end
    }

    /// The hexadecimal digits of the number without the zeros behind them.
    fn token(self) -> String {
        format!("{:016x}", self.id()).trim_end_matches('0').to_owned()
    }

    fn parse(token: &str) -> Option<Cell> {
        let valid = (1..=16).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_hexdigit());
        let id = u64::from_str_radix(&format!("{token:0<16}"), 16).ok().filter(|_| valid)?;
        let end = id.trailing_zeros();
        let face = id >> 61;
        if id == 0 || !end.is_multiple_of(2) || end > 2 * LEVEL_MAX || face > 5 {
            return None;
        }
        let level = LEVEL_MAX - end / 2;
        let mut orientation = (face & 1) as usize;
        let (mut i, mut j) = (0, 0);
        for step in 0..level {
            let bit = LEVEL_MAX - 1 - step;
            let position = (id >> (2 * bit + 1) & 3) as usize;
            let quarter = QUARTERS[orientation][position];
            i |= (quarter >> 1) << bit;
            j |= (quarter & 1) << bit;
            orientation ^= TURNS[position];
        }
        Some(Cell { face, i, j, level })
    }

    fn center(self) -> Point {
        self.point(0.5, 0.5)
    }

    /// The point at so much of its width and of its height.
    fn point(self, across: f64, up: f64) -> Point {
        let size = (1_u64 << (LEVEL_MAX - self.level)) as f64;
        let smallest = (1_u64 << LEVEL_MAX) as f64;
        let share = |corner: u64, part: f64| side((corner as f64 + part * size) / smallest);
        on_face(self.face, share(self.i, across), share(self.j, up))
    }

    /// The cell of the same level that lies so many cells to the side, perhaps on another face.
    fn beside(self, across: i64, up: i64) -> Cell {
        let size = 1_i64 << (LEVEL_MAX - self.level);
        let (i, j) = (self.i as i64 + across * size, self.j as i64 + up * size);
        let smallest = 1_i64 << LEVEL_MAX;
        if (0..smallest).contains(&i) && (0..smallest).contains(&j) {
            return Cell { i: i as u64, j: j as u64, ..self };
        }
        // Just beyond an edge of the face, where another one begins. The smallest cell there is within the neighbor.
        let limit = 1.0 + f64::EPSILON;
        let coordinate = |place: i64| {
            let place = place.clamp(-1, smallest);
            ((2 * (place - smallest / 2) + 1) as f64 / smallest as f64).clamp(-limit, limit)
        };
        // There and back, shares of a side are taken as coordinates, which keeps neighbors beside each other.
        let (face, u, v) = face_of(on_face(self.face, coordinate(i), coordinate(j)));
        Cell::holding(face, leaf(0.5 * (u + 1.0)), leaf(0.5 * (v + 1.0)), self.level)
    }
}

/// The direction of a place on a face of the cube.
fn on_face(face: u64, u: f64, v: f64) -> Point {
    Point::along(match face {
        0 => [1.0, u, v],
        1 => [-u, 1.0, v],
        2 => [-u, -v, 1.0],
        3 => [-1.0, -v, -u],
        4 => [v, -1.0, -u],
        _ => [v, u, -1.0],
    })
}

/// The face that a direction goes through, and the coordinates there.
fn face_of(point: Point) -> (u64, f64, f64) {
    let [x, y, z] = point.coordinates();
    let axis = match [x.abs(), y.abs(), z.abs()] {
        [x, y, z] if x >= y && x >= z => 0,
        [_, y, z] if y >= z => 1,
        _ => 2,
    };
    let face = if [x, y, z][axis] < 0.0 { axis as u64 + 3 } else { axis as u64 };
    let (u, v) = match face {
        0 => (y / x, z / x),
        1 => (-x / y, z / y),
        2 => (-x / z, -y / z),
        3 => (z / x, y / x),
        4 => (z / y, -x / y),
        _ => (-y / z, -x / z),
    };
    (face, u, v)
}

/// The share of a side at a coordinate of a face, so that cells are about equally large.
fn share_of(u: f64) -> f64 {
    if u >= 0.0 { 0.5 * (1.0 + 3.0 * u).sqrt() } else { 1.0 - 0.5 * (1.0 - 3.0 * u).sqrt() }
}

/// The smallest cell at a share of a side.
fn leaf(share: f64) -> u64 {
    let smallest = 1_u64 << LEVEL_MAX;
    ((share * smallest as f64).floor().max(0.0) as u64).min(smallest - 1)
}

/// The coordinate of a face at a share of its side.
fn side(s: f64) -> f64 {
    if s >= 0.5 { (4.0 * s * s - 1.0) / 3.0 } else { (1.0 - 4.0 * (1.0 - s) * (1.0 - s)) / 3.0 }
}

function!(
    pub(super) OF_POINT = ["geo_point_to_s2cell"],
    Naming::None,
    [
        by_kernel(
            &[exactly("longitude", Real), exactly("latitude", Real), optional("level", Accepts::Integer)],
            &TOKEN,
        ),
        with(
            &[exactly("longitude", Real), exactly("latitude", Real), one("level", Accepts::Number)],
            |a| a.refuse(2, "not supported yet: a level that is no whole number"),
        )
    ]
);
kernel!(
    /// Blank for a place or a level that does not exist.
    TOKEN = "kql_geo_point_to_s2cell" -> String, |a, n| {
        let (longitudes, latitudes) = (Column::<RealValue>::of(&a[0])?, Column::<RealValue>::of(&a[1])?);
        let levels = a.get(2).map(Column::<Long>::of).transpose()?;
        let mut out = TextOut::new(n);
        for row in crate::limits::rows(n) {
            let level = match &levels {
                None => Some(LEVEL_DEFAULT),
                Some(levels) => levels.get(row).and_then(|level| u32::try_from(level).ok()),
            };
            let level = level.filter(|level| *level <= LEVEL_MAX);
            let point = longitudes.get(row).zip(latitudes.get(row)).and_then(|(lon, lat)| Point::of(lon, lat));
            let token = point.zip(level).map(|(point, level)| Cell::of(point, level).token());
            out.push(&token.unwrap_or_default());
        }
        Ok(out.finish())
    }
);

const CELL: &[crate::functions::Parameter] = &[exactly("s2cell", Text)];

function!(
    pub(super) TO_CENTRAL_POINT = ["geo_s2cell_to_central_point"],
    Naming::None,
    [by_kernel(CELL, &CENTER)]
);
kernel!(
    /// Null for what is no cell.
    CENTER = "kql_geo_s2cell_to_central_point" -> Dynamic, |a, n| pack1::<Str>(a, n, |token, bytes| {
        if let Some(cell) = Cell::parse(token) {
            bytes.extend(geometry("Point", point(cell.center().place())));
        }
    })
);

function!(pub(super) TO_POLYGON = ["geo_s2cell_to_polygon"], Naming::None, [by_kernel(CELL, &POLYGON)]);
kernel!(
    /// Null for what is no cell.
    POLYGON = "kql_geo_s2cell_to_polygon" -> Dynamic, |a, n| pack1::<Str>(a, n, |token, bytes| {
        if let Some(cell) = Cell::parse(token) {
            let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)];
            let ring = corners.map(|(across, up)| point(cell.point(across, up).place()));
            bytes.extend(geometry("Polygon", Tree::Array(vec![Tree::Array(ring.to_vec())])));
        }
    })
);

function!(pub(super) NEIGHBORS = ["geo_s2cell_neighbors"], Naming::None, [by_kernel(CELL, &AROUND)]);
kernel!(
    /// The cells that touch a cell, in no promised order; null for what is no cell.
    AROUND = "kql_geo_s2cell_neighbors" -> Dynamic, |a, n| pack1::<Str>(a, n, |token, bytes| {
        const STEPS: [(i64, i64); 8] =
            [(1, 1), (1, 0), (-1, 0), (0, -1), (-1, 1), (1, -1), (0, 1), (-1, -1)];
        if let Some(cell) = Cell::parse(token) {
            let mut neighbors: Vec<Cell> = Vec::new();
            for (across, up) in STEPS {
                // Three faces meet in a corner of the cube: a cell there has one neighbor less.
                let neighbor = cell.beside(across, up);
                if neighbor != cell && !neighbors.contains(&neighbor) {
                    neighbors.push(neighbor);
                }
            }
            let tokens = neighbors.into_iter().map(|neighbor| Tree::String(neighbor.token()));
            bytes.extend(Tree::Array(tokens.collect()).pack());
        }
    })
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{refused, value};

    #[test]
    fn cells_are_found_again() {
        for (longitude, latitude) in [(0.0, 0.0), (13.4, 52.5), (-122.3, 47.6), (179.9, -89.0), (-45.0, 35.3)]
        {
            for level in [0, 1, 11, 29, 30] {
                let cell = Cell::of(Point::of(longitude, latitude).unwrap(), level);
                assert_eq!(Cell::parse(&cell.token()), Some(cell));
                assert_eq!(Cell::of(cell.center(), level), cell);
            }
        }
    }

    #[test]
    fn cells_have_corners_and_neighbors() {
        let neighbors = value("geo_s2cell_neighbors('47b1d')");
        assert_eq!(neighbors.matches(',').count(), 7);
        for neighbor in neighbors.trim_matches(['[', ']']).split(',') {
            let back = value(&format!(
                "set_has_element(geo_s2cell_neighbors({}), '47b1d')",
                neighbor.replace('"', "'")
            ));
            assert_eq!(back, "True", "{neighbor}");
        }
        // In a corner of the cube, and a whole face.
        let corner = Cell { face: 0, i: 0, j: 0, level: 3 }.token();
        assert_eq!(value(&format!("array_length(geo_s2cell_neighbors('{corner}'))")), "7");
        assert_eq!(value("array_length(geo_s2cell_neighbors('1'))"), "4");
        assert_eq!(
            value(
                "p = geo_s2cell_to_polygon('1').coordinates[0] | project p[0], array_length(p), round(todouble(p[2][1]), 9)"
            ),
            "[-45.0,-35.264389682754654] | 5 | 35.264389683"
        );
        assert_eq!(value("geo_s2cell_to_polygon('x'), geo_s2cell_neighbors('')"), "null | null");
    }

    #[test]
    fn faces_are_named_by_their_digit() {
        assert_eq!(
            value(
                "geo_point_to_s2cell(0, 0, 0), geo_point_to_s2cell(90, 0, 0), geo_point_to_s2cell(0, 90, 0)"
            ),
            "1 | 3 | 5"
        );
        assert_eq!(
            value(
                "geo_point_to_s2cell(180, 0, 0), geo_point_to_s2cell(-90, 0, 0), geo_point_to_s2cell(0, -90, 0)"
            ),
            "7 | 9 | b"
        );
        assert_eq!(
            value(
                "strcat(geo_point_to_s2cell(181, 0), geo_point_to_s2cell(0, 0, 31), geo_point_to_s2cell(0, 0, int(null)))"
            ),
            ""
        );
        assert!(refused("print geo_point_to_s2cell(0, 0, 5.0)").contains("not supported yet: a level"));
        assert_eq!(value("geo_s2cell_to_central_point('1')"), r#"{"type":"Point","coordinates":[0.0,0.0]}"#);
        assert_eq!(
            value(
                "geo_s2cell_to_central_point('g'), geo_s2cell_to_central_point(''), geo_s2cell_to_central_point('2')"
            ),
            "null | null | null"
        );
    }
}
