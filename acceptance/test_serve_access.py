"""Who is let in, who is not, and what is written down of it."""

import json
import os
import shutil
import ssl
import subprocess
import time
import urllib.request

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from conftest import make_certificate
from product import BINARY, serving

ISSUER = "https://login.example/tenant/v2.0"
AUDIENCE = "api://weir"
PRINT = {"db": "default", "csl": "print 1"}


def token(file, *arguments):
    command = [BINARY, "token", "--tokens", str(file), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout.strip()


@pytest.fixture(scope="module")
def tokens(tmp_path_factory):
    file = tmp_path_factory.mktemp("tokens") / "tokens.json"
    return {
        "file": file,
        "reader": token(file, "add", "ann", "--for", "default"),
        "operator": token(file, "add", "olaf", "--role", "operator"),
        "other": token(file, "add", "ben", "--for", "elsewhere"),
        "gone": token(file, "add", "tim"),
    }


@pytest.fixture(scope="module")
def guarded(demo, tokens, tmp_path_factory):
    audit = tmp_path_factory.mktemp("audit") / "audit.jsonl"
    with serving(demo.weir.data, "--tokens", tokens["file"], "--audit", audit) as server:
        server.audit = audit
        yield server


def asked(server, token=None, path="/v2/rest/query", body=PRINT, **headers):
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return server.request(path, body, **headers)


def test_tokens_open_what_they_are_for(guarded, tokens):
    assert asked(guarded, tokens["reader"]).status == 200
    assert asked(guarded, tokens["operator"]).status == 200
    assert asked(guarded, tokens["other"]).status == 400, "for this token there is no such database"
    assert asked(guarded, tokens["reader"], "/metrics", None).status == 403
    assert asked(guarded, tokens["operator"], "/metrics", None).status == 200
    shown = asked(guarded, tokens["other"], "/api/v1/status", None).json()
    assert shown["workspaces"] == [] and shown["principal"] == "ben"


def test_whoever_has_none_is_turned_away_in_every_language(guarded):
    kusto = asked(guarded)
    assert kusto.status == 401 and kusto.headers["www-authenticate"].startswith("Bearer")
    assert kusto.json()["error"]["code"] == "Unauthorized"
    monitor = asked(guarded, path="/v1/workspaces/default/query", body={"query": "print 1"})
    assert (monitor.status, monitor.json()["error"]["code"]) == (401, "AuthenticationFailed")
    own = asked(guarded, path="/api/v1/status", body=None)
    assert (own.status, own.json()["error"]["code"]) == (401, "token")
    for path in ("/", "/healthz", "/readyz", "/v1/rest/auth/metadata"):
        assert asked(guarded, path=path, body=None).status == 200


def test_a_token_that_is_taken_away_is_worth_nothing(guarded, tokens):
    assert asked(guarded, tokens["gone"]).status == 200
    token(tokens["file"], "remove", "tim")
    time.sleep(1)
    assert asked(guarded, tokens["gone"]).status == 401


def test_what_was_asked_is_written_down(guarded, tokens):
    asked(guarded, tokens["reader"], body={"csl": "print h'secret', 5"}, x_ms_client_request_id="audited")
    lines = [json.loads(line) for line in guarded.audit.read_text().splitlines()]
    [line] = [line for line in lines if line.get("client_request") == "audited"]
    assert (line["principal"], line["workspace"], line["rows"]) == ("ann", "default", 1)
    assert "secret" not in line["query"] and "5" in line["query"]
    assert any(line["event"] == "refused" for line in lines)
    assert not any(tokens["reader"] in json.dumps(line) for line in lines)
    assert os.stat(guarded.audit).st_mode & 0o077 == 0


def test_guessing_is_slowed_down(demo, tokens):
    with serving(demo.weir.data, "--tokens", tokens["file"]) as server:
        answers = [asked(server, f"weir_{guess}").status for guess in range(15)]
        assert answers[:10] == [401] * 10 and answers[10:] == [429] * 5
        reply = asked(server, tokens["reader"])
        assert reply.status == 429 and reply.headers["retry-after"] == "60"
        assert server.answers()


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    """An identity provider: its key, and the file with the public half."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    file = tmp_path_factory.mktemp("keys") / "jwks.json"
    file.write_text(json.dumps({"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}))
    return key, file


def signed(key, kid="one", algorithm="RS256", **claims):
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": AUDIENCE, "nbf": now, "exp": now + 600, "roles": ["weir.reader"], "sub": "ann"}
    claims = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid} if kid else {})


def test_tokens_of_an_identity_provider_are_checked(demo, provider):
    key, file = provider
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    now = int(time.time())
    flags = ["--oidc-issuer", ISSUER, "--oidc-audience", AUDIENCE, "--oidc-keys", file]
    with serving(demo.weir.data, *flags) as server:

        def status(token, path="/v2/rest/query", body=PRINT):
            return asked(server, token, path, body).status

        assert status(signed(key)) == 200
        assert status(signed(key, roles=["weir.operator"]), "/metrics", None) == 200
        assert status(signed(key), "/metrics", None) == 403
        assert status(signed(key, roles=["weir.reader.elsewhere"])) == 400
        assert status(signed(key, aud=["x", AUDIENCE])) == 200
        wrong = {
            "signed by somebody else": signed(stranger),
            "over": signed(key, exp=now - 600),
            "for later": signed(key, nbf=now + 600),
            "for another server": signed(key, aud="api://other"),
            "from another issuer": signed(key, iss="https://evil.example"),
            "without an end": signed(key, exp=None),
            "without a role": signed(key, roles=None),
            "without a key": signed(key, kid=None),
            "of an unknown key": signed(key, kid="two"),
        }
        for why, token in wrong.items():
            assert status(token) == 401, why
        metadata = server.request("/v1/rest/auth/metadata").json()["AzureAD"]
        assert metadata["KustoServiceResourceId"] == AUDIENCE and len(metadata) == 6
    with serving(demo.weir.data, *flags, "--oidc-role", "reader") as server:
        assert asked(server, signed(key, roles=None)).status == 200
        unsigned = signed(None, algorithm="none")
        shared = signed(b"what everybody may know of the key of the provider", algorithm="HS256")
        assert asked(server, unsigned).status == asked(server, shared).status == 401


def test_a_renewed_certificate_is_used(demo, tmp_path):
    chain, key = make_certificate(tmp_path)
    with serving(demo.weir.data, "--tls-certificate", chain, "--tls-key", key, scheme="https") as server:

        def trusts(authority):
            context = ssl.create_default_context(cafile=str(authority))
            try:
                with urllib.request.urlopen(f"https://localhost:{server.port}/healthz", context=context) as reply:
                    return reply.status == 200
            except urllib.error.URLError:
                return False

        old = tmp_path / "old.pem"
        shutil.copy(chain, old)
        assert trusts(old)
        chain.write_text("in the middle of being renewed")
        time.sleep(1.2)
        assert trusts(old), "what cannot be read changes nothing"
        make_certificate(tmp_path)
        time.sleep(1.2)
        assert trusts(chain) and not trusts(old)
