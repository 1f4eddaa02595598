//! The whole documented language, a query a line, and the forms that published queries use.

use crate::round_trip::check;

const STATEMENTS: &str = r#"
let n = 5; Flows | take n
let Recent = Flows | where Start > ago(1d); Recent | count
let Busy = (Flows | where Bytes > 10); union Busy, Flows
let scale = (value:real, digits:int = 2, unit:string = "B") { strcat(round(value, digits), unit) }; print scale(1.5)
let top_n = (T:(Bytes:long, *), n:long) { T | top n by Bytes; }; top_n(Flows, 3)
let any_table = (T:(*)) { T | count }; any_table(Flows)
let Empty = view () { print isPresent = 'false' }; union isfuzzy = true Empty, (Flows | take 1)
let Older = view(limit:long) { Flows | take limit }; Older(3)
let both = () { let a = 1; let b = 2; a + b; }; print both()
let ['odd name'] = 1; print ['odd name']
let Total = toscalar(Flows | summarize sum(Bytes)); Flows | extend Share = 100.0 * Bytes / Total
let Once = materialize(Flows | summarize Bytes = sum(Bytes) by SrcIp); Once | join Once on SrcIp
declare query_parameters(days:long, region:string = "west", since:datetime = datetime(2026-01-01)); Flows | where Region == region
set notruncation; Flows
set truncationmaxsize = 1048576; set label = "x"; print 1
alias database Other = cluster("c1").database("d1"); database("Other").Flows
declare pattern area = (name:string)[part:string] { ("a").["b"] = { Flows | take 1 }; ("c").["d"] = { Flows }; }; area("a").b
restrict access to (Flows, Topo*); Flows
Flows | count; Topology | count
"#;

const SOURCES: &str = r#"
Flows
['Flows of today'] | take 1
database("d1").Flows | take 1
cluster("c1").database("d1").Flows | take 1
cluster('c1').database('d1').['Flow table'] | take 1
database("d1").recent_flows(5) | take 1
recent_flows(datetime(2026-01-01), 5) | count
datatable(Ip:string, Port:long)["10.0.0.1", 443, "10.0.0.2", -1,]
datatable (Ip : string , ['the port'] : int) [ 'a' , int(1) ] | take 1
datatable(x:dynamic)[dynamic([1, 2]), dynamic({"a": null})]
print 1, x = "a", now() - 1d
range t from ago(1d) to now() step 1h
range ['the step'] from 1 to 10 step 2
union Flows, Topology
union withsource = Source kind=outer isfuzzy=true Flows*, (Topology | take 1), database("d1").Flow*, *_CL
union *
externaldata(Ip:string, Note:string)[@"https://example.test/a.csv", h@"https://example.test/b.csv"] with (format = "csv", ignoreFirstRecord = true)
search "web"
search in (Flows, Topo*) "web" and Port:"443"
search kind=case_sensitive * has "Web" or Port == 443
find where Port == 443
find withsource=Source in (Flows, Topo*) where Port == 443 project Port, Name:string, pack(*)
find in (Flows) where * has "web" project-smart
evaluate python(typeof(*, score:real), "code")
graph("g") | graph-match (a)-[e]->(b) where a.x == 1 project a.x
inline_external_table (Ip:string) kind=storage dataformat=csv (h@"https://example.test/x") | take 1
macro-expand entity_group [cluster("a").database("b"), C] as X (X.Flows | count)
(Flows) | take 1
(Flows | take 1) | count
"#;

const OPERATORS: &str = r#"
Flows | as Mine | join Mine on Ip
Flows | as hint.materialized = true Mine
Flows | assert-schema (Ip:string, Port:long)
Flows | consume
Flows | count as Rows
Flows | distinct *
Flows | distinct hint.strategy=shuffle Ip, Upper = toupper(Name)
Flows | evaluate bag_unpack(Details)
Flows | evaluate hint.distribution=single bag_unpack(Details, 'd_') : (*, d_a:string, d_b:long)
Flows | evaluate pivot(Port, sum(Bytes), Ip) : (Ip:string, *)
Flows | extend Mb = Bytes / 1048576, (a, b) = series_fit(x)
Flows | facet by Ip, Port with (where Bytes > 1 | take 3)
Flows | facet by Ip with where Bytes > 1
Flows | filter Port == 443
Flows | fork (where Port == 443 | take 1) big = (where Bytes > 10) (count)
Flows | getschema
Flows | getschema kind=csl
Flows | invoke enrich("x", 2)
Flows | invoke database("d1").enrich()
Flows | join Topology on Ip
Flows | join kind = leftouter hint.strategy = broadcast (Topology | project Ip, Vm) on Ip, $left.Vm == $right.Name
Flows | join kind=inner (Topology) on ($left.A == $right.Z) and ($left.Z == $right.A)
Flows | lookup kind=leftouter (Topology) on Ip
Flows | lookup Names on $left.SrcIp == $right.Ip
Flows | limit 5
Flows | make-series Sum = sum(Bytes) default = 0, count() on Start from ago(1d) to now() step 1h by Ip, bin(Port, 100)
Flows | make-series avg(Bytes) on Start in range(datetime(2026-01-01), datetime(2026-01-02), 1h) by Ip
Flows | make-series kind=nonempty count() on Start step 5m
Flows | make-graph Src --> Dst with Topology on Name | graph-match (a)-[e*1..3]->(b) project a.Name
Flows | make-graph Src --> Dst with_node_id=Name | graph-to-table nodes as N, edges as E
Flows | mv-apply x = Ports to typeof(long) on (where x > 1 | top 1 by x)
Flows | mv-apply with_itemindex=i x = Ports, y = Names to typeof(string) limit 3 on (take 1)
Flows | mv-apply x = Ports on (let limit = 2; where x > limit | summarize make_list(x))
Flows | mv-expand Ports
Flows | mv-expand bagexpansion=array with_itemindex=i Ports to typeof(long), n = Names limit 5
Flows | mvexpand vm = pack_array(SrcVm, DestVm) to typeof(string)
Flows | order by Bytes
Flows | parse Name with * "/" Group:string "/" Vm
Flows | parse kind = regex flags = i Name with @"rg-\d+/" Vm:string ["the rest"]
Flows | parse-where kind=relaxed Name with Size:long " " *
Flows | parse-kv Details as (a:string, ['b c']:long) with (pair_delimiter = ",", kv_delimiter = "=", quote = '"')
Flows | partition by Ip (top 3 by Bytes)
Flows | partition hint.strategy=native by Ip { Topology | where Name == "x" | count }
Flows | project Ip, Mb = Bytes / 1048576, Details.a, Details["b"][0], tostring(Port)
Flows | project-away Internal*, *_s, a*b, Plain
Flows | project-by-names "Ip", dynamic(["Port", "B*"])
Flows | project-keep Src*, Dst*
Flows | project-rename Source = SrcIp, ['the port'] = Port
Flows | project-reorder Ip, B* asc, C* desc, D granny-asc, * granny-desc
Flows | reduce by Name with threshold = 0.2, characters = "-_"
Flows | render timechart
Flows | render columnchart with (title = "Bytes a day", xcolumn = Day, ycolumns = In, Out, kind = stacked, ymin = -5)
Flows | render areachart kind=stacked title="x"
Flows | render 3Dchart
Flows | sample 10
Flows | sample-distinct 5 of Ip
Flows | scan declare (start:long = 0, name:string) with (step begin: Bytes > 10 => start = Bytes, name = Ip; step rest output=last: Bytes > begin.start;)
Flows | scan with_match_id=m order by Start asc partition by Ip with (step s optional output=none: true;)
Flows | search "web"
Flows | serialize
Flows | serialize Row = row_number()
Flows | sort by Bytes asc, Ip desc nulls first, Port nulls last
Flows | summarize count(), Total = sum(Bytes), arg_max(Start, *) by Ip, Day = bin(Start, 1d)
Flows | summarize hint.strategy=shuffle hint.num_partitions=8 (a, b) = percentiles(Bytes, 50, 95) by Ip
Flows | summarize by Ip
Flows | take 5
Flows | top 5 by Bytes
Flows | top 5 by Rank = Bytes + 1 asc nulls first
Flows | top-hitters 5 of Ip by Bytes
Flows | top-nested of Port by max(1), top-nested 3 of Peer = DestIp with others = "rest" by Total = sum(Bytes) desc
Flows | union Topology, (Names | take 1)
Flows | where Port in (Ports) and Ip !in~ ((Topology | project Ip))
"#;

const EXPRESSIONS: &str = r#"
print -1, +2, -x, - 1d, a - -b, a-1, -(1)
print a + b * c - d % e / f
print a or b and c == d, (a or b) and not(c)
Flows | where a == 1 and b != 2 and c <> 3 and d =~ "x" and e !~ 'y'
Flows | where a < b and a <= b and a > b and a >= b
Flows | where a has "x" and a !has "x" and a has_cs "x" and a !has_cs "x"
Flows | where a hasprefix "x" and a !hasprefix "x" and a hassuffix_cs "x" and a !hassuffix_cs "x"
Flows | where a contains "x" and a !contains "x" and a contains_cs "x" and a !contains_cs "x"
Flows | where a notcontains "x" and a notcontainscs "x" and a containscs "x"
Flows | where a startswith "x" and a !startswith_cs "x" and a endswith "x" and a !endswith "x"
Flows | where a matches regex @"^\d+$" and a like "10.*" and a notlike "x" and a likecs "x" and a notlikecs "x"
Flows | where a in (1, 2) and a !in ("x") and a in~ ('x') and a !in~ ((T | project x)) and a in (T)
Flows | where a has_any ("x", "y") and a has_all (dynamic(["x"])) and Port in (dynamic(["80"]))
Flows | where a between (1 .. 2) and b !between (ago(1d) .. now()) and c between (x .. 7d)
Flows | where * has "x" or * == "y"
Flows | where a:"x"
print a.b.c, a["b"], a[0], a[-1], a.b[0].c, f(x)[1], (a).b, a.['b c'], a.[b], "x"[0]
print f(), f(1, x = 2), count(), arg_max(x, *), not(x), iff(a, b, c)
print extract("a", 1, b, typeof(long)), typeof(string)
print 1, 0x1F, 1.5, 1e3, 1.5E-3, true, false, True
print 1d, 1.5h, 30m, 10s, 100ms, 6microsecond, 7tick, 1day, 2hours, 3minutes
print int(1), int(null), long(-5), long(0xFF), real(nan), real(+inf), real(-inf), double(1e5), decimal(1.50)
print bool(true), boolean(false), bool(null), datetime(2026-01-02), datetime(2026-01-02 03:04:05.123), date(null)
print datetime('2026-01-01T00:00:00.000Z'), datetime("2026-01-01"), timespan(1.02:03:04), time(2), timespan(null)
print guid(12345678-1234-1234-1234-1234567890ab), guid(null)
print "a\tb\"c", 'it\'s', @"C:\x", @'a''b', h"secret", h@'C:\s', "a" 'b' @"c"
print dynamic(null), dynamic([1, -2.5, "x", 'y', true, null, datetime(2026-01-01), 1d]), dynamic({"a": {"b": []}})
Flows | where type == 1 and count > 2 and kind == 3 and from == "x" and order in (1)
Flows | extend title = 1, by = 2, to = 3 | project ['title'], ['by']
Flows | where _ResourceId == "x" and $table == "y"
"#;

const FORMS_OF_PUBLISHED_QUERIES: &str = r#"
Flows | where iff("'*'" == "'*'", true, Region in~ ('*'))
Flows | summarize V = iff('flows' =~ 'bytes', sum(A), iff('flows' =~ 'packets', sum(B), sum(C))) by Ip
Flows | where iff(3600 < 86400, Start between (todatetime('2026-01-01') .. datetime_add('day', 7, todatetime('2026-01-01'))), true)
Flows | extend P = split(Subnet, '/') | extend rg = P[0], vnet = P[1] | where rg in~ ('rg-a', 'rg-b')
Flows | extend Ip = tostring(split(Ip, '|')[0]), OutBytes = tolong(split(Ip, '|')[5]), Last = split(Name, '/')[-1]
Flows | summarize B = sum(Bytes) by Time = todatetime(ceiling(Start / 28m) * 28m)
let Fallback = view () { print isPresent = 'false' }; union isfuzzy = true Fallback, (Flows | take 1 | project isPresent = iff(iscolumnexists('SrcIp'), 'true', 'false')) | top 1 by isPresent
let f = (x:real, digits:int) { iff(x < 1000, tostring(round(x, digits)), strcat(round(x / 1000, digits), 'K')) }; print f(1, 2)
let f = (disabled:bool=false) { Flows | where not(disabled) }; f(disabled=false)
Flows | where Ip like "10.0.*" and Port in (split('80,443', ','))
Flows | summarize arg_max(TimeProcessed, *) by Subscription | top 1 by TimeGenerated
Flows | summarize hint.strategy=shuffle count() by Ip;
Flows | mv-apply x = list to typeof(string) on (where x != '' | summarize make_list(x))
Flows | extend r = extractall(@"(\d+)-(\d+)", dynamic([1]), Name), s = extract("(a|)-(b|)", 1, Name)
"#;

/// All queries of this file.
pub fn queries() -> impl Iterator<Item = &'static str> {
    [STATEMENTS, SOURCES, OPERATORS, EXPRESSIONS, FORMS_OF_PUBLISHED_QUERIES]
        .into_iter()
        .flat_map(str::lines)
        .filter(|line| !line.is_empty())
}

fn assert_all_read(queries: &str) {
    for query in queries.lines().filter(|line| !line.is_empty()) {
        let parsed = weir_kql::parse(query);
        assert!(parsed.diagnostics.is_empty(), "{}", weir_kql::render(query, &parsed.diagnostics));
        check(query);
    }
}

#[test]
fn statements() {
    assert_all_read(STATEMENTS);
}

#[test]
fn sources() {
    assert_all_read(SOURCES);
}

#[test]
fn operators() {
    assert_all_read(OPERATORS);
}

#[test]
fn expressions() {
    assert_all_read(EXPRESSIONS);
}

#[test]
fn forms_of_published_queries() {
    assert_all_read(FORMS_OF_PUBLISHED_QUERIES);
}

#[test]
fn text_as_it_arrives() {
    let messy = "\u{feff}\r\n\r\n// first\r\nFlows\r\n\t| where\u{a0}Port == 443 // tail\r\n// skip\r\n| project Ip, // one\r\n  Port\r\n\r\n// end";
    let parsed = weir_kql::parse(messy);
    assert!(parsed.diagnostics.is_empty(), "{}", weir_kql::render(messy, &parsed.diagnostics));
    check(messy);
    let quoted = "Flows | where Ip == “10.1.1.8” and Name == ‘web’ or Note == ”10.0.0.0/27″";
    let parsed = weir_kql::parse(quoted);
    assert!(!parsed.has_errors());
    assert_eq!(parsed.diagnostics.len(), 1);
    let tidy = weir_kql::format_text(quoted).unwrap();
    assert_eq!(tidy, "Flows\n| where Ip == \"10.1.1.8\" and Name == \"web\" or Note == \"10.0.0.0/27\"\n");
}
