"""Where inputs are found, and what is said of those that are not there."""

import os
from pathlib import Path

import duckdb
import pytest

from product import Weir, serving, simulate

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = Path(os.environ.get("WEIR_SAMPLES", ROOT.parent / "shared" / "samples"))
SEEDS = Path(os.environ.get("WEIR_SEEDS", ROOT.parent / "shared" / "seeds"))


def blobs():
    """The sample blobs: flow logs of real networks and vendors' test data."""
    return sorted(
        path
        for path in (SAMPLES / "flow-logs").glob("*.json*")
        # What another program makes of a blob is no blob.
        if "expected" not in path.name
    )


def pytest_generate_tests(metafunc):
    if "sample" in metafunc.fixturenames:
        found = blobs() or [pytest.param(None, marks=pytest.mark.skip(reason=f"no samples in {SAMPLES}"))]
        metafunc.parametrize("sample", found, ids=lambda path: getattr(path, "stem", "none"))


@pytest.fixture
def samples():
    if not blobs():
        pytest.skip(f"no samples in {SAMPLES}")
    return SAMPLES / "flow-logs"


@pytest.fixture
def weir(tmp_path):
    """The program with an empty data folder."""
    return Weir(tmp_path / "data")


@pytest.fixture
def other(tmp_path):
    """The program with another empty data folder."""
    return Weir(tmp_path / "other")


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A week of the invented company: the logs, the truth, and a data folder they were ingested into."""
    folder = tmp_path_factory.mktemp("demo")
    logs = folder / "logs"
    truth = simulate(logs, "--seed", 1, "--end", "2026-06-01T00:00:00Z")
    weir = Weir(folder / "data")
    summary = weir.ingest(logs)
    return Demo(logs, truth, weir, summary)


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    """A folder with a saved query and two stored functions, of which one calls the other."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "functions").mkdir()
    (folder / "count.kql").write_text("// How many flows there are.\nNTANetAnalytics | count\n")
    (folder / "functions" / "Talkers.kql").write_text(
        '.create-or-alter function with (folder = "net", docstring = "Who sends most.") Talkers(most:long = 3) {\n'
        "    Flows() | summarize Bytes = sum(BytesSrcToDest) by SrcIp | top most by Bytes\n}\n"
    )
    (folder / "functions" / "Flows.kql").write_text("// All flows.\n() { NTANetAnalytics }\n")
    return folder


@pytest.fixture(scope="session")
def server(demo, library):
    """A server over the week of the invented company, for all tests that leave it as it is."""
    with serving(demo.weir.data, "--library", library) as server:
        yield server


def make_certificate(folder, name="localhost"):
    """A certificate for this machine, signed by itself, and its key."""
    from datetime import datetime, timedelta, timezone

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain_file, key_file = folder / "certificate.pem", folder / "key.pem"
    chain_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))
    return chain_file, key_file


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="session")
def known(demo, tmp_path_factory):
    """The same week in a data folder that knew the company's inventory first."""
    weir = Weir(tmp_path_factory.mktemp("known") / "data")
    weir.know(demo.logs, taken="2026-05-20T00:00:00Z")
    return Demo(demo.logs, demo.truth, weir, weir.ingest(demo.logs))


class Demo:
    def __init__(self, logs, truth, weir, summary):
        self.logs, self.truth, self.weir, self.summary = logs, truth, weir, summary


@pytest.fixture
def duck():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@pytest.fixture(scope="session")
def hour(tmp_path_factory):
    """An hour of the invented company's logs."""
    folder = tmp_path_factory.mktemp("hour") / "logs"
    simulate(folder, "--hours", 1, "--end", "2026-06-01T12:00:00Z")
    return folder
