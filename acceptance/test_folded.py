"""Public addresses in rows: folded by country or region, in lists with counters, and nothing lost on the way."""

import pytest

from product import Weir, simulate
from tables import assert_same, select
from truth import KEY as TRUTH_KEY

COUNTERS = ["PacketsSrcToDest", "BytesSrcToDest", "PacketsDestToSrc", "BytesDestToSrc", "CompletedFlows", "RecordCount"]
STARTED = "AllowedInFlows + AllowedOutFlows + DeniedInFlows + DeniedOutFlows"
PUBLIC = "FlowType IN ('AzurePublic', 'ExternalPublic', 'MaliciousFlow')"
#: What rows of a list have in common.
KEY = """
    FlowIntervalStartTime, MacAddress, FlowDirection, FlowStatus, FlowEncryption, FlowType, FlowLogResourceId, NsgList,
    AclGroup, AclRule, DestPort, L4Protocol, Country, AzureRegion
"""


class Company:
    def __init__(self, folder, *flags):
        self.logs = folder / "logs"
        simulate(self.logs, "--hours", 6, "--end", "2026-06-02T14:00:00Z")
        self.weir = Weir(folder / "data")
        self.weir.know(self.logs, taken="2026-06-01T00:00:00Z")
        self.told = self.weir.ingest(self.logs)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    return Company(tmp_path_factory.mktemp("folded"))


def test_only_one_side_is_blank_and_it_has_a_list(company, duck):
    rows = select(
        duck,
        company.weir.table("NTANetAnalytics"),
        """
        SELECT FlowType, SrcIp = '' AS Src, DestIp = '' AS Dest, SrcPublicIps != '' AS SrcList, DestPublicIps != '' AS DestList,
            count(*) AS n
        FROM written GROUP BY ALL
        """,
    ).to_pylist()
    assert len(rows) > 5
    for row in rows:
        assert (row["Src"], row["Dest"]) == (row["SrcList"], row["DestList"])
        assert not (row["Src"] and row["Dest"])
        assert (row["Src"] or row["Dest"]) == (row["FlowType"] in ("AzurePublic", "ExternalPublic")), row


def test_lists_rows_and_what_was_folded_agree(company, duck):
    """Three tellings of the same: the counters of rows, those in their lists, those of what was folded."""
    rows, folded = company.weir.table("NTANetAnalytics"), company.weir.table("WeirPublicIps")
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in COUNTERS)
    by_row = select(
        duck,
        rows,
        f"SELECT {KEY}, SrcIp, DestIp, sum({STARTED})::BIGINT AS Started, {sums} FROM written "
        "WHERE SrcIp = '' OR DestIp = '' GROUP BY ALL",
    )
    by_detail = select(
        duck,
        folded,
        f"SELECT {KEY}, if(SrcIp = PublicIp, '', SrcIp) AS SrcIp, if(DestIp = PublicIp, '', DestIp) AS DestIp, "
        f"sum({STARTED})::BIGINT AS Started, {sums} FROM written GROUP BY ALL",
    )
    assert by_row.num_rows > 100
    assert_same(duck, by_detail, by_row)
    # Address by address.
    in_lists = select(
        duck,
        rows,
        f"""
        WITH entries AS (
            SELECT {KEY}, SrcIp, DestIp, string_split(unnest(string_split(SrcPublicIps || DestPublicIps, ' ')), '|') AS f
            FROM written WHERE SrcIp = '' OR DestIp = ''
        )
        SELECT {KEY}, if(SrcIp = '', f[1], SrcIp) AS SrcIp, if(DestIp = '', f[1], DestIp) AS DestIp,
            sum(f[2]::BIGINT)::BIGINT, sum(f[3]::BIGINT)::BIGINT, sum(f[4]::BIGINT)::BIGINT, sum(f[5]::BIGINT)::BIGINT,
            sum(f[6]::BIGINT)::BIGINT, sum(f[7]::BIGINT)::BIGINT
        FROM entries GROUP BY ALL
        """,
    )
    in_table = select(
        duck,
        folded,
        f"""
        SELECT {KEY}, SrcIp, DestIp, sum({STARTED})::BIGINT, sum(CompletedFlows)::BIGINT, sum(PacketsSrcToDest)::BIGINT,
            sum(PacketsDestToSrc)::BIGINT, sum(BytesSrcToDest)::BIGINT, sum(BytesDestToSrc)::BIGINT
        FROM written GROUP BY ALL
        """,
    )
    assert_same(duck, in_table, in_lists)


def test_sums_are_those_of_the_logs(company):
    told = company.told
    for flows in ["NTANetAnalytics", "weir_unfolded()", "NTANetAnalytics | invoke weir_public_ips()"]:
        [sums] = company.weir.query(
            f"{flows} | summarize sum(PacketsSrcToDest), sum(BytesSrcToDest), sum(PacketsDestToSrc), sum(BytesDestToSrc)"
        )
        names = ["packets_src_to_dest", "bytes_src_to_dest", "packets_dest_to_src", "bytes_dest_to_src"]
        assert [int(sum) for sum in sums.values()] == [told[name] for name in names], flows


def test_lists_taken_apart_are_what_was_folded(company):
    def pairs(flows):
        return company.weir.query(
            f"""
            {flows}
            | summarize Flows = sum({STARTED}), Completed = sum(CompletedFlows), There = sum(BytesSrcToDest), Back = sum(BytesDestToSrc),
                Packets = sum(PacketsSrcToDest + PacketsDestToSrc) by FlowIntervalStartTime, SrcIp, DestIp, MacAddress
            | sort by FlowIntervalStartTime asc, SrcIp asc, DestIp asc, MacAddress asc
            """
        )

    assert pairs("weir_unfolded()") == pairs("NTANetAnalytics | invoke weir_public_ips()")


def test_every_public_address_has_its_details(company, duck):
    details = select(duck, company.weir.table("NTAIpDetails"), "SELECT FlowIntervalStartTime, FlowType, Ip FROM written")
    met = select(
        duck,
        company.weir.flows(),
        f"""
        SELECT DISTINCT FlowIntervalStartTime, FlowType,
            if(SrcSubnet = '' AND NOT starts_with(SrcIp, '10.'), SrcIp, DestIp) AS Ip
        FROM written WHERE {PUBLIC}
        """,
    )
    assert details.num_rows > 100
    assert_same(duck, met, details)
    [platform] = company.weir.query('NTAIpDetails | where Ip == "168.63.129.16" | distinct FlowType, Location, PublicIpDetails')
    assert list(platform.values()) == ["AzurePublic", "Global", "Microsoft Virtual Public IP"]
    older = company.weir.query("AzureNetworkAnalyticsIPDetails_CL | count")
    assert int(older[0]["Count"]) == details.num_rows


def test_the_older_table_has_the_lists(company):
    [older] = company.weir.query(
        """
        AzureNetworkAnalytics_CL
        | where FlowType_s == "ExternalPublic"
        | summarize Rows = count(), Blank = countif(isempty(SrcIP_s) or isempty(DestIP_s)), Listed = countif(isnotempty(PublicIPs_s)),
            Vms = countif(isnotempty(VMIP_s)), Entries = countif(PublicIPs_s == strcat(SrcPublicIPs_s, DestPublicIPs_s))
        """
    )
    assert int(older["Rows"]) > 100
    assert len(set(older.values())) == 1, older


def test_folding_is_what_the_folder_was_told(company, weir, other, duck):
    """None at first, then by country; the other way round; the same rows as if it had always been so."""
    for folder, first, then in [(weir, "none", "region"), (other, "region", "none")]:
        folder.know(company.logs, taken="2026-06-01T00:00:00Z")
        told = folder.ingest(company.logs, **{"fold-public": first})
        assert (told["folded"]["rows"] > 0) == (first == "region")
        folder.ingest(company.logs, **{"fold-public": then})
        folder.run("redecorate")
    excluded = "TimeGenerated, TimeProcessed, _TimeReceived, TenantId"
    whole = lambda folder, table: select(duck, folder.table(table), f"SELECT * EXCLUDE ({excluded}) FROM written")
    for table in ["NTANetAnalytics", "WeirPublicIps"]:
        assert_same(duck, whole(company.weir, table), whole(weir, table))
    assert other.table("WeirPublicIps").num_rows == 0
    plain = other.table("NTANetAnalytics")
    assert plain.num_rows == company.weir.flows().num_rows
    assert set(select(duck, plain, "SELECT DISTINCT SrcPublicIps || DestPublicIps AS lists FROM written").column("lists").to_pylist()) == {""}


def test_scans_are_folded_where_it_is_asked_for(company, weir, duck):
    weir.know(company.logs, taken="2026-06-01T00:00:00Z")
    told = weir.ingest(company.logs, **{"fold-denied-scans": "true"})
    would = company.told["folded"]
    assert told["folded"]["scan_rows"] == told["folded"]["scan_groups"] == would["scan_groups"] < would["scan_rows"]
    assert told["rows"] == company.told["rows"] - would["scan_rows"] + would["scan_groups"]
    [scans] = weir.query(
        """
        NTANetAnalytics
        | where isnotempty(Description)
        | parse Description with "scan: " Sources:long " sources, " Ports:long " ports"
        | summarize Rows = count(), Denied = sum(DeniedInFlows), Wrong = countif(isnull(Sources) or isnotnull(DestPort)), Most = max(Sources)
        """
    )
    assert (int(scans["Rows"]), int(scans["Wrong"])) == (told["folded"]["scan_rows"], 0) and int(scans["Most"]) > 1
    # The details are the same, and so is a folder that is told later.
    keys = "SrcIp, DestIp, DestPort, L4Protocol, FlowIntervalStartTime, MacAddress, AclRule, DeniedInFlows"
    of = lambda folder: select(duck, folder.flows(), f"SELECT {keys} FROM written WHERE FlowStatus = 'Denied'")
    assert_same(duck, of(company.weir), of(weir))
    weir.ingest(company.logs, **{"fold-denied-scans": "false"})
    weir.run("redecorate")
    assert weir.table("NTANetAnalytics").num_rows == company.told["rows"]


FEEDS_KEY = ", ".join(f'"{name}"' for name in TRUTH_KEY)
FEEDS_SAID = "FlowType, Country, AzureRegion"


def test_feeds_decide_types_countries_and_regions(company, weir, other, duck):
    """As the simulation meant it, whichever came first: the feeds or the logs."""
    weir.know(company.logs, taken="2026-06-01T00:00:00Z")
    weir.run("intel", "import", "--as-of", "2026-06-01", company.logs / "intel")
    weir.ingest(company.logs)
    sums = "sum(BytesSrcToDest)::BIGINT, sum(BytesDestToSrc)::BIGINT, sum(PacketsSrcToDest)::BIGINT"
    meant = duck.sql(
        f"SELECT {FEEDS_KEY}, {FEEDS_SAID}, {sums} FROM read_parquet('{company.logs / 'truth-rows.parquet'}') GROUP BY ALL"
    ).to_arrow_table()
    said = select(duck, weir.flows(), f"SELECT {FEEDS_KEY}, {FEEDS_SAID}, {sums} FROM written GROUP BY ALL")
    assert_same(duck, meant, said)
    # Malicious flows keep both their addresses, and say of which country.
    malicious = weir.query(
        'NTANetAnalytics | where FlowType == "MaliciousFlow" | where isempty(SrcIp) or isempty(DestIp) '
        "or isnotempty(SrcPublicIps) or isnotempty(DestPublicIps) or isempty(Country) | count"
    )
    assert malicious == [{"Count": "0"}]
    tagged = weir.query('NTANetAnalytics | where SrcServiceTags has "|" or DestServiceTags has "|" | distinct FlowType')
    assert tagged == [{"FlowType": "AzurePublic"}]
    [point] = weir.query('NTAIpDetails | where Ip == "136.144.58.113" | distinct FlowType, ThreatType, PublicIpDetails')
    assert (point["FlowType"], point["PublicIpDetails"]) == ("MaliciousFlow", "packet host inc.") and point["ThreatType"]
    folded = weir.query("NTANetAnalytics | where isempty(SrcIp) or isempty(DestIp) | summarize dcount(Country), dcount(AzureRegion)")
    assert all(int(count) > 2 for count in folded[0].values())
    # Feeds after the logs end alike.
    other.know(company.logs, taken="2026-06-01T00:00:00Z")
    other.ingest(company.logs)
    other.run("intel", "import", "--as-of", "2026-06-01", company.logs / "intel")
    other.run("redecorate")
    excluded = "TimeGenerated, TimeProcessed, _TimeReceived, TenantId"
    for table, left_out in [("NTANetAnalytics", excluded), ("WeirPublicIps", excluded), ("NTAIpDetails", "TimeGenerated, TenantId")]:
        query = f"SELECT * EXCLUDE ({left_out}) FROM written"
        assert_same(duck, select(duck, weir.table(table), query), select(duck, other.table(table), query))
