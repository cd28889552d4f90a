#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Flushes and octets that reach the card: bench_device on an ext4 image on a loop device, whose own
counters are read; a second loop device is the other medium.

    bench_device.py --bin BUILD_DIR [--rounds N]

Needs root and loop devices: where nothing can be mounted it says so and measures nothing.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

IN_NAMESPACE = "TOCSIN_BENCH_IN_NAMESPACE"
SIZES_MIB = {"card": 512, "other": 64}


def skip(words):
    print(f"device figures: skipped: {words}")
    sys.exit(0)


def tool(*argv, check=True):
    done = subprocess.run(argv, capture_output=True, text=True)
    if check and done.returncode != 0:
        skip(f"{' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


class Disk:
    """An ext4 image on a loop device, mounted as a gateway's card should be."""

    def __init__(self, folder, name):
        self.image = os.path.join(folder, name + ".img")
        self.at = os.path.join(folder, name)
        self.device = ""
        with open(self.image, "wb") as f:
            f.truncate(SIZES_MIB[name] << 20)
        os.mkdir(self.at)

    def __enter__(self):
        self.device = tool("losetup", "--find", "--show", self.image)
        try:
            tool("mkfs.ext4", "-q", self.device)
            tool("mount", "-o", "noatime", self.device, self.at)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        tool("umount", self.at, check=False)
        tool("losetup", "--detach", self.device, check=False)

    def stat(self):
        return f"/sys/block/{os.path.basename(self.device)}/stat"


def enter_namespace():
    """Run again with mounts of our own, which go with us."""
    if os.geteuid() != 0:
        skip("only root can set up a loop device")
    for program in ("unshare", "losetup", "mkfs.ext4", "mount"):
        if shutil.which(program) is None:
            skip(f"there is no {program}(8)")
    tool("unshare", "--mount", "true")
    os.environ[IN_NAMESPACE] = "1"
    os.execvp("unshare", ["unshare", "--mount", sys.executable] + sys.argv)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="build folder")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if IN_NAMESPACE not in os.environ:
        enter_namespace()
    with tempfile.TemporaryDirectory(prefix="tocsin-device-") as folder:
        with Disk(folder, "card") as card, Disk(folder, "other") as other:
            program = os.path.join(os.path.abspath(given.bin), "tests", "bench", "bench_device")
            done = subprocess.run([program, card.stat(), other.at, str(given.rounds)],
                                  env={**os.environ, "TMPDIR": card.at})
    return done.returncode


sys.exit(main())
