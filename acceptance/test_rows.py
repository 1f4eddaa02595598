"""The rows of NTANetAnalytics, folded ones unfolded, one by one, against the same rules written in SQL for another engine."""

from pathlib import Path

import pytest

from product import simulate
from tables import assert_same, select

REDUCE = (Path(__file__).parent / "reduce.sql").read_text()
TIMES = {"FlowIntervalStartTime", "FlowIntervalEndTime", "FlowStartTime", "FlowEndTime"}


def unfolded(told):
    """How many rows there would be, had none been folded."""
    return told["rows"] - told["folded"]["groups"] + told["folded"]["rows"]


def assert_reduced(weir, duck, files, minutes):
    """The table has the rows of the query, no more and no less."""
    expected = duck.sql(REDUCE, params={"files": files, "minutes": minutes}).to_arrow_table()
    columns = ", ".join(
        f'epoch_us("{name}") AS "{name}"' if name in TIMES else f'"{name}"' for name in expected.column_names
    )
    actual = select(duck, weir.flows(), f"SELECT {columns} FROM written")
    assert_same(duck, expected, actual)
    return expected.num_rows


@pytest.mark.parametrize("minutes", [10, 60])
def test_a_sample_reduces_to_the_rows_of_the_query(weir, duck, sample, minutes):
    told = weir.ingest(sample, check=False, interval=f"{minutes}m")
    rows = 0 if told["tuples"] == 0 else assert_reduced(weir, duck, [str(sample)], minutes)
    assert unfolded(told) == rows


@pytest.mark.parametrize("minutes", [10, 60])
@pytest.mark.parametrize("form", ["vnet", "nsg-v2", "nsg-v1"])
def test_an_hour_reduces_to_the_rows_of_the_query(weir, duck, tmp_path, form, minutes):
    truth = simulate(tmp_path / "logs", "--hours", 1, "--end", "2026-06-01T12:00:00Z", "--format", form)
    told = weir.ingest(tmp_path / "logs", interval=f"{minutes}m")
    files = [str(path) for path in (tmp_path / "logs").rglob("PT1H.json")]
    rows = assert_reduced(weir, duck, files, minutes)
    assert rows == unfolded(told) == truth["totals"][f"rows_{minutes}_minutes"]
    assert rows > 100
