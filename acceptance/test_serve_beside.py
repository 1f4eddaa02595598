"""A server that is asked while the same data folder is filled and put in order: every answer is right."""

import json
import shutil
import threading
import time

import pytest

from product import Weir, serving, simulate

QUERY = "/api/v1/workspaces/default/query"
SUMS = ["PacketsSrcToDest", "BytesSrcToDest", "PacketsDestToSrc", "BytesDestToSrc"]
SUMMARIZE = "summarize " + ", ".join(f"{name} = sum({name})" for name in SUMS)
#: How long a commit may stay unseen; the machine of the tests may be busy.
SEEN_SECONDS = 2
#: How long files stay that others took the place of: longer than any of the queries, shorter than the test.
RETAIN = "4s"


def totals_of(paths):
    """Packets and bytes of blobs, added up without the program."""
    sums = [0] * len(SUMS)
    for path in paths:
        for record in json.loads(path.read_text())["records"]:
            for flow in record["flowRecords"]["flows"]:
                for group in flow["flowGroups"]:
                    for text in group["flowTuples"]:
                        for place, field in enumerate(text.split(",")[9:13]):
                            sums[place] += int(field or 0)
    return tuple(sums)


class Asking:
    """Clients that ask for totals again and again, and keep every answer with the time it was asked for."""

    def __init__(self, server, queries):
        self.server, self.queries = server, queries
        self.answers, self.failures, self.ended = [], [], threading.Event()
        self.threads = [threading.Thread(target=self.ask, args=(number,)) for number in range(3)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def ask(self, number):
        turn = number
        while not self.ended.is_set():
            query = self.queries[turn % len(self.queries)]
            turn += 1
            # The machine is to do more than to answer.
            time.sleep(0.05)
            began = time.monotonic()
            reply = self.server.request(QUERY, {"query": query})
            if reply.status == 200:
                [row] = reply.json()
                self.answers.append((began, query, tuple(row[name] for name in SUMS), number))
            else:
                self.failures.append((query, reply.status, reply.body))


@pytest.fixture
def grown(tmp_path):
    """Some hours, over midnight, in steps: the blobs of each, what all up to it come to, and a data folder that knows the inventory."""
    logs = tmp_path / "logs"
    simulate(logs, "--hours", 4, "--end", "2026-06-02T02:00:00Z")
    weir = Weir(tmp_path / "data")
    weir.know(logs, taken="2026-05-20T00:00:00Z")
    blobs = sorted(logs.rglob("PT1H.json"))
    steps, sums, seen = [], [], []
    for number in range(4):
        part = tmp_path / f"part-{number}"
        chosen = blobs[number::4]
        for blob in chosen:
            place = part / blob.relative_to(logs)
            place.parent.mkdir(parents=True)
            shutil.copy(blob, place)
        seen += chosen
        steps.append(part)
        sums.append(totals_of(seen))
    return weir, steps, sums


def test_answers_are_right_while_tables_are_filled_and_put_in_order(grown):
    weir, steps, sums = grown
    weir.ingest(steps[0])
    with serving(weir.data) as server:
        rows = f"NTANetAnalytics | {SUMMARIZE}"
        by_key = f"NTANetAnalytics | {SUMMARIZE} by SrcIp, DestPort, bin(FlowIntervalStartTime, 1h) | {SUMMARIZE}"
        ledger = f"WeirBlobs | {SUMMARIZE}"
        with Asking(server, [rows, by_key, ledger]) as asking:
            marks = []
            for number, part in enumerate(steps[1:], start=1):
                began = time.monotonic()
                weir.ingest(part)
                done = time.monotonic()
                marks.append((began, done, number))
                # The commit is seen at once, or nearly so.
                while server.request(QUERY, {"query": rows}).json()[0] != dict(zip(SUMS, sums[number])):
                    assert time.monotonic() - done < SEEN_SECONDS
                    time.sleep(0.05)
                weir.run("maintain", "--retain", RETAIN)
        assert asking.failures == []
        assert len(asking.answers) > 50
        place = {total: number for number, total in enumerate(sums)}
        for asked, query, total, _ in asking.answers:
            assert total in place, (query, total)
            # Never less than what was there when it was asked, but for the moment that a commit may stay unseen; never
            # more than what was being read.
            least = max((n for _, done, n in marks if asked > done + SEEN_SECONDS), default=0)
            assert place[total] >= least, (query, total)
        # What one client is told never goes back.
        for query in (rows, by_key, ledger):
            for client in range(3):
                told = [place[total] for _, asked, total, of in asking.answers if (asked, of) == (query, client)]
                assert told == sorted(told) and len(set(told)) > 1, (query, told)


def test_answers_are_right_while_files_are_exchanged_and_removed(grown):
    weir, steps, sums = grown
    for part in steps:
        weir.ingest(part)
    files = lambda: len(list((weir.data / "default" / "tables").rglob("*.parquet")))  # noqa: E731
    before = files()
    with serving(weir.data) as server:
        queries = [
            f"NTANetAnalytics | {SUMMARIZE}",
            f"weir_unfolded() | {SUMMARIZE}",
            f"NTANetAnalytics | {SUMMARIZE} by MacAddress, FlowType | {SUMMARIZE}",
        ]
        with Asking(server, queries) as asking:
            time.sleep(0.5)
            weir.run("maintain", "--retain", RETAIN)
            # Names change, counters do not: the inventory is another one.
            weir.run("topology", "import", "--taken", "2026-05-21T00:00:00Z", steps[0].parent / "logs" / "inventory" / "sites.yaml")
            weir.run("redecorate")
            weir.run("maintain", "--retain", RETAIN)
            time.sleep(5)
            # The files that were exchanged are gone by now.
            weir.run("maintain", "--retain", RETAIN)
            time.sleep(0.5)
        assert files() < before
        assert asking.failures == []
        assert len(asking.answers) > 50 and {total for _, _, total, _ in asking.answers} == {sums[-1]}
        assert {query for _, query, _, _ in asking.answers} == set(queries)
