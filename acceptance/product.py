"""The program under test, seen from outside: a binary, a data folder, what it prints and what it writes."""

import csv
import io
import json
import os
import signal
import subprocess
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import deltalake
import pyarrow
import pyarrow.compute as pc

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

    def flows(self) -> pyarrow.Table:
        """All rows with both addresses: those that are not folded, and what was folded."""
        rows, folded = self.table("NTANetAnalytics"), self.table("WeirPublicIps")
        both = pc.and_(pc.not_equal(rows["SrcIp"], ""), pc.not_equal(rows["DestIp"], ""))
        return pyarrow.concat_tables([rows.filter(both), folded.select(rows.column_names)], promote_options="permissive")


def simulate(folder, *flags):
    """Writes a simulation and returns its truth."""
    subprocess.run([BINARY, "simulate", str(folder), *map(str, flags)], check=True, capture_output=True, text=True)
    return json.loads((folder / "truth.json").read_text())


@dataclass
class Reply:
    """What came back over HTTP."""

    status: int
    headers: object
    body: bytes

    def json(self):
        return json.loads(self.body)


@dataclass
class Server:
    """A server that runs, and what it said so far."""

    url: str
    process: subprocess.Popen
    said: list

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    def request(self, path, body=None, method=None, **headers):
        """Sends a request as it stands; a body that is no bytes is sent as JSON. Any status comes back."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, data=body, headers=names, method=method)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS_MAX) as reply:
                return Reply(reply.status, reply.headers, reply.read())
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.headers, error.read())

    def kusto(self, csl, path="/v2/rest/query", db="default", **properties):
        return self.request(path, {"db": db, "csl": csl, "properties": properties})

    def answers(self):
        """Whether it still lives."""
        return self.process.poll() is None and self.request("/healthz").status == 200

    def memory_mib(self):
        """What it holds now, as the operating system counts."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


@contextmanager
def serving(data, *flags, scheme="http"):
    """Runs a server on a port that is free, and ends it as services are ended."""
    command = [BINARY, "--data", str(data), "serve", "--listen", "127.0.0.1:0", *map(str, flags)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    said = []
    for line in process.stderr:
        said.append(line)
        if line.startswith("serving "):
            break
    assert process.poll() is None and said and " at " in said[-1], "".join(said)
    threading.Thread(target=lambda: said.extend(process.stderr), daemon=True).start()
    url = said[-1].rsplit(" at ", 1)[1].strip()
    assert url.startswith(scheme + "://")
    try:
        yield Server(url, process, said)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert code == 0, "".join(said)
