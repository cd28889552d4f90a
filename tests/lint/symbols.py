#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the archives and programs need from outside proves what they can do.

usage: symbols.py BUILD_DIR
The pure archives need no heap, I/O, clock, log or randomness; each program links the libraries of
its trade alone.
"""
import re
import subprocess
import sys
from pathlib import Path

# What a pure archive may need: libsodium and utf8proc without what draws randomness or allocates,
# and functions of the C library that only look at or move octets.
PURE = re.compile(
    r"(crypto_(?!.*(_keygen|_keypair)$|box_seal$|pwhash)\w+|sodium_(memcmp|memzero|is_zero|compare|increment|add)"
    r"|utf8proc_(iterate|category|decompose_char|tolower|toupper|charwidth|codepoint_valid|get_property|encode_char)"
    r"|mem(cpy|move|set|cmp|chr)|str(len|nlen|cmp|ncmp|chr|rchr|spn|cspn|casecmp|ncasecmp)|bcmp|bsearch|qsort"
    r"|v?snprintf|__assert_fail|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__\w+_chk|toupper|tolower|__ctype_\w+_loc)"
)
DENY = re.compile(r"randombytes|_keygen$|_keypair$|__(fprintf|printf|vfprintf|fgets|read)_chk")
ARCHIVES = {"crypto/libtocsin_crypto.a": PURE, "reporting/libtocsin_report.a": PURE}

# Libraries that a program must not load.
PROGRAMS = {
    "gateway/tocsin-core": ["Gammu", "microhttpd", "curl", "ssl"],
    "gateway/tocsin-modem": ["sqlite3", "microhttpd", "curl", "ssl"],
    "gateway/tocsin": ["Gammu", "sqlite3", "curl", "ssl", "seccomp"],
    "gateway/tocsind": ["Gammu", "sqlite3", "utf8proc", "curl", "ssl", "seccomp"],
    "reporting/tocsin-compose": ["Gammu", "sqlite3", "curl", "ssl", "seccomp"],
}


def needed(archive):
    out = subprocess.run(["nm", "-A", str(archive)], capture_output=True, text=True, check=True).stdout
    defined, undefined = set(), {}
    for line in out.splitlines():
        where, rest = line.rsplit(":", 1)
        parts = rest.split()
        if parts[-2] == "U":
            undefined.setdefault(parts[-1], where)
        else:
            defined.add(parts[-1])
    return {s: w for s, w in undefined.items() if s not in defined}


def writable(archive):
    """Names of data that can be written once the program runs: a pure archive has none. Tables of
    pointers, relocated once by the loader and then read-only, are in .data.rel.ro."""
    out = subprocess.run(["objdump", "-t", str(archive)], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^\S+ .{7} (\.data|\.bss|\.data\.(?!rel\.ro)\S+|\.bss\.\S+|\*COM\*)\t\S+ +(\S+)$", out, re.M)
    return [name for section, name in found if not name.startswith(".")]


def main():
    build, faults = Path(sys.argv[1]), []
    for name, allowed in ARCHIVES.items():
        for symbol, where in sorted(needed(build / name).items()):
            if DENY.search(symbol) or not allowed.fullmatch(symbol):
                faults.append(f"{name}: needs {symbol} ({where.split(':')[-1]})")
        faults += [f"{name}: {symbol} is writable data" for symbol in writable(build / name)]
    for name, denied in PROGRAMS.items():
        out = subprocess.run(["ldd", str(build / name)], capture_output=True, text=True, check=True).stdout
        faults += [f"{name}: loads lib{lib}" for lib in denied if re.search(rf"lib{lib}\b", out, re.I)]
    for fault in faults:
        print(fault)
    print(f"{len(ARCHIVES)} archives, {len(PROGRAMS)} programs, {len(faults)} faults")
    return 1 if faults else 0


sys.exit(main())
