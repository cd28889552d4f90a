# SPDX-License-Identifier: GPL-2.0-or-later
"""Looking for what must not be left: needles, in every form that they can have, and where to look
for them. The canary proves that the search finds what is planted."""
import base64
import os
import re

from gateway import Failure, Steps
import ew1

WINDOW = 10        # characters of a marked text that betray it
KEY_WINDOW = 12    # octets of a key
PLACES = ("/tmp", "/var/tmp", "/dev/shm")
CHUNK = 1 << 24
ZEROS_LEFT = bytes(64)
ZEROS = re.compile(rb"\0{64,}")

step = Steps()
said = set()


def skip(words):
    """Say once what is left out, and why."""
    if words not in said:
        print("skipped: " + words)
    said.add(words)


def septets(text):
    """As GSM 03.38 packs ASCII letters into octets."""
    bits = sum(ord(c) << 7 * i for i, c in enumerate(text))
    return bits.to_bytes((7 * len(text) + 7) // 8, "little")


def windows(whole, length):
    """Its beginning, middle and end: a part that was left behind counts."""
    if len(whole) <= length:
        return [whole]
    middle = (len(whole) - length) // 2
    return [whole[:length], whole[middle:middle + length], whole[-length:]]


class Needles:
    """Octets to search for, in small letters, each with its name."""

    def __init__(self):
        self.forms = {}

    def put(self, name, octets):
        assert len(octets) >= 5, name
        self.forms[octets.lower()] = name

    def text(self, name, text):
        for part in windows(text, WINDOW):
            raw = part.encode()
            wide = part.encode("utf-16-be")
            self.put(name, raw)
            self.put(name + ", UTF-16BE", wide)
            self.put(name + ", UTF-16LE", part.encode("utf-16-le"))
            self.put(name + ", hex", raw.hex().encode())
            self.put(name + ", hex of UTF-16BE", wide.hex().encode())
            self.put(name + ", base32", ew1.base32_encode(raw[:5 * (len(raw) // 5)]).encode())
            self.put(name + ", base64", base64.b64encode(raw[:3 * (len(raw) // 3)]))
        if text.isascii():
            self.put(name + ", septets", septets(text)[:-1][:KEY_WINDOW])

    def key(self, name, octets):
        for part in windows(octets, KEY_WINDOW):
            self.put(name, part)
            self.put(name + ", hex", part.hex().encode())
        self.put(name + ", base32", ew1.base32_encode(octets[:15]).encode())
        self.put(name + ", base64", base64.b64encode(octets[:15]))

    def number(self, name, number):
        """As written, without +, without its country, as a PDU has it."""
        digits = number.lstrip("+")
        padded = digits + "F" * (len(digits) % 2)
        swapped = "".join(padded[i + 1] + padded[i] for i in range(0, len(padded), 2))
        for form in (number, digits, digits[3:]):
            self.text(name, form)
        self.put(name + ", semi-octets in hex", swapped.encode())
        self.put(name + ", semi-octets", bytes.fromhex(swapped))

    def wire(self, name, text):
        """A sealed text: its symbols, and its octets."""
        for part in windows(text, 3 * WINDOW):
            self.put(name, part.encode())
        for part in windows(ew1.base32_decode(text), KEY_WINDOW):
            self.put(name + ", octets", part)
            self.put(name + ", hex", part.hex().encode())

    def search(self, octets):
        """Names of what is in there. No form holds as many zeros as are left out."""
        small = ZEROS.sub(ZEROS_LEFT, octets).lower()
        return sorted({name for form, name in self.forms.items() if form in small})


# --- where to look ---

def hunt_file(needles, path):
    """Chunks overlap, so that nothing hides between two."""
    found, behind = set(), b""
    with open(path, "rb") as f:
        while chunk := f.read(CHUNK):
            found.update(needles.search(behind + chunk))
            behind = chunk[-256:]
    return [f"{path}: {name}" for name in found]


def hunt_folder(needles, folder):
    """Contents and names."""
    found = []
    for where, folders, names in os.walk(folder):
        for name in folders + names:
            found += [f"{os.path.join(where, name)}: its name: {n}"
                      for n in needles.search(name.encode())]
        for name in names:
            path = os.path.join(where, name)
            if os.path.isfile(path) and not os.path.islink(path):
                found += hunt_file(needles, path)
    return found


def hunt_processes(needles, pids):
    """Arguments and environment."""
    found = []
    for pid in pids:
        for name in ("cmdline", "environ"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as f:
                    found += [f"{name} of {pid}: {n}" for n in needles.search(f.read())]
            except PermissionError:
                skip(f"this user may not read {name} of the processes")
    return found


def is_sanitized(pid):
    try:
        with open(f"/proc/{pid}/maps") as maps:
            return "libasan" in maps.read()
    except PermissionError:
        return False


def hunt_memory(needles, pid):
    """Everything writable in a process; None where this user may not look."""
    found = set()
    try:
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb") as mem:
            for line in maps:
                span, mode, *rest = line.split()
                if not mode.startswith("rw"):
                    continue
                begin, end = (int(x, 16) for x in span.split("-"))
                try:
                    mem.seek(begin)
                    octets = mem.read(end - begin)
                except (OSError, ValueError, OverflowError):
                    continue  # guard pages
                where = rest[3] if len(rest) > 3 else "anonymous"
                found.update(f"{where}: {name}" for name in needles.search(octets))
    except PermissionError:
        return None
    return sorted(found)


class Hunt:
    def __init__(self, g, needles):
        self.g, self.needles = g, needles
        self.before = self.temporary()
        self.files = 0

    @staticmethod
    def temporary():
        """Plain files in the machine's temporary folders, with their times."""
        found = {}
        for folder in PLACES:
            for entry in os.scandir(folder) if os.path.isdir(folder) else ():
                try:
                    if entry.is_file(follow_symlinks=False):
                        found[entry.path] = entry.stat().st_mtime_ns
                except FileNotFoundError:
                    pass  # another program's, gone meanwhile
        return found

    def places(self, roles):
        g, found = self.g, []
        for path in (g.own, g.tmp, g.cwd):
            found += hunt_folder(self.needles, path)
        found += hunt_file(self.needles, g.log_path)
        for path, when in self.temporary().items():
            if self.before.get(path) != when:
                try:
                    found += hunt_file(self.needles, path)
                except OSError:
                    pass  # another program's
        return found + hunt_processes(self.needles, roles.values())

    def __call__(self, stage):
        found = self.places(self.g.roles())
        if found:
            raise Failure(f"{stage}: found {len(found)}: " + "; ".join(found[:10]))
        step(f"{stage}: nothing found")

    def memory(self, stage, holds=(), may_hold=()):
        """Of core. holds: names of what it needs in this state; may_hold: what it may need."""
        pid = self.g.roles()["tocsin-core"]
        if is_sanitized(pid):
            skip("AddressSanitizer keeps freed memory, so core's is not searched")
            return
        found = hunt_memory(self.needles, pid)
        if found is None:
            skip("this user may not read the memory of core")
            return
        names = {line.rpartition(": ")[2] for line in found}
        if names - set(holds) - set(may_hold):
            raise Failure(f"{stage}: in core's memory: " + "; ".join(found))
        if set(holds) - names:
            raise Failure(f"{stage}: the search misses {set(holds) - names}, which core needs now")
        step(f"{stage}: in core's memory: {', '.join(sorted(names)) or 'nothing'}")
