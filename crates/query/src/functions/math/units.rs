//! `convert_length` and its kin: a value in another unit.
//!
//! Units whose size is defined exactly are converted. Those that the original holds as rounded numbers, which are
//! not published, are refused by their names.
//!
//! Source: <https://learn.microsoft.com/kusto/query/convert-length-function>

use datafusion::arrow::array::{ArrayRef, Float64Array};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ColumnarValue;
use std::f64::consts::PI;
use weir_value::KustoType::String as Text;

use crate::functions::{Accepts, Function, Naming, by_kernel, exactly, one};
use crate::kernel;
use crate::kernel::{Column, Real as RealValue, Str};

pub(crate) const FUNCTIONS: &[&Function] =
    &[&ANGLE, &ENERGY, &FORCE, &LENGTH, &MASS, &SPEED, &TEMPERATURE, &VOLUME];

/// What a unit is: so many, by so many, of the unit that all others are measured in; after adding something.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Unit {
    /// Added before the value is scaled.
    shift: f64,
    /// A value is multiplied by this …
    times: f64,
    /// … and divided by this.
    by: f64,
}

const fn unit(times: f64, by: f64) -> Unit {
    Unit { shift: 0.0, times, by }
}

/// A quantity: its units, and the names of those whose size is not published.
struct Quantity {
    units: &'static [(&'static str, Unit)],
    unpublished: &'static [&'static str],
}

macro_rules! convert {
    ($function:ident, $kernel:ident, $name:literal, $quantity:ident) => {
        function!(
            $function = [$name],
            Naming::None,
            [by_kernel(&[one("value", Accepts::Real), exactly("from", Text), exactly("to", Text)], &$kernel)]
        );
        kernel!($kernel = (concat!("kql_", $name)) -> Real, |a, n| convert(a, n, &$quantity));
    };
}

convert!(ANGLE, OF_ANGLE, "convert_angle", ANGLES);
convert!(ENERGY, OF_ENERGY, "convert_energy", ENERGIES);
convert!(FORCE, OF_FORCE, "convert_force", FORCES);
convert!(LENGTH, OF_LENGTH, "convert_length", LENGTHS);
convert!(MASS, OF_MASS, "convert_mass", MASSES);
convert!(SPEED, OF_SPEED, "convert_speed", SPEEDS);
convert!(TEMPERATURE, OF_TEMPERATURE, "convert_temperature", TEMPERATURES);
convert!(VOLUME, OF_VOLUME, "convert_volume", VOLUMES);

/// Null for what is no unit.
fn convert(a: &[ColumnarValue], rows: usize, quantity: &Quantity) -> Result<ArrayRef> {
    let values = Column::<RealValue>::of(&a[0])?;
    let (from, to) = (Column::<Str>::of(&a[1])?, Column::<Str>::of(&a[2])?);
    let find = |name: Option<&str>| -> Result<Option<Unit>> {
        let Some(name) = name else { return Ok(None) };
        if quantity.unpublished.contains(&name) {
            return exec_err!("not supported yet: the unit '{name}'");
        }
        Ok(quantity.units.iter().find(|(known, _)| *known == name).map(|(_, unit)| *unit))
    };
    let constant = match (from.constant(), to.constant()) {
        (Some(from), Some(to)) => Some((find(from)?, find(to)?)),
        _ => None,
    };
    let converted: Result<Float64Array> = crate::limits::rows(rows)
        .map(|row| {
            let units = match constant {
                Some(units) => units,
                None => (find(from.get(row))?, find(to.get(row))?),
            };
            let (Some(value), (Some(from), Some(to))) = (values.get(row), units) else { return Ok(None) };
            let base = (value + from.shift) * from.times / from.by;
            Ok(Some(base * to.by / to.times - to.shift))
        })
        .collect();
    Ok(std::sync::Arc::new(converted?))
}

const ANGLES: Quantity = Quantity {
    units: &[
        ("Arcminute", unit(1.0, 60.0)),
        ("Arcsecond", unit(1.0, 3_600.0)),
        ("Centiradian", unit(1.8, PI)),
        ("Deciradian", unit(18.0, PI)),
        ("Degree", unit(1.0, 1.0)),
        ("Gradian", unit(0.9, 1.0)),
        ("Microdegree", unit(1.0, 1e6)),
        ("Microradian", unit(1.8e-4, PI)),
        ("Millidegree", unit(1.0, 1e3)),
        ("Milliradian", unit(0.18, PI)),
        ("Nanodegree", unit(1.0, 1e9)),
        ("Nanoradian", unit(1.8e-7, PI)),
        ("NatoMil", unit(9.0, 160.0)),
        ("Radian", unit(180.0, PI)),
        ("Revolution", unit(360.0, 1.0)),
    ],
    unpublished: &["Tilt"],
};

/// Joules in a British thermal unit of the International Table.
const BTU: f64 = 1_055.055_852_62;

const ENERGIES: Quantity = Quantity {
    units: &[
        ("BritishThermalUnit", unit(BTU, 1.0)),
        ("Calorie", unit(4.184, 1.0)),
        ("DecathermEc", unit(1e6 * BTU, 1.0)),
        ("DecathermUs", unit(1.054_804e9, 1.0)),
        ("Erg", unit(1.0, 1e7)),
        ("GigabritishThermalUnit", unit(1e9 * BTU, 1.0)),
        ("Gigajoule", unit(1e9, 1.0)),
        ("GigawattDay", unit(8.64e13, 1.0)),
        ("GigawattHour", unit(3.6e12, 1.0)),
        ("Joule", unit(1.0, 1.0)),
        ("KilobritishThermalUnit", unit(1e3 * BTU, 1.0)),
        ("Kilocalorie", unit(4_184.0, 1.0)),
        ("Kilojoule", unit(1e3, 1.0)),
        ("KilowattDay", unit(8.64e7, 1.0)),
        ("KilowattHour", unit(3.6e6, 1.0)),
        ("MegabritishThermalUnit", unit(1e6 * BTU, 1.0)),
        ("Megacalorie", unit(4.184e6, 1.0)),
        ("Megajoule", unit(1e6, 1.0)),
        ("MegawattDay", unit(8.64e10, 1.0)),
        ("MegawattHour", unit(3.6e9, 1.0)),
        ("Millijoule", unit(1.0, 1e3)),
        ("TerawattDay", unit(8.64e16, 1.0)),
        ("TerawattHour", unit(3.6e15, 1.0)),
        ("ThermEc", unit(1e5 * BTU, 1.0)),
        ("ThermUs", unit(1.054_804e8, 1.0)),
        ("WattDay", unit(86_400.0, 1.0)),
        ("WattHour", unit(3_600.0, 1.0)),
    ],
    unpublished: &[
        "DecathermImperial",
        "ElectronVolt",
        "FootPound",
        "GigaelectronVolt",
        "HorsepowerHour",
        "KiloelectronVolt",
        "MegaelectronVolt",
        "TeraelectronVolt",
        "ThermImperial",
    ],
};

const FORCES: Quantity = Quantity {
    units: &[
        ("Decanewton", unit(10.0, 1.0)),
        ("Dyn", unit(1.0, 1e5)),
        ("KilogramForce", unit(9.806_65, 1.0)),
        ("Kilonewton", unit(1e3, 1.0)),
        ("KiloPond", unit(9.806_65, 1.0)),
        ("KilopoundForce", unit(4_448.221_615_260_5, 1.0)),
        ("Meganewton", unit(1e6, 1.0)),
        ("Micronewton", unit(1.0, 1e6)),
        ("Millinewton", unit(1.0, 1e3)),
        ("Newton", unit(1.0, 1.0)),
        ("OunceForce", unit(4.448_221_615_260_5, 16.0)),
        ("PoundForce", unit(4.448_221_615_260_5, 1.0)),
        ("ShortTonForce", unit(8_896.443_230_521, 1.0)),
        ("TonneForce", unit(9_806.65, 1.0)),
    ],
    unpublished: &["Poundal"],
};

const LENGTHS: Quantity = Quantity {
    units: &[
        ("Angstrom", unit(1.0, 1e10)),
        ("AstronomicalUnit", unit(149_597_870_700.0, 1.0)),
        ("Centimeter", unit(1.0, 100.0)),
        ("Chain", unit(20.1168, 1.0)),
        ("DataMile", unit(1_828.8, 1.0)),
        ("Decameter", unit(10.0, 1.0)),
        ("Decimeter", unit(1.0, 10.0)),
        ("DtpPoint", unit(0.0254, 72.0)),
        ("Fathom", unit(1.8288, 1.0)),
        ("Foot", unit(0.3048, 1.0)),
        ("Hand", unit(0.1016, 1.0)),
        ("Hectometer", unit(100.0, 1.0)),
        ("Inch", unit(0.0254, 1.0)),
        ("Kilometer", unit(1e3, 1.0)),
        ("Meter", unit(1.0, 1.0)),
        ("Microinch", unit(0.0254, 1e6)),
        ("Micrometer", unit(1.0, 1e6)),
        ("Mil", unit(0.0254, 1e3)),
        ("Millimeter", unit(1.0, 1e3)),
        ("Nanometer", unit(1.0, 1e9)),
        ("NauticalMile", unit(1_852.0, 1.0)),
        ("Shackle", unit(27.432, 1.0)),
        ("UsSurveyFoot", unit(1_200.0, 3_937.0)),
        ("Yard", unit(0.9144, 1.0)),
    ],
    unpublished: &[
        "DtpPica",
        "KilolightYear",
        "Kiloparsec",
        "LightYear",
        "MegalightYear",
        "Megaparsec",
        "Mile",
        "Parsec",
        "PrinterPica",
        "PrinterPoint",
        "SolarRadius",
        "Twip",
    ],
};

/// Kilograms in a pound.
const POUND: f64 = 0.453_592_37;

const MASSES: Quantity = Quantity {
    units: &[
        ("Centigram", unit(1.0, 1e5)),
        ("Decagram", unit(1.0, 100.0)),
        ("Decigram", unit(1.0, 1e4)),
        ("Grain", unit(POUND, 7_000.0)),
        ("Gram", unit(1.0, 1e3)),
        ("Hectogram", unit(1.0, 10.0)),
        ("Kilogram", unit(1.0, 1.0)),
        ("Kilopound", unit(453.592_37, 1.0)),
        ("Kilotonne", unit(1e6, 1.0)),
        ("LongHundredweight", unit(50.802_345_44, 1.0)),
        ("LongTon", unit(1_016.046_908_8, 1.0)),
        ("Megapound", unit(453_592.37, 1.0)),
        ("Megatonne", unit(1e9, 1.0)),
        ("Microgram", unit(1.0, 1e9)),
        ("Milligram", unit(1.0, 1e6)),
        ("Nanogram", unit(1.0, 1e12)),
        ("Pound", unit(POUND, 1.0)),
        ("ShortHundredweight", unit(45.359_237, 1.0)),
        ("ShortTon", unit(907.184_74, 1.0)),
        ("Stone", unit(6.350_293_18, 1.0)),
        ("Tonne", unit(1e3, 1.0)),
    ],
    unpublished: &["EarthMass", "Ounce", "Slug", "SolarMass"],
};

const SPEEDS: Quantity = Quantity {
    units: &[
        ("CentimeterPerHour", unit(0.01, 3_600.0)),
        ("CentimeterPerMinute", unit(0.01, 60.0)),
        ("CentimeterPerSecond", unit(0.01, 1.0)),
        ("DecimeterPerMinute", unit(0.1, 60.0)),
        ("DecimeterPerSecond", unit(0.1, 1.0)),
        ("FootPerHour", unit(0.3048, 3_600.0)),
        ("FootPerMinute", unit(0.3048, 60.0)),
        ("FootPerSecond", unit(0.3048, 1.0)),
        ("InchPerHour", unit(0.0254, 3_600.0)),
        ("InchPerMinute", unit(0.0254, 60.0)),
        ("InchPerSecond", unit(0.0254, 1.0)),
        ("KilometerPerHour", unit(1e3, 3_600.0)),
        ("KilometerPerMinute", unit(1e3, 60.0)),
        ("KilometerPerSecond", unit(1e3, 1.0)),
        ("MeterPerHour", unit(1.0, 3_600.0)),
        ("MeterPerMinute", unit(1.0, 60.0)),
        ("MeterPerSecond", unit(1.0, 1.0)),
        ("MicrometerPerMinute", unit(1e-6, 60.0)),
        ("MicrometerPerSecond", unit(1e-6, 1.0)),
        ("MilePerHour", unit(0.447_04, 1.0)),
        ("MillimeterPerHour", unit(1e-3, 3_600.0)),
        ("MillimeterPerMinute", unit(1e-3, 60.0)),
        ("MillimeterPerSecond", unit(1e-3, 1.0)),
        ("NanometerPerMinute", unit(1e-9, 60.0)),
        ("NanometerPerSecond", unit(1e-9, 1.0)),
        ("UsSurveyFootPerHour", unit(1_200.0, 3_937.0 * 3_600.0)),
        ("UsSurveyFootPerMinute", unit(1_200.0, 3_937.0 * 60.0)),
        ("UsSurveyFootPerSecond", unit(1_200.0, 3_937.0)),
        ("YardPerHour", unit(0.9144, 3_600.0)),
        ("YardPerMinute", unit(0.9144, 60.0)),
        ("YardPerSecond", unit(0.9144, 1.0)),
    ],
    unpublished: &["Knot"],
};

const TEMPERATURES: Quantity = Quantity {
    units: &[
        ("DegreeCelsius", Unit { shift: 273.15, times: 1.0, by: 1.0 }),
        ("DegreeDelisle", Unit { shift: -559.725, times: -2.0, by: 3.0 }),
        ("DegreeFahrenheit", Unit { shift: 459.67, times: 5.0, by: 9.0 }),
        ("DegreeNewton", Unit { shift: 90.1395, times: 100.0, by: 33.0 }),
        ("DegreeRankine", unit(5.0, 9.0)),
        ("DegreeReaumur", Unit { shift: 218.52, times: 5.0, by: 4.0 }),
        ("DegreeRoemer", Unit { shift: 135.903_75, times: 40.0, by: 21.0 }),
        ("Kelvin", unit(1.0, 1.0)),
    ],
    unpublished: &["SolarTemperature"],
};

const VOLUMES: Quantity = Quantity {
    units: &[
        ("Centiliter", unit(1.0, 1e5)),
        ("CubicCentimeter", unit(1.0, 1e6)),
        ("CubicDecimeter", unit(1.0, 1e3)),
        ("CubicHectometer", unit(1e6, 1.0)),
        ("CubicKilometer", unit(1e9, 1.0)),
        ("CubicMeter", unit(1.0, 1.0)),
        ("CubicMicrometer", unit(1.0, 1e18)),
        ("CubicMillimeter", unit(1.0, 1e9)),
        ("Decaliter", unit(1.0, 100.0)),
        ("Deciliter", unit(1.0, 1e4)),
        ("HectocubicMeter", unit(100.0, 1.0)),
        ("Hectoliter", unit(1.0, 10.0)),
        ("KilocubicMeter", unit(1e3, 1.0)),
        ("Kiloliter", unit(1.0, 1.0)),
        ("Liter", unit(1.0, 1e3)),
        ("Megaliter", unit(1e3, 1.0)),
        ("MetricCup", unit(1.0, 4e3)),
        ("MetricTeaspoon", unit(1.0, 2e5)),
        ("Microliter", unit(1.0, 1e9)),
        ("Milliliter", unit(1.0, 1e6)),
    ],
    unpublished: &[
        "AcreFoot",
        "AuTablespoon",
        "BoardFoot",
        "CubicFoot",
        "CubicInch",
        "CubicMile",
        "CubicYard",
        "DecausGallon",
        "DeciusGallon",
        "HectocubicFoot",
        "HectousGallon",
        "ImperialBeerBarrel",
        "ImperialGallon",
        "ImperialOunce",
        "ImperialPint",
        "KilocubicFoot",
        "KiloimperialGallon",
        "KilousGallon",
        "MegacubicFoot",
        "MegaimperialGallon",
        "MegausGallon",
        "OilBarrel",
        "UkTablespoon",
        "UsBeerBarrel",
        "UsCustomaryCup",
        "UsGallon",
        "UsLegalCup",
        "UsOunce",
        "UsPint",
        "UsQuart",
        "UsTablespoon",
        "UsTeaspoon",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{refused, rows, value};

    #[test]
    fn values_change_their_unit() {
        assert_eq!(value("convert_length(3, 'Meter', 'Centimeter')"), "300.0");
        assert_eq!(value("convert_angle(180, 'Degree', 'Radian') == pi()"), "True");
        assert_eq!(value("convert_energy(1, 'KilowattHour', 'Megajoule')"), "3.6");
        assert_eq!(value("convert_speed(36, 'KilometerPerHour', 'MeterPerSecond')"), "10.0");
        assert_eq!(
            value("convert_force(2, 'Kilonewton', 'Newton'), convert_volume(2, 'Liter', 'Milliliter')"),
            "2000.0 | 2000.0"
        );
        assert_eq!(value("round(convert_temperature(212, 'DegreeFahrenheit', 'DegreeCelsius'), 9)"), "100.0");
        assert_eq!(value("convert_mass(1, 'Tonne', 'Kilogram')"), "1000.0");
        assert_eq!(
            rows("datatable(u:string)['Meter', 'ell'] | project convert_length(1, u, 'Centimeter')"),
            "100.0\nnull"
        );
    }

    #[test]
    fn water_boils_at_one_temperature() {
        for (name, boils) in
            [("Celsius", 100.0), ("Delisle", 0.0), ("Newton", 33.0), ("Reaumur", 80.0), ("Roemer", 60.0)]
        {
            let query =
                format!("round(convert_temperature(373.15, 'Kelvin', 'Degree{name}'), 9) == {boils:?}");
            assert_eq!(value(&query), "True", "{name}");
        }
    }

    #[test]
    fn units_of_unknown_size_are_refused_by_name() {
        assert!(
            refused("print convert_length(1, 'Mile', 'Meter')")
                .contains("not supported yet: the unit 'Mile'")
        );
        for quantity in [ANGLES, ENERGIES, FORCES, LENGTHS, MASSES, SPEEDS, TEMPERATURES, VOLUMES] {
            assert!(quantity.units.iter().all(|(name, _)| !quantity.unpublished.contains(name)));
        }
    }
}
