#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reception on a disk that is nearly full, and on one that is full to its last octet: nothing is
acknowledged that cannot be kept, in words that say so, and when there is room again everything is
there, once.

    test_full_disk.py --bin BUILD_DIR

The store's folder is a small tmpfs in a mount namespace of this test's own; without one (unshare(1)
says why) it is skipped.
"""
import errno
import os
import signal
import subprocess
import sys
import time

from gateway import Gateway, Steps, expect, expect_in, options, run, wait_for

SKIPPED = 77
IN_NAMESPACE = "TOCSIN_TEST_IN_NAMESPACE"
SIZE_MIB = 64     # of the file system
RESERVE_MIB = 16  # core's, see gateway/core/intake.c
TEXTS = 10
GROWTH = 60       # texts whose rows need new pages of the database
QUIET_S = 3       # long enough for several listings

step = Steps()


def enter_namespace():
    """Run this program again with a mount namespace, as root of it."""
    tool = ["unshare", "--mount"] + (["--map-root-user"] if os.geteuid() != 0 else [])
    probe = subprocess.run(tool + ["mount", "-t", "tmpfs", "tmpfs", "/tmp"], capture_output=True)
    if probe.returncode != 0:
        print("skipped: no file system can be mounted here:", probe.stderr.decode().strip())
        sys.exit(SKIPPED)
    os.environ[IN_NAMESPACE] = "1"
    os.execvp(tool[0], tool + [sys.executable] + sys.argv)


class SmallDisk(Gateway):
    def init(self):
        os.mkdir(self.own, 0o700)
        os.mkdir(self.state, 0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m,mode=700", "tmpfs",
                        self.state], check=True)
        super().init()

    def remove(self):
        subprocess.run(["umount", self.state], capture_output=True)
        super().remove()

    def fill(self):
        """Leave less than the reserve."""
        vfs = os.statvfs(self.state)
        left = vfs.f_bavail * vfs.f_frsize - (RESERVE_MIB << 20) + vfs.f_frsize
        with open(os.path.join(self.state, "ballast"), "wb") as f:
            f.write(bytes(left))

    def fill_whole(self):
        """Leave nothing at all."""
        with open(os.path.join(self.state, "ballast"), "wb", buffering=0) as f:
            try:
                while True:
                    f.write(bytes(4096))
            except OSError as e:
                expect(e.errno, errno.ENOSPC, "why the disk takes no more")
        vfs = os.statvfs(self.state)
        expect(vfs.f_bavail, 0, "blocks left")

    def free(self):
        os.unlink(os.path.join(self.state, "ballast"))


def phase(g, monitor, state):
    """Texts while full, in this state; then room; then all of them once."""
    expect(g.state_name(), state, "state")
    kept = g.status()["kept"]
    g.fill()
    for i in range(TEXTS):
        g.deliver(monitor.report("KIL", 101, "--note", f"{state} {i}"))
    wait_for(lambda: g.status(code=None)["wrong"], "words about the disk")
    time.sleep(QUIET_S)
    status = g.status(code=3)
    expect_in("disk", status["wrong"][0], "what is wrong")
    expect(len(g.waiting()), TEXTS, "texts that wait in the modem")
    expect(status["kept"], kept, "texts kept on a full disk")
    expect(len(g.log_events("ROLE_ENDED")), 0, "processes that ended on a full disk")
    g.free()
    g.wait_texts(kept + TEXTS)
    expect(g.status()["wrong"], [], "what is wrong when there is room again")
    step(f"{state}: nothing taken while full, everything afterwards")


def whole_disk(g, monitor):
    """The same with nothing left, over a start: its checkpoint has rows to copy, and no room."""
    for i in range(GROWTH):
        g.deliver(monitor.report("KIL", 101, "--note", f"GROWTH {i}"))
    g.wait_modem_empty()
    g.fill_whole()
    g.expected_log.append("tocsin-core: the disk is full: make room on it")
    os.kill(g.wait_roles()["tocsin-core"], signal.SIGKILL)  # a clean end would not copy them either
    for i in range(TEXTS):
        g.deliver(monitor.report("KIL", 101, "--note", f"WHOLE {i}"))
    wait_for(lambda: len(g.log_events("STORE_FAILED")) >= 2, "core to end again and again")
    expect_in("the disk is full: make room on it", g.log(), "the log")
    expect(len(g.waiting()), TEXTS, "texts that wait in the modem")
    g.free()
    g.wait_ready()
    g.wait_texts(TEXTS)
    step("nothing left at all: core ends and is started again until there is room")


def main():
    given = options(__doc__.splitlines()[0])
    if IN_NAMESPACE not in os.environ:
        enter_namespace()
    with SmallDisk(given.bin) as g:
        g.start()
        g.unlock()
        monitor = g.enrol("Alder 3")
        g.wait_texts(1)
        phase(g, monitor, "OPEN")
        g.close()
        phase(g, monitor, "ARMED")
        g.lock()
        phase(g, monitor, "LOCKED")
        g.arm()
        whole_disk(g, monitor)
        g.unlock()
        notes = [row["note"] for row in g.inbox("--reports")]
        wanted = [f"{state} {i}" for state in ("OPEN", "ARMED", "LOCKED", "WHOLE")
                  for i in range(TEXTS)] + [f"GROWTH {i}" for i in range(GROWTH)]
        expect(sorted(notes), sorted(wanted), "notes of the reports")


if __name__ == "__main__":
    run(main)
