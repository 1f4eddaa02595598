"""Ingest reads every blob once, and its rows depend on what the blobs hold alone."""

import shutil

from tables import assert_same, select

# What tells one ingest from another: when it was, and by whom.
ABOUT_THE_INGEST = {"TimeGenerated", "TimeProcessed", "_TimeReceived", "_ItemId", "TenantId"}


def rows(weir, duck):
    excluded = ", ".join(ABOUT_THE_INGEST & set(weir.table("NTANetAnalytics").column_names))
    return select(duck, weir.table("NTANetAnalytics"), f"SELECT * EXCLUDE ({excluded}) FROM written")


def blobs(folder):
    return sorted(folder.rglob("PT1H.json"))


def test_twice_is_once(weir, duck, hour):
    first = weir.ingest(hour)
    before = rows(weir, duck)
    second = weir.ingest(hour)
    assert second["blobs"]["unchanged"] == first["blobs"]["read"]
    assert second["rows"] == second["tuples"] == second["bytes"] == 0
    assert_same(duck, before, rows(weir, duck))


def test_order_does_not_matter(weir, other, duck, hour):
    weir.ingest(*blobs(hour))
    other.ingest(*reversed(blobs(hour)))
    assert_same(duck, rows(other, duck), rows(weir, duck))


def test_threads_do_not_matter(weir, other, duck, hour):
    weir.ingest(hour, threads=1)
    other.ingest(hour, threads=5)
    assert_same(duck, rows(other, duck), rows(weir, duck))


def test_memory_does_not_matter(weir, other, duck, hour):
    weir.ingest(hour, memory="1kB")
    other.ingest(hour)
    assert_same(duck, rows(other, duck), rows(weir, duck))
    parts = [len(list((of.data / "default" / "tables" / "NTANetAnalytics").rglob("*.parquet"))) for of in (weir, other)]
    assert parts[0] > parts[1]


def test_a_copy_elsewhere_is_no_new_blob(weir, duck, hour, tmp_path):
    first = weir.ingest(hour)
    before = rows(weir, duck)
    shutil.copytree(hour, tmp_path / "copy")
    second = weir.ingest(tmp_path / "copy")
    assert second["rows"] == 0
    assert second["blobs"]["copies"] + second["blobs"]["unchanged"] == first["blobs"]["read"]
    assert_same(duck, before, rows(weir, duck))


def test_a_blob_that_grows_is_read_from_where_it_ended(weir, other, duck, hour, tmp_path):
    """A blob of an hour still running is a prefix; later runs add the records that came since."""
    whole = max(blobs(hour), key=lambda path: path.stat().st_size)
    text = whole.read_bytes()
    growing = tmp_path / "growing" / whole.relative_to(hour)
    growing.parent.mkdir(parents=True)
    # A third breaks a record in the middle: what is not whole waits.
    for end in [len(text) // 3, len(text) * 2 // 3, len(text)]:
        growing.write_bytes(text[:end])
        weir.ingest(tmp_path / "growing", check=False)
    other.ingest(whole)
    assert_same(duck, totals(other, duck), totals(weir, duck))


def totals(weir, duck):
    """Counters by key: a blob read in pieces may have more than a row for a key."""
    return select(
        duck,
        weir.table("NTANetAnalytics"),
        """
        SELECT FlowIntervalStartTime, MacAddress, SrcIp, DestIp, DestPort, L4Protocol, AclGroup, AclRule, FlowDirection,
            FlowStatus, FlowEncryption, sum(AllowedInFlows), sum(AllowedOutFlows), sum(DeniedInFlows),
            sum(DeniedOutFlows), sum(CompletedFlows), sum(PacketsSrcToDest), sum(BytesSrcToDest),
            sum(PacketsDestToSrc), sum(BytesDestToSrc), sum(RecordCount), min(FlowStartTime), max(FlowEndTime)
        FROM written GROUP BY ALL
        """,
    )
