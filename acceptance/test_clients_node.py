"""Microsoft's clients for Node, as people install them, against the program; their tests are in node/."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from product import serving

NODE = Path(__file__).resolve().parent / "node"

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (NODE / "node_modules").is_dir(),
    reason="the clients for Node are not installed: there is no npm, or 'make clients' was not run",
)


def passes(script, url, **environment):
    done = subprocess.run(
        ["node", "--test", "--test-reporter=spec", script],
        cwd=NODE,
        env={**os.environ, "WEIR_URL": url, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fail 0" in done.stdout and "pass 0" not in done.stdout, done.stdout


def test_azure_kusto_data(server):
    passes("kusto.mjs", server.url)


def test_azure_monitor_query_logs(demo, certificate):
    chain, key = certificate
    with serving(demo.weir.data, "--tls-certificate", chain, "--tls-key", key, scheme="https") as server:
        passes("monitor.mjs", f"https://localhost:{server.port}", NODE_EXTRA_CA_CERTS=str(chain))
