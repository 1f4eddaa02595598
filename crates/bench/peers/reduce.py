"""Reduces a folder of VNet flow logs with another engine: `reduce.py chdb|duckdb BLOBS OUT THREADS`.

The rows are those of weir, with the columns that the logs themselves give; what is left out (names looked up,
protocols named, columns that are blank) is in the engine's favour. Prints the number of rows.
"""

import sys
from pathlib import Path

import pyarrow.parquet


def main(engine, blobs, out, threads):
    name = {"chdb": "clickhouse", "duckdb": "duckdb"}[engine]
    sql = (Path(__file__).parent / f"reduce.{name}.sql").read_text()
    sql = sql.format(blobs=blobs, out=out, threads=threads)
    if engine == "chdb":
        import chdb

        chdb.query(sql)
    else:
        import duckdb

        connection = duckdb.connect()
        connection.sql(f"SET threads = {threads}")
        connection.sql(sql)
    print(pyarrow.parquet.read_metadata(out).num_rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
