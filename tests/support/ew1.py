#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""EW1's keys a second time, from schemas/wire/ew1.md and the standard library alone: what a test
must know to hunt for them. check() compares with the published vectors. Slow, and not for secrets
that anybody has."""
import hashlib
import json
import os

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "schemas", "wire",
                       "vectors", "ew1-vectors.json")
PRIME = 2 ** 255 - 19
BASE = (9).to_bytes(32, "little")


def kdf(length, number, context, key):
    return hashlib.blake2b(b"", digest_size=length, key=key, salt=number.to_bytes(16, "little"),
                           person=context.ljust(16, b"\0")).digest()


def x25519(scalar, point):
    """RFC 7748, section 5."""
    k = int.from_bytes(scalar, "little") & ~7 & (1 << 255) - 1 | 1 << 254
    u = int.from_bytes(point, "little") & (1 << 255) - 1
    x2, z2, x3, z3 = 1, 0, u, 1
    swap = 0
    for t in range(254, -1, -1):
        bit = k >> t & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb, aa, bb = d * a, c * b, a * a, b * b
        x3, z3 = (da + cb) ** 2 % PRIME, u * (da - cb) ** 2 % PRIME
        x2, z2 = aa * bb % PRIME, (aa - bb) * (aa + 121665 * (aa - bb)) % PRIME
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, PRIME - 2, PRIME) % PRIME).to_bytes(32, "little")


def base32_encode(octets):
    bits = int.from_bytes(octets, "big") << -len(octets) * 8 % 5
    symbols = (len(octets) * 8 + 4) // 5
    return "".join(ALPHABET[bits >> 5 * i & 31] for i in range(symbols - 1, -1, -1))


def base32_decode(text):
    bits = 0
    for symbol in text:
        bits = bits << 5 | ALPHABET.index(symbol)
    count = len(text) * 5 // 8
    return (bits >> len(text) * 5 % 8).to_bytes(count, "big")


class Enrolment:
    """What is in an enrolment text, and everything that follows from it, up to message `count`."""

    def __init__(self, text, count):
        octets = base32_decode(text[4:])
        self.gwid, self.pk_i, self.m = octets[4:12], octets[12:44], octets[44:76]
        self.derive(count)

    def derive(self, count):
        self.sk_m = kdf(32, 1, b"EW1-root", self.m)
        self.pk_m = x25519(self.sk_m, BASE)
        self.ss = x25519(self.sk_m, self.pk_i)
        self.chains = [kdf(32, 16 + g, b"EW1-root", self.m) for g in range(4)]
        self.ck, self.mx, self.ms = [self.chains[0]], [], []
        for n in range(count):
            self.mx.append(kdf(32, 3, b"EW1ratch", self.ck[n]))
            self.ms.append(kdf(32, 5, b"EW1ratch", self.ck[n]))
            self.ck.append(kdf(32, 1, b"EW1ratch", self.ck[n]))

    def secrets(self):
        """Name to 32 octets."""
        found = {"M": self.m, "sk_m": self.sk_m, "pk_m": self.pk_m, "ss": self.ss}
        for name in ("chains", "ck", "mx", "ms"):
            found.update({f"{name}[{i}]": key for i, key in enumerate(getattr(self, name))})
        for i, key in enumerate(self.mx):
            found[f"MKo[{i}]"] = kdf(32, 1, b"EW1outer", key)
            found[f"MKi[{i}]"] = kdf(32, 1, b"EW1inner", key)
        return found


def check():
    """AssertionError if this file is wrong: then a test that finds nothing has searched nothing."""
    with open(VECTORS) as f:
        vectors = json.load(f)
    wanted = vectors["enrolment"]
    e = Enrolment(wanted["text"], 1 + max(m["n"] for m in vectors["messages"]))
    assert e.m.hex() == wanted["master_M"] and e.pk_i.hex() == vectors["gateway"]["intake_public"]
    assert e.sk_m.hex() == wanted["monitor_static_secret"]
    assert e.pk_m.hex() == wanted["monitor_static_public"]
    assert e.ss == x25519(bytes.fromhex(vectors["gateway"]["intake_secret"]), e.pk_m)
    assert wanted["text"] == "EW1:" + base32_encode(base32_decode(wanted["text"][4:]))
    for message in vectors["messages"]:
        n = message["n"]
        assert (e.ck[n].hex(), e.mx[n].hex(), e.ms[n].hex()) == (
            message["chain_key"], message["mk_x"], message["mk_s"])


if __name__ == "__main__":
    check()
    print("equal to the vectors")
