# SPDX-License-Identifier: GPL-2.0-or-later
"""What mutations.py and modem_mutations.py share: which changes are asked for, and the sources
elsewhere, to be changed and built there. A script's MUTATIONS:

    name: (what it breaks, the test that must turn red, [(file, old, new), ...])
"""
import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ["CMakeLists.txt", "CMakePresets.json", "crypto", "reporting", "gateway", "schemas", "tests", "deploy"]


def asked_for(doc, mutations):
    """The names behind --only; without it, all."""
    ask = argparse.ArgumentParser(description=doc.splitlines()[0])
    ask.add_argument("--only", nargs="+", choices=mutations, default=list(mutations))
    return ask.parse_args().only


def finish(command, timeout_s=None):
    """Run it to its end: its exit code, and what it said on both outputs."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=timeout_s)
    return done.returncode, done.stdout


def give_up(what, code, output):
    sys.exit(f"{what}: {code}\n{output[-4000:]}")


class Copy:
    """options: more for cmake."""

    def __init__(self, folder, *options):
        self.folder, self.build = Path(folder), Path(folder) / "build"
        self.folder.mkdir(exist_ok=True)
        for name in SOURCES:
            source, to = ROOT / name, self.folder / name
            if source.is_dir():
                shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, to)
        self.run(["cmake", "-G", "Ninja", "-S", str(self.folder), "-B", str(self.build),
                  "-DCMAKE_BUILD_TYPE=Release", *options])

    @staticmethod
    def run(command):
        code, output = finish(command)
        if code != 0:
            give_up(" ".join(command), code, output)

    def make(self, target):
        self.run(["cmake", "--build", str(self.build), "--target", target, "-j", str(os.cpu_count())])

    def change(self, edits):
        """Make the edits (file, old, new), each place being there exactly once; what they replaced,
        for restore()."""
        kept = {}
        for name, old, new in edits:
            path = self.folder / name
            text = path.read_text()
            kept.setdefault(path, text)
            if text.count(old) != 1:
                sys.exit(f"{name}: the place of this change is there {text.count(old)} times, not once:\n{old}")
            path.write_text(text.replace(old, new))
        return kept

    @staticmethod
    def restore(kept):
        for path, text in kept.items():
            path.write_text(text)
