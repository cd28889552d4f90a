#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tocsin.conf(5) says what schemas/settings.def and settings_modem.def say: every setting, its bounds
and its default."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(
    r'X\((\w+),\s*"([^"]+)",\s*(\w+),\s*(\d+),\s*(\d+),\s*"([^"]*)",\s*"([^"]*)",\s*"([^"]*)"\)')


def items(page):
    """Each `.It Va NAME` of the page with the text up to the next one."""
    found = {}
    for part in re.split(r"^\.It Va ", page, flags=re.M)[1:]:
        name, _, text = part.partition("\n")
        found[name.strip()] = re.split(r"^\.(?:El|Sh|Ss)\b", text, flags=re.M)[0]
    return found


def words_of(text):
    return re.sub(r"^\.\w+\s+", "", text, flags=re.M).replace("\n", " ")


def check(row, page, faults):
    _, path, kind, low, high, initial, words, _ = row
    if path not in page:
        faults.append(f"tocsin.conf.5 has no item for {path}")
        return
    text = words_of(page[path])
    wanted = [initial]
    if kind == "NUMBER":
        wanted.append(f"{low} to {high}")
    if kind == "WORD":
        wanted.extend(words.split("|"))
    for word in wanted:
        if not re.search(r"(?<![\w.])" + re.escape(word) + r"(?![\w])", text):
            faults.append(f"tocsin.conf.5: {path} does not say \"{word}\"")


def main():
    rows = ROW.findall((ROOT / "schemas/settings.def").read_text())
    for field, name, *rest in ROW.findall((ROOT / "schemas/settings_modem.def").read_text()):
        rows.append((field, "modem." + name, *rest))
    page = items((ROOT / "deploy/man/tocsin.conf.5").read_text())
    faults = []
    for row in rows:
        check(row, page, faults)
    for name in page.keys() - {row[1] for row in rows}:
        faults.append(f"tocsin.conf.5 describes {name}, which is no setting")
    for fault in faults:
        print(fault)
    print(f"{len(rows)} settings, {len(faults)} faults")
    return 1 if faults or len(rows) < 19 else 0


sys.exit(main())
