"""Comparing tables in another engine, row by row."""


def assert_same(duck, expected, actual):
    """Every row of one table is a row of the other, as often."""
    duck.register("expected", expected)
    duck.register("actual", actual)
    missing = duck.sql("FROM expected EXCEPT ALL FROM actual LIMIT 5").to_arrow_table().to_pylist()
    unexpected = duck.sql("FROM actual EXCEPT ALL FROM expected LIMIT 5").to_arrow_table().to_pylist()
    assert (missing, unexpected) == ([], [])


def select(duck, table, query):
    """The answer of a query over `written`, which is `table`."""
    duck.register("written", table)
    return duck.sql(query).to_arrow_table()
