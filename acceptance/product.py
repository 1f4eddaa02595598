"""The program under test, seen from outside: a binary, a data folder, what it prints and what it writes."""

import csv
import io
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import deltalake
import pyarrow

BINARY = os.environ.get("WEIR_BIN", "weir")
SECONDS_MAX = 600


@dataclass
class Weir:
    """A data folder and the program that keeps it."""

    data: Path

    def run(self, *arguments, text=None, check=True):
        """Runs the program; its exit code must be 0 unless `check` is off."""
        done = subprocess.run(
            [BINARY, "--data", str(self.data), *map(str, arguments)],
            input=text,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
        )
        if check:
            assert done.returncode == 0, f"{done.args} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done

    def ingest(self, *paths, check=True, **options):
        """Ingests and returns the summary as JSON."""
        flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        return json.loads(self.run("ingest", "--json", *flags, *paths, check=check).stdout)

    def know(self, logs, **options):
        """Imports the inventory that a simulation wrote beside its logs."""
        flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self.run("topology", "import", *flags, logs / "inventory")

    def query(self, kql, *flags):
        """The answer of a query: a dictionary of texts a row."""
        answer = self.run("query", "--format", "csv", *flags, text=kql).stdout
        return list(csv.DictReader(io.StringIO(answer)))

    def table(self, name) -> pyarrow.Table:
        """A table as another implementation of Delta reads it."""
        table = deltalake.DeltaTable(str(self.data / "default" / "tables" / name))
        return table.to_pyarrow_table()


def simulate(folder, *flags):
    """Writes a simulation and returns its truth."""
    subprocess.run([BINARY, "simulate", str(folder), *map(str, flags)], check=True, capture_output=True, text=True)
    return json.loads((folder / "truth.json").read_text())
