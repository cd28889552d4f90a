#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Includes follow the arrows, and each foreign library is known to the files named here alone."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# A folder may include from itself and from what stands here; the longest name that fits counts.
ARROWS = {
    "schemas": [],
    "crypto": ["schemas"],
    "reporting/report": ["schemas"],
    "reporting/book": ["schemas", "reporting/report"],
    "reporting/monitor": ["schemas", "crypto", "reporting/report", "reporting/book", "gateway/common"],
    "gateway/common": ["schemas"],
    "gateway/core": ["schemas", "crypto", "reporting/report", "reporting/book", "gateway/common"],
    "gateway/modem": ["schemas", "reporting/report", "gateway/common"],
    "gateway/control": ["schemas", "reporting/report", "reporting/book", "gateway/common"],
}

# Which files may include a foreign header: a regular expression on the path.
FOREIGN = {
    "gammu.h": r"gateway/modem/modem_gammu\w*\.[ch]",
    "sqlite3.h": r"gateway/core/(store|view|mem)\w*\.[ch]",
    "libconfig.h": r"gateway/common/conf\.c|reporting/book/book\w*\.[ch]",
    "sodium.h": r"crypto/\w+\.c|gateway/common/(entropy|ipc|passphrase|fileio)\.c"
                r"|gateway/(core|control|modem)/\w+\.c|reporting/monitor/\w+\.c",
    "seccomp.h": r"gateway/common/sandbox_filter\.h",
    "utf8proc.h": r"reporting/report/\w+\.c|gateway/core/people\.c|gateway/control/\w+\.c"
                  r"|reporting/book/\w+\.c",
}
PURE_NEVER = {"stdlib.h", "time.h", "unistd.h", "errno.h", "fcntl.h"}
PURE = ("crypto", "reporting/report")
GENERATED = re.compile(r"^sql_\w+\.h$")


def module_of(path):
    fits = [m for m in ARROWS if path == m or path.startswith(m + "/")]
    return max(fits, key=len) if fits else None


def check(path, faults):
    name = path.relative_to(ROOT).as_posix()
    module = module_of(name)
    for number, line in enumerate(path.read_text().splitlines(), 1):
        own = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        foreign = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
        if own and not GENERATED.match(own[1]):
            target = module_of(own[1])
            if target is None:
                faults.append(f"{name}:{number}: \"{own[1]}\" is in no folder of the project")
            elif target != module and target not in ARROWS[module]:
                faults.append(f"{name}:{number}: {module} may not include from {target}")
        if foreign:
            base = foreign[1].split("/")[-1]
            if base in FOREIGN and not re.fullmatch(FOREIGN[base], name):
                faults.append(f"{name}:{number}: <{foreign[1]}> belongs to {FOREIGN[base]}")
            if module in PURE and base in PURE_NEVER:
                faults.append(f"{name}:{number}: {module} is pure: no <{base}>")


def main():
    faults, files = [], 0
    for folder in ("schemas", "crypto", "reporting", "gateway"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".c", ".h", ".def") and module_of(path.relative_to(ROOT).as_posix()):
                files += 1
                check(path, faults)
    for fault in faults:
        print(fault)
    print(f"{files} files, {len(faults)} faults")
    return 1 if faults or files < 20 else 0


sys.exit(main())
