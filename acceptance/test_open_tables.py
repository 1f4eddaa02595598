"""The tables are open: other programs read them and find the same."""

import pyarrow.parquet
import pytest

STORED = ["NTANetAnalytics", "NTAIpDetails", "NTATopologyDetails", "NTARuleRecommendation", "NTAInsights"]
VIEWS = ["AzureNetworkAnalytics_CL", "AzureNetworkAnalyticsIPDetails_CL"]


@pytest.mark.parametrize("table", STORED)
def test_another_reader_counts_the_same(demo, duck, table):
    duck.register("written", demo.weir.table(table))
    [(count,)] = duck.execute("SELECT count(*) FROM written").fetchall()
    [row] = demo.weir.query(f"{table} | count")
    assert int(row["Count"]) == count


def test_another_reader_finds_the_same_talkers(demo, duck):
    duck.register("written", demo.weir.table("NTANetAnalytics"))
    expected = duck.execute(
        """
        SELECT SrcIp, DestIp, sum(BytesSrcToDest + BytesDestToSrc)::BIGINT AS Bytes FROM written
        GROUP BY ALL ORDER BY Bytes DESC, SrcIp, DestIp LIMIT 50
        """
    ).fetchall()
    answer = demo.weir.query(
        """
        NTANetAnalytics
        | summarize Bytes=sum(BytesSrcToDest + BytesDestToSrc) by SrcIp, DestIp
        | sort by Bytes desc, SrcIp asc, DestIp asc
        | take 50
        """
    )
    assert [(row["SrcIp"], row["DestIp"], int(row["Bytes"])) for row in answer] == expected
    made = {(t["source"], t["destination"]): t["bytes"] for t in demo.truth["top_talkers"]}
    assert {(source, destination): made.get((source, destination)) for source, destination, _ in expected[:20]} == {
        (source, destination): count for source, destination, count in expected[:20]
    }


@pytest.mark.parametrize("table", STORED + VIEWS)
def test_every_table_is_there_with_its_columns(demo, table):
    columns = demo.weir.query(f"{table} | getschema")
    assert len(columns) >= 19
    assert "TimeGenerated" in {column["ColumnName"] for column in columns}


def test_an_answer_is_handed_on_as_parquet(demo, tmp_path):
    out = tmp_path / "talkers.parquet"
    demo.weir.run("query", "--out", out, "NTANetAnalytics | summarize Bytes=sum(BytesSrcToDest) by SrcIp")
    answer = pyarrow.parquet.read_table(out)
    assert answer.column_names == ["SrcIp", "Bytes"]
    assert sum(answer["Bytes"].to_pylist()) == demo.truth["totals"]["bytes_src_to_dest"]
