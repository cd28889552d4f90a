#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The wipe: by command and by signal, in each state, with core stopped, with tocsind stopped, with
neither; on each kind of anchor. What a thief finds afterwards, and what the gateway says.

    test_wipe.py --bin BUILD_DIR
"""
import ctypes
import ctypes.util
import os
import re
import shutil
import signal
import sqlite3
import struct
import subprocess
import tempfile

from gateway import COMMAND_S, Failure, Gateway, Result, Steps, expect, expect_in, options, run, wait_for

W_LEN, A_LEN, EXTRA = 32, 32, 40
EXIT_WIPED = 17
sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
step = Steps()


# --- a thief ---

def opens_root(blob, key):
    """XChaCha20-Poly1305 with ad "EW1-node" || 0, as schemas/store/store.md has it."""
    ad = b"EW1-node" + struct.pack("<Q", 0)
    plain = ctypes.create_string_buffer(len(blob))
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        plain, None, None, blob[24:], ctypes.c_ulonglong(len(blob) - 24), ad,
        ctypes.c_ulonglong(len(ad)), blob[:24], key) == 0


class Loot:
    """Everything that lies on the media, copied."""

    def __init__(self, g):
        self.files = {}
        for folder, _, names in os.walk(g.own):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as f:
                        self.files[os.path.relpath(path, g.own)] = f.read()
        with tempfile.TemporaryDirectory() as copy:
            for name in ("tocsin.db", "tocsin.db-wal"):
                shutil.copy(os.path.join(g.state, name), copy)
            db = sqlite3.connect(os.path.join(copy, "tocsin.db"))
            rows = dict(db.execute("SELECT node, blob FROM state WHERE node IN (0, 33, 34, 35)"))
            db.close()
        self.root, self.wraps = rows[0], rows.get(33)
        self.anchor = self.files.get("anchor.bin", b"") + rows.get(34, b"") + rows.get(35, b"")

    def keys(self):
        """Every 32 octets of the anchor that open the root."""
        return {self.anchor[i:i + A_LEN] for i in range(len(self.anchor) - A_LEN + 1)
                if any(self.anchor[i:i + A_LEN]) and opens_root(self.root, self.anchor[i:i + A_LEN])}

    def has(self, octets):
        return [name for name, data in self.files.items() if octets in data]


def check_gone(g, before, kind):
    """before: what a thief had, who came in time."""
    keys = before.keys()
    expect(len(keys), 1, "keys of the root, before the wipe")
    after = Loot(g)
    expect(after.keys(), set(), "keys of the root, after the wipe")
    expect(after.has(keys.pop()), [], "files that hold A still")
    expect(after.has(before.anchor[:W_LEN]), [], "files that hold W still")
    if kind == "none":
        expect(after.wraps, None, "the wraps")
        expect(after.has(before.wraps[100:164]), [], "files that hold the wraps still")
    elif any(after.anchor[:64]) or any(after.anchor[256:]):  # what lies between is not used
        raise Failure("the anchor is not all zeros")


# --- the gateway ---

class Chip(Gateway):
    init_options = ("--anchor", "eeprom:anchor.bin")

    def init(self):
        os.mkdir(self.own, 0o700)
        with open(os.path.join(self.own, "anchor.bin"), "wb") as f:
            f.write(b"\xff" * (256 + 59 * 64))
        os.chmod(os.path.join(self.own, "anchor.bin"), 0o600)
        super().init()


class Bare(Gateway):
    init_options = ("--anchor", "none")


KINDS = {"file": Gateway, "eeprom": Chip, "none": Bare}


def wipe(g, word=b"WIPE\n", code=0):
    done = Result(subprocess.run([g.program("tocsin"), "-c", g.conf, "wipe"], input=word, env=g.env,
                                 cwd=g.cwd, capture_output=True, timeout=COMMAND_S))
    expect(done.code, code, f"exit code of tocsin wipe: {done}")
    return done


def took_ms(done):
    return int(re.search(r"Wiped in (\d+) ms", done.out)[1])


def bring(g, state):
    """A gateway in this state, with a report in its store, parked if LOCKED."""
    g.start()
    g.unlock()
    monitor = g.enrol("Alder 3")
    g.wait_texts(1)
    if state == "LOCKED":
        g.lock()
    if state == "ARMED":
        g.close()
    g.deliver(monitor.report("KIL", 101, "--note", "BEFORE"))
    g.wait_texts(2)
    expect(g.state_name(), state, "state")
    return monitor


def check_refuses(g):
    """It says that it was wiped; so it does when started again; no passphrase changes that."""
    g.expected_log.append("tocsin-core: this gateway was wiped")
    for again in (False, True) if g.daemon is not None else (True,):
        if again:
            if g.daemon is not None:
                g.stop()
            g.start(wait=False)
        wait_for(lambda: "was wiped" in g.command("status", code=3).err, "words about the wipe")
        wait_for(lambda: set(g.roles()) == {"tocsind"}, "the end of core and modem")
        said = g.command("unlock", passphrase=g.passphrase, code=3).err
        expect_in("was wiped", said, "what unlock says")
        expect_in(f"delete the folder {g.state}", said, "what is to be deleted")
        with open(os.path.join(g.own, "run", "fault")) as f:
            expect(f.read(), f"{EXIT_WIPED}\n", "the noted fault")
    if not g.log_events("WIPED"):
        raise Failure("the log does not say it")
    expect(g.log_events("WIPE_FAILED"), [], "failures of the wipe in the log")


def by_command(bin_dir, state, kind, stopped):
    with KINDS[kind](bin_dir) as g:
        bring(g, state)
        before = Loot(g)
        for word in (b"wipe\n", b"WIPE", b"WIPE \n", b""):
            expect_in("nothing was wiped", wipe(g, word, 1).err, "the wrong word")
        expect(Loot(g).keys(), before.keys(), "keys after the wrong word")
        core = g.roles()["tocsin-core"]
        if stopped:
            os.kill(core, signal.SIGSTOP)
        done = wipe(g)
        check_gone(g, before, kind)
        expect_in({"file": "best effort", "eeprom": "in place", "none": "destroy the card"}[kind],
                  done.out, "what was achieved")
        check_refuses(g)
        expect(len(g.log_events("ROLE_KILLED")), 1 if stopped else 0, "roles that were killed")
        step(f"{kind}, {state}{', core stopped' if stopped else ''}: {took_ms(done)} ms")


def by_signal(bin_dir, state):
    """With texts on their way, so that a commit would write a key if it could."""
    with Gateway(bin_dir) as g:
        monitor = bring(g, state)
        texts = [monitor.report("KIL", 101, "--note", f"N{i}") for i in range(20)]
        before = Loot(g)
        for text in texts:
            g.deliver(text)
        with open(os.path.join(g.own, "run", "pid")) as f:
            pid = int(f.read())
        expect(pid, g.daemon.pid, "the number in the pid file")
        os.kill(pid, signal.SIGUSR1)
        wait_for(lambda: g.log_events("WIPED"), "the wipe")
        wait_for(lambda: set(g.roles()) == {"tocsind"}, "the end of core and modem")
        after = Loot(g)
        if any(after.anchor):
            raise Failure("the anchor is not all zeros")
        expect(after.has(before.anchor[:W_LEN]), [], "files that hold W still")
        os.kill(pid, signal.SIGUSR1)  # once more does no harm
        wait_for(lambda: len(g.log_events("WIPED")) == 2, "the second wipe")
        check_refuses(g)
        step(f"file, {state}: by signal")


def without_tocsind(bin_dir, kind):
    with KINDS[kind](bin_dir) as g:
        bring(g, "ARMED")
        g.stop()
        before = Loot(g)
        done = wipe(g)
        check_gone(g, before, kind)
        step(f"{kind}, nothing runs: {took_ms(done)} ms")
        begin_anew(g, kind)


def begin_anew(g, kind):
    """init says what is in the way; without it, it makes a gateway."""
    init = ("init", "--yes", "--codebook", g.codebook, "--places", g.places, "--modem-device",
            g.device, "--argon-memory", 64, *g.init_options)
    said = g.command(*init, passphrase=g.passphrase, code=1).err
    if kind == "none":
        expect_in("exists already", said, "what init says")
    else:
        expect_in("was wiped", said, "what init says")
        expect_in(g.state, said, "what is to be deleted")
    shutil.rmtree(g.state)
    os.unlink(g.conf)
    if kind == "file":
        os.unlink(os.path.join(g.own, "anchor.bin"))
    g.command(*init, passphrase=g.passphrase)
    with open(g.conf, "a") as f:
        f.write('\nlog = {\n\tlevel = "debug";\n};\n')
    g.start()
    g.unlock()
    status = g.status()
    expect(status["anchor"], kind, "the anchor's kind")
    expect_in("for a trial only" if kind == "none" else f"anchor     {kind}",
              g.command("status").out, "what status says of the anchor")
    g.stop()
    check_anchor(g, kind)


def check_anchor(g, kind):
    """What `tocsin check` says of it, in order and not."""
    expect_in({"file": "it lies on the medium of the store", "eeprom": "an EEPROM of 4032 octets",
               "none": "for a trial only"}[kind], g.command("check").out, "what check says")
    if kind == "none":
        return
    anchor = os.path.join(g.own, "anchor.bin")
    os.chmod(anchor, 0o640)
    expect_in("WRONG anchor", g.command("check", code=1).out, "an anchor open to others")
    os.chmod(anchor, 0o600)
    os.truncate(anchor, 800)
    expect_in("has 800 octets", g.command("check", code=1).out, "an anchor that was cut")
    os.unlink(anchor)
    expect_in("is missing", g.command("check", code=1).out, "an anchor that is missing")


def tocsind_stopped(bin_dir):
    """It is killed, and the anchor wiped without it."""
    with Gateway(bin_dir) as g:
        bring(g, "ARMED")
        before = Loot(g)
        os.kill(g.daemon.pid, signal.SIGSTOP)
        done = wipe(g, code=3)
        expect_in("switch the machine off", done.err, "what is said")
        check_gone(g, before, "file")
        expect(g.daemon.wait(COMMAND_S), -signal.SIGKILL, "how tocsind ended")
        g.daemon = None
        step(f"file, tocsind stopped: {took_ms(done)} ms")
        check_refuses(g)


def cannot(bin_dir):
    """An anchor that is not there, or cannot be written: it says so."""
    with Gateway(bin_dir) as g:
        anchor = os.path.join(g.own, "anchor.bin")
        os.rename(anchor, anchor + ".away")
        expect_in("nothing was wiped", wipe(g, code=1).err, "without an anchor")
        os.mkdir(anchor)
        g.expected_log.append("destroy it by hand")
        expect_in("NOT WIPED", wipe(g, code=1).err, "an anchor that is a folder")
        os.rmdir(anchor)
        os.rename(anchor + ".away", anchor)
        g.start()
        expect(g.state_name(), "LOCKED", "state")
        step("what cannot be wiped is not said to be")


def main():
    given = options(__doc__.splitlines()[0])
    for state in ("LOCKED", "ARMED", "OPEN"):
        for stopped in (False, True):
            by_command(given.bin, state, "file", stopped)
        by_signal(given.bin, state)
    by_command(given.bin, "ARMED", "eeprom", False)
    by_command(given.bin, "OPEN", "eeprom", True)
    by_command(given.bin, "ARMED", "none", False)
    by_command(given.bin, "OPEN", "none", True)
    for kind in KINDS:
        without_tocsind(given.bin, kind)
    tocsind_stopped(given.bin)
    cannot(given.bin)


if __name__ == "__main__":
    run(main)
