"""A query without end is stopped: in time, in bounded memory, and with the option that would allow it more."""

import subprocess
import threading
import time
from pathlib import Path

import pytest

from product import BINARY

ROWS = "range x from 1 to 1000000000 step 1"
# What would hold all of its rows if nothing stopped it.
GREEDY = {
    "rows": ROWS,
    "groups": f"{ROWS} | summarize arg_max(x, *) by y = x % 100000000 | count",
    "join": f"{ROWS} | join kind=inner ({ROWS}) on x | count",
    "materialize": f"let M = materialize({ROWS}); M | join kind=inner M on x | count",
    "lists": f"{ROWS} | summarize a = make_list(x) by y = x % 10000000 | count",
    "percentile": f"{ROWS} | summarize percentile(x, 50) by y = x % 7",
    "ranks": f"{ROWS} | sort by hash(x) | extend n = row_rank_dense(x) | summarize max(n)",
    "texts": f"{ROWS} | extend s = strrep('x', 600000) | extend t = strcat(s, s, x) | summarize dcount(t)",
}


class Peak:
    """The most memory that a process held. What the operating system tells at its end counts the tests' own, too."""

    def __init__(self, pid):
        self.status = Path(f"/proc/{pid}/status")
        self.most = 0
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while True:
            try:
                lines = self.status.read_text().splitlines()
            except OSError:
                return
            told = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
            if not told:
                return
            self.most = max(self.most, *told)
            time.sleep(0.01)

    def kibibytes(self):
        self.thread.join()
        return self.most


@pytest.mark.parametrize("text", GREEDY.values(), ids=GREEDY.keys())
def test_memory_is_bounded(text, tmp_path):
    arguments = ["query", "--data", tmp_path, "--timeout", "1s", "--memory", "128MB", "--format", "csv", text]
    started = time.monotonic()
    process = subprocess.Popen([BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    peak = Peak(process.pid)
    with process.stdout, process.stderr:
        told = process.stderr.read()
    assert process.wait() == 1, told
    assert "--timeout" in told or "--memory" in told, told
    assert time.monotonic() - started < 12
    # The program by itself has a hundred; what has not been handed on yet comes on top.
    assert 0 < peak.kibibytes() < 768 * 1024, f"{peak.kibibytes() >> 10} MiB"


@pytest.mark.parametrize("option, limit", [("--limit-rows", "10"), ("--limit-bytes", "1KB")])
def test_results_end_at_their_limits(weir, option, limit):
    done = weir.run("query", option, limit, "range x from 1 to 1000 step 1", check=False)
    assert done.returncode == 1 and option in done.stderr and done.stdout == "", done
