"""What a blob holds is what ingest says it holds: nothing lost, nothing made up."""

from pathlib import Path

COUNT = (Path(__file__).parent / "count.sql").read_text()
STATES = ["begin", "continuing", "end", "deny", "unstated"]
AMOUNTS = ["packets_src_to_dest", "bytes_src_to_dest", "packets_dest_to_src", "bytes_dest_to_src"]


def counted(duck, path):
    cursor = duck.execute(COUNT, {"file": str(path)})
    names = [column[0] for column in cursor.description]
    return dict(zip(names, cursor.fetchone()))


def test_a_blob_is_counted_as_another_engine_counts_it(weir, duck, sample):
    told, found = weir.ingest(sample, check=False), counted(duck, sample)
    discarded = sum(told["tuples_discarded"].values())
    assert told["tuples"] + discarded == found["tuples"]
    if discarded == 0:
        assert {state: told["tuples_by_state"][state] for state in STATES} == {state: found[state] for state in STATES}
        assert {name: told[name] for name in AMOUNTS} == {name: found[name] for name in AMOUNTS}


def test_a_simulation_is_counted_as_it_was_made(demo):
    told, made = demo.summary, demo.truth["totals"]
    assert told["tuples_by_state"] == made["states"]
    for name in ["records", "tuples", *AMOUNTS]:
        assert told[name] == made[name], name
    assert told["blobs"]["read"] == made["blobs"]
    assert told["rows"] - told["folded"]["groups"] + told["folded"]["rows"] == made["rows_60_minutes"]


def test_amounts_are_the_same_in_the_table(demo):
    made = demo.truth["totals"]
    [row] = demo.weir.query(
        """
        NTANetAnalytics
        | summarize packets_src_to_dest=sum(PacketsSrcToDest), bytes_src_to_dest=sum(BytesSrcToDest),
            packets_dest_to_src=sum(PacketsDestToSrc), bytes_dest_to_src=sum(BytesDestToSrc),
            allowed_in=sum(AllowedInFlows), allowed_out=sum(AllowedOutFlows),
            denied_in=sum(DeniedInFlows), denied_out=sum(DeniedOutFlows), completed=sum(CompletedFlows)
        """
    )
    expected = {name: made[name] for name in AMOUNTS} | made["flows"]
    assert {name: int(value) for name, value in row.items()} == expected
