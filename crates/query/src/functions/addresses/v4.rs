//! IPv4 addresses compared, read, printed; ranges of them.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#ipv4ipv6-functions>

use std::net::Ipv4Addr;

use datafusion::arrow::array::Int64Array;
use weir_value::KustoType::{self, Dynamic, String as Text};
use weir_value::dynamic::Packer;

use super::{IN_ARRAY, LISTED, Network, PAIR, compared, in_array, in_listed, matched};
use crate::functions::dynamic::pack_rows;
use crate::functions::{Accepts, Function, Naming, by_kernel, exactly, one, optional, with};
use crate::kernel;
use crate::kernel::{Column, Long, Str, TextOut, map1};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[
    &COMPARE,
    &IS_MATCH,
    &IS_IN_ANY_RANGE,
    &NETMASK_SUFFIX,
    &RANGE_TO_CIDR_LIST,
    &PARSE,
    &PARSE_MASK,
    &FORMAT,
    &FORMAT_MASK,
];

function!(COMPARE = ["ipv4_compare"], Naming::None, [by_kernel(PAIR, &COMPARED)]);
kernel!(COMPARED = "kql_ipv4_compare" -> Long, |a, n| compared::<Network>(a, n));

function!(IS_MATCH = ["ipv4_is_match"], Naming::None, [by_kernel(PAIR, &MATCHED)]);
kernel!(MATCHED = "kql_ipv4_is_match" -> Bool, |a, n| matched::<Network>(a, n));

function!(
    IS_IN_ANY_RANGE = ["ipv4_is_in_any_range"],
    Naming::None,
    [by_kernel(IN_ARRAY, &IN_ANY), with(LISTED, |a| in_listed(a, &IN_ANY))]
);
kernel!(IN_ANY = "kql_ipv4_is_in_any_range" -> Bool, |a, n| in_array::<Network>(a, n));

const IP: &[crate::functions::Parameter] = &[exactly("ip", Text)];

function!(NETMASK_SUFFIX = ["ipv4_netmask_suffix"], Naming::None, [by_kernel(IP, &SUFFIX)]);
kernel!(SUFFIX = "kql_ipv4_netmask_suffix" -> Long, |a, n| {
    map1::<Str, i64, Int64Array>(a, n, |text| Network::parse(text).map(|network| network.prefix.into()))
});

function!(
    RANGE_TO_CIDR_LIST = ["ipv4_range_to_cidr_list"],
    Naming::None,
    [by_kernel(&[exactly("start", Text), exactly("end", Text)], &CIDR_LIST)]
);
kernel!(
    /// The fewest networks that hold all addresses from one to another, and no other.
    CIDR_LIST = "kql_ipv4_range_to_cidr_list" -> Dynamic, |a, n| {
        let (starts, ends) = (Column::<Str>::of(&a[0])?, Column::<Str>::of(&a[1])?);
        pack_rows(n, |row, bytes| {
            let address = |text: Option<&str>| text.and_then(Network::parse).map(|network| u64::from(network.address));
            let (Some(start), Some(end)) = (address(starts.get(row)), address(ends.get(row))) else { return };
            if start > end {
                return;
            }
            Packer::new(bytes).array(|array| {
                let mut next = start;
                while next <= end {
                    // As long as the block begins where its size allows, and does not reach beyond the end.
                    let aligned = next.trailing_zeros().min(32);
                    let fitting = (end - next + 1).ilog2();
                    let bits = aligned.min(fitting);
                    let address = Ipv4Addr::from_bits(next as u32);
                    array.item(|packer| packer.string(&format!("{address}/{}", 32 - bits)));
                    next += 1 << bits;
                }
            });
        })
    }
);

function!(PARSE = ["parse_ipv4"], Naming::None, [by_kernel(IP, &NUMBER)]);
kernel!(NUMBER = "kql_parse_ipv4" -> Long, |a, n| {
    map1::<Str, i64, Int64Array>(a, n, |text| Network::parse(text)?.within(32).map(|network| network.address.into()))
});

function!(
    PARSE_MASK = ["parse_ipv4_mask"],
    Naming::None,
    [by_kernel(&[exactly("ip", Text), one("prefix", Accepts::Integer)], &MASKED_NUMBER)]
);
kernel!(MASKED_NUMBER = "kql_parse_ipv4_mask" -> Long, |a, n| {
    crate::kernel::map2::<Str, Long, i64, Int64Array>(a, n, |text, prefix| {
        Network::parse(text)?.within(prefix).map(|network| network.address.into())
    })
});

function!(
    FORMAT = ["format_ipv4"],
    Naming::None,
    [with(&[one("ip", Accepts::Any), optional("prefix", Accepts::Integer)], |a| format(a, false))]
);
function!(
    FORMAT_MASK = ["format_ipv4_mask"],
    Naming::None,
    [with(&[one("ip", Accepts::Any), optional("prefix", Accepts::Integer)], |a| format(a, true))]
);

fn format(a: &mut crate::bind::Arguments<'_, '_, '_>, with_prefix: bool) -> Typed {
    let ip = a.take(0);
    let ip = match ip.kind {
        KustoType::Int | KustoType::Long => {
            let long = ip.widened();
            a.binder.fold(Typed::new(ADDRESS.call(vec![long.expr]), Text))
        }
        Text | Dynamic => a.binder.converted(ip, Text),
        kind => return a.refuse(0, format!("not supported yet: an address that is a {kind}")),
    };
    let prefix = if a.typed.len() > 1 { a.take(1) } else { Typed::long(32) };
    let exprs = vec![ip.expr, prefix.expr, Typed::bool(with_prefix).expr];
    a.binder.fold(Typed::new(FORMATTED.call(exprs), Text))
}

kernel!(
    /// The text of an address that is a number; blank for a number that is none.
    ADDRESS = "kql_ipv4_of_long" -> String, |a, n| crate::kernel::write1::<Long>(a, n, |number, out| {
        if let Ok(bits) = u32::try_from(number) {
            out.push_str(&Ipv4Addr::from_bits(bits).to_string());
        }
    })
);
kernel!(FORMATTED = "kql_format_ipv4" -> String, |a, n| {
    let (texts, prefixes) = (Column::<Str>::of(&a[0])?, Column::<Long>::of(&a[1])?);
    let with_prefix = Column::<bool>::of(&a[2])?.get(0).unwrap_or(false);
    let mut out = TextOut::new(n);
    for row in crate::limits::rows(n) {
        let network = texts.get(row).and_then(Network::parse);
        let network = network.zip(prefixes.get(row)).and_then(|(network, prefix)| network.within(prefix));
        out.write(|text| {
            use std::fmt::Write;
            if let Some(Network { address, prefix }) = network {
                // Writing to a String cannot fail.
                let _ = write!(text, "{}", Ipv4Addr::from_bits(address));
                if with_prefix {
                    let _ = write!(text, "/{prefix}");
                }
            }
        });
    }
    Ok(out.finish())
});

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows, value};

    #[test]
    fn the_smallest_prefix_decides() {
        assert_eq!(
            value("ipv4_compare('10.0.0.1', '10.0.0.2'), ipv4_compare('10.0.0.9/24', '10.0.0.2')"),
            "-1 | 0"
        );
        assert_eq!(
            value("ipv4_compare('10.0.1.1', '10.0.0.2', 24), ipv4_is_match('10.0.1.1', '10.0.0.2', 16)"),
            "1 | True"
        );
        assert_eq!(
            value("ipv4_is_match('10.0.0.256', '10.0.0.2'), ipv4_is_match('10.0.0.1', '10.0.0.2', 33)"),
            "null | null"
        );
    }

    #[test]
    fn one_range_of_many_is_enough() {
        assert_eq!(value("ipv4_is_in_any_range('10.1.2.3', '192.168.0.0/16', '10.0.0.0/8')"), "True");
        assert_eq!(
            value("ipv4_is_in_any_range('11.1.2.3', dynamic(['192.168.0.0/16', '10.0.0.0/8']))"),
            "False"
        );
        assert_eq!(
            value(
                "ipv4_is_in_any_range('10.1.2.3', dynamic(['x', '10.0.0.0/8'])), ipv4_is_in_any_range('11.1.2.3', 'x')"
            ),
            "True | null"
        );
        assert_eq!(value("ipv4_is_in_any_range('x', '10.0.0.0/8')"), "null");
        assert_eq!(
            rows(
                "datatable(r:dynamic)[dynamic(['10.0.0.0/8']), dynamic(null)] | project ipv4_is_in_any_range('10.0.0.1', r)"
            ),
            "True\nnull"
        );
    }

    #[test]
    fn ranges_become_networks() {
        assert_eq!(
            value("ipv4_range_to_cidr_list('10.0.0.1', '10.0.0.6')"),
            r#"["10.0.0.1/32","10.0.0.2/31","10.0.0.4/31","10.0.0.6/32"]"#
        );
        assert_eq!(value("ipv4_range_to_cidr_list('0.0.0.0', '255.255.255.255')"), r#"["0.0.0.0/0"]"#);
        assert_eq!(value("ipv4_range_to_cidr_list('10.0.0.2', '10.0.0.1')"), "null");
    }

    #[test]
    fn addresses_are_numbers_and_texts() {
        assert_eq!(
            value("parse_ipv4('10.0.0.255/24'), parse_ipv4('x'), parse_ipv4_mask('10.0.0.255', 31)"),
            "167772160 | null | 167772414"
        );
        assert_eq!(
            value(
                "ipv4_netmask_suffix('10.0.0.0/8'), ipv4_netmask_suffix('10.0.0.1'), ipv4_netmask_suffix('')"
            ),
            "8 | 32 | null"
        );
        assert_eq!(
            value("format_ipv4('10.1.2.3', 24), format_ipv4(167772161), format_ipv4_mask('10.1.2.3/30', 31)"),
            "10.1.2.0 | 10.0.0.1 | 10.1.2.0/30"
        );
        assert_eq!(value("strcat(format_ipv4('x'), format_ipv4(-1), format_ipv4('10.0.0.1', 40))"), "");
        assert!(refused("print format_ipv4(1.5)").contains("not supported yet: an address that is a real"));
    }
}
