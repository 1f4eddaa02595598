//! Cells of H3: hexagons, and twelve pentagons, around the sphere in sixteen sizes.
//!
//! Source: <https://learn.microsoft.com/kusto/query/geo-point-to-h3cell-function>, <https://h3geo.org>

use datafusion::arrow::array::Int32Array;
use h3o::{CellIndex, LatLng, Resolution};
use weir_value::Dynamic as Tree;
use weir_value::KustoType::{Real, String as Text};

use super::{geometry, is_place, point};
use crate::functions::dynamic::pack_rows;
use crate::functions::{Accepts, Naming, by_kernel, exactly, one, optional};
use crate::kernel;
use crate::kernel::{Column, Long, Real as RealValue, Str, TextOut, map1, pack1};

/// The size where none is given.
const RESOLUTION_DEFAULT: i64 = 6;
/// How many sizes smaller than a cell its children may be: they are 16,807 then.
const GENERATIONS_MAX: u8 = 5;
/// The rings that are told of at most.
const RINGS_MAX: u32 = 142;

fn cell(token: &str) -> Option<CellIndex> {
    token.parse().ok()
}

fn resolution(number: i64) -> Option<Resolution> {
    Resolution::try_from(u8::try_from(number).ok()?).ok()
}

fn tokens(cells: impl Iterator<Item = CellIndex>) -> Tree {
    Tree::Array(cells.map(|cell| Tree::String(cell.to_string())).collect())
}

/// The cells around a cell, those of each distance by themselves, from one of them on all around. Near a pentagon, whose
/// rings have gaps, in another order.
fn rings(cell: CellIndex, distance: u32) -> Vec<Vec<CellIndex>> {
    let disk = match cell.grid_disk_distances_fast(distance).collect::<Option<Vec<_>>>() {
        Some(disk) => disk,
        None => cell.grid_disk_distances_safe(distance).collect(),
    };
    let mut rings = vec![Vec::new(); distance as usize + 1];
    for (cell, distance) in disk {
        rings[distance as usize].push(cell);
    }
    rings
}

/// The cells that touch a cell, in the order of the original.
fn neighbors(cell: CellIndex) -> Vec<CellIndex> {
    let around = rings(cell, 1).pop().unwrap_or_default();
    match around.as_slice() {
        &[a, b, c, d, e, f] => vec![d, f, e, c, b, a],
        _ => around,
    }
}

function!(
    pub(super) OF_POINT = ["geo_point_to_h3cell"],
    Naming::None,
    [by_kernel(
        &[exactly("longitude", Real), exactly("latitude", Real), optional("resolution", Accepts::Integer)],
        &TOKEN,
    )]
);
kernel!(
    /// Blank for a place or a size that does not exist.
    TOKEN = "kql_geo_point_to_h3cell" -> String, |a, n| {
        let (longitudes, latitudes) = (Column::<RealValue>::of(&a[0])?, Column::<RealValue>::of(&a[1])?);
        let resolutions = a.get(2).map(Column::<Long>::of).transpose()?;
        let mut out = TextOut::new(n);
        for row in crate::limits::rows(n) {
            let size = match &resolutions {
                None => Some(RESOLUTION_DEFAULT),
                Some(resolutions) => resolutions.get(row),
            };
            let place = longitudes.get(row).zip(latitudes.get(row)).filter(|(lon, lat)| is_place(*lon, *lat));
            let place = place.and_then(|(lon, lat)| LatLng::new(lat, lon).ok());
            let token = place.zip(size.and_then(resolution)).map(|(place, size)| place.to_cell(size).to_string());
            out.push(&token.unwrap_or_default());
        }
        Ok(out.finish())
    }
);

const CELL: &[crate::functions::Parameter] = &[exactly("h3cell", Text)];
const CELL_AND_SIZE: &[crate::functions::Parameter] =
    &[exactly("h3cell", Text), optional("resolution", Accepts::Integer)];

function!(pub(super) LEVEL = ["geo_h3cell_level"], Naming::None, [by_kernel(CELL, &SIZE)]);
kernel!(
    /// Null for what is no cell.
    SIZE = "kql_geo_h3cell_level" -> Int, |a, n| map1::<Str, i32, Int32Array>(a, n, |token| {
        cell(token).map(|cell| u8::from(cell.resolution()).into())
    })
);

function!(pub(super) PARENT = ["geo_h3cell_parent"], Naming::None, [by_kernel(CELL_AND_SIZE, &ABOVE)]);
kernel!(
    /// The next larger cell, or that of a size; blank where there is none.
    ABOVE = "kql_geo_h3cell_parent" -> String, |a, n| {
        let tokens = Column::<Str>::of(&a[0])?;
        let resolutions = a.get(1).map(Column::<Long>::of).transpose()?;
        let mut out = TextOut::new(n);
        for row in crate::limits::rows(n) {
            let cell = tokens.get(row).and_then(cell);
            let size = match &resolutions {
                None => cell.and_then(|cell| cell.resolution().pred()),
                Some(resolutions) => resolutions.get(row).and_then(resolution),
            };
            let parent = cell.zip(size).and_then(|(cell, size)| cell.parent(size));
            out.push(&parent.map(|parent| parent.to_string()).unwrap_or_default());
        }
        Ok(out.finish())
    }
);

function!(pub(super) CHILDREN = ["geo_h3cell_children"], Naming::None, [by_kernel(CELL_AND_SIZE, &BELOW)]);
kernel!(
    /// The next smaller cells, or those of a size; null where there are none, or too many.
    BELOW = "kql_geo_h3cell_children" -> Dynamic, |a, n| {
        let cells = Column::<Str>::of(&a[0])?;
        let resolutions = a.get(1).map(Column::<Long>::of).transpose()?;
        pack_rows(n, |row, bytes| {
            let Some(cell) = cells.get(row).and_then(cell) else { return };
            let own = u8::from(cell.resolution());
            let size = match &resolutions {
                None => cell.resolution().succ(),
                Some(resolutions) => resolutions.get(row).and_then(resolution),
            };
            let size = size.filter(|size| (own..=own + GENERATIONS_MAX).contains(&u8::from(*size)));
            if let Some(size) = size {
                bytes.extend(tokens(cell.children(size)).pack());
            }
        })
    }
);

function!(pub(super) NEIGHBORS = ["geo_h3cell_neighbors"], Naming::None, [by_kernel(CELL, &AROUND)]);
kernel!(
    /// Null for what is no cell.
    AROUND = "kql_geo_h3cell_neighbors" -> Dynamic, |a, n| pack1::<Str>(a, n, |token, bytes| {
        if let Some(cell) = cell(token) {
            bytes.extend(tokens(neighbors(cell).into_iter()).pack());
        }
    })
);

function!(
    pub(super) RINGS = ["geo_h3cell_rings"],
    Naming::None,
    [by_kernel(&[exactly("h3cell", Text), one("distance", Accepts::Integer)], &RINGS_AROUND)]
);
kernel!(
    /// An array of rings, the cell itself the first; null where the cell or the distance is none.
    RINGS_AROUND = "kql_geo_h3cell_rings" -> Dynamic, |a, n| {
        let (cells, distances) = (Column::<Str>::of(&a[0])?, Column::<Long>::of(&a[1])?);
        pack_rows(n, |row, bytes| {
            let distance = distances.get(row).and_then(|distance| u32::try_from(distance).ok());
            let distance = distance.filter(|distance| *distance <= RINGS_MAX);
            if let Some((cell, distance)) = cells.get(row).and_then(cell).zip(distance) {
                let rings = rings(cell, distance).into_iter().map(|ring| tokens(ring.into_iter()));
                bytes.extend(Tree::Array(rings.collect()).pack());
            }
        })
    }
);

function!(
    pub(super) TO_CENTRAL_POINT = ["geo_h3cell_to_central_point"],
    Naming::None,
    [by_kernel(CELL, &CENTER)]
);
kernel!(
    /// Null for what is no cell.
    CENTER = "kql_geo_h3cell_to_central_point" -> Dynamic, |a, n| pack1::<Str>(a, n, |token, bytes| {
        if let Some(cell) = cell(token) {
            let center = LatLng::from(cell);
            bytes.extend(geometry("Point", point((center.lng(), center.lat()))));
        }
    })
);

function!(pub(super) TO_POLYGON = ["geo_h3cell_to_polygon"], Naming::None, [by_kernel(CELL, &POLYGON)]);
kernel!(
    /// Null for what is no cell.
    POLYGON = "kql_geo_h3cell_to_polygon" -> Dynamic, |a, n| pack1::<Str>(a, n, |token, bytes| {
        if let Some(cell) = cell(token) {
            let boundary = cell.boundary();
            // A ring ends where it begins.
            let corners = boundary.iter().chain(boundary.first());
            let ring = Tree::Array(corners.map(|corner| point((corner.lng(), corner.lat()))).collect());
            bytes.extend(geometry("Polygon", Tree::Array(vec![ring])));
        }
    })
);

#[cfg(test)]
mod tests {
    use crate::testing::{kind, value};

    #[test]
    fn places_have_cells() {
        assert_eq!(value("geo_point_to_h3cell(-74.04450446039874, 40.689250859314974)"), "862a1072fffffff");
        assert_eq!(
            value(
                "strcat(geo_point_to_h3cell(300, 1, 8), geo_point_to_h3cell(1, 1, 16), geo_point_to_h3cell(1, 1, int(null)), geo_point_to_h3cell(real(nan), 1))"
            ),
            ""
        );
        assert_eq!(kind("geo_h3cell_level('862a1072fffffff')"), "int");
        assert_eq!(value("geo_h3cell_level('862a1072fffffff'), geo_h3cell_level('x')"), "6 | null");
    }

    #[test]
    fn cells_have_parents_and_children() {
        assert_eq!(
            value("geo_h3cell_parent('862a1072fffffff'), geo_h3cell_parent('862a1072fffffff', 1)"),
            "852a1073fffffff | 812a3ffffffffff"
        );
        assert_eq!(
            value(
                "strcat(geo_h3cell_parent('862a1072fffffff', 15), geo_h3cell_parent('123'), geo_h3cell_parent('8001fffffffffff'))"
            ),
            ""
        );
        assert_eq!(
            value(
                "geo_h3cell_children('862a1072fffffff')[0], array_length(geo_h3cell_children('862a1072fffffff', 9))"
            ),
            "872a10728ffffff | 343"
        );
        assert_eq!(
            value(
                "geo_h3cell_children('abc'), geo_h3cell_children(geo_point_to_h3cell(1, 1, 9), 15), geo_h3cell_children(geo_point_to_h3cell(1, 1, 15))"
            ),
            "null | null | null"
        );
    }

    #[test]
    fn cells_have_rings() {
        assert_eq!(
            value("geo_h3cell_neighbors('862a1072fffffff')"),
            r#"["862a10777ffffff","862a100d7ffffff","862a100dfffffff","862a1070fffffff","862a10707ffffff","862a10727ffffff"]"#
        );
        assert_eq!(
            value("geo_h3cell_rings('861f8894fffffff', 1)"),
            r#"[["861f8894fffffff"],["861f88947ffffff","861f8895fffffff","861f88867ffffff","861f8d497ffffff","861f8d4b7ffffff","861f8896fffffff"]]"#
        );
        // A pentagon has five neighbors.
        assert_eq!(value("array_length(geo_h3cell_neighbors('8009fffffffffff'))"), "5");
        assert_eq!(
            value(
                "geo_h3cell_rings('861f8894fffffff', 150), geo_h3cell_rings('861f8894fffffff', -1), geo_h3cell_neighbors('')"
            ),
            "null | null | null"
        );
    }

    #[test]
    fn cells_have_corners() {
        let center = value(
            "c = geo_h3cell_to_central_point('862a1072fffffff').coordinates | project round(todouble(c[0]), 9), round(todouble(c[1]), 9)",
        );
        assert_eq!(center, "-74.016008480 | 40.704167908".replace("480 ", "48 "));
        let corners = value(
            "p = geo_h3cell_to_polygon('862a1072fffffff').coordinates[0] | project array_length(p), round(todouble(p[0][0]), 9), tostring(p[0]) == tostring(p[6])",
        );
        assert_eq!(corners, "7 | -74.002274465 | True");
        assert_eq!(value("geo_h3cell_to_polygon('@'), geo_h3cell_to_central_point('1')"), "null | null");
    }
}
