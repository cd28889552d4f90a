#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Codebooks at the command line: each rule of the checker by a file that breaks it and says where; whatever is given in
the place of a book; then the guide docs/codebook.md, done: every command of it, in its order, as it stands there, on a
gateway; a kind that was retired.

    test_codebook.py --bin BUILD_DIR
"""
import glob
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

from gateway import COMMAND_S, PROJECT, Gateway, Steps, expect, expect_in, options, run

PAGE = os.path.join(PROJECT, "docs", "codebook.md")
BOOKS = os.path.join(PROJECT, "schemas", "codebook")
step = Steps()


def rules(g):
    """A file's first line says which line must be named, and with what words."""
    files = sorted(glob.glob(os.path.join(PROJECT, "tests", "corpus", "*", "bad_*.cfg")))
    done = 0
    for path in files:
        with open(path, "rb") as f:
            wanted = re.match(rb"# (\d+): (.*)\n", f.readline())
        if wanted is None:
            continue  # for the fuzz target alone
        said = g.command("codebook", "check", path, code=1)
        line, words = wanted.group(1).decode(), wanted.group(2).decode()
        at = [s for s in said.out.splitlines() if s.startswith(f"{path}:{line}: ") and words in s]
        expect(len(at) > 0, True, f"{os.path.basename(path)}: line {line} and {words!r} in {said.out!r}")
        expect(said.err, "", "standard error of a check")
        done += 1
    expect(done >= 60, True, f"files that break a rule: {done}")


def shipped(g):
    for path in sorted(glob.glob(os.path.join(BOOKS, "*.cfg"))):
        said = g.command("codebook", "check", path)
        expect_in("languages en fr (draft) sw (draft) ar (draft)", said.out, path)


def page():
    """("text", what is fenced) or ("command", a line) or ("replace", (from, to)), in order."""
    with open(PAGE, encoding="utf-8") as f:
        text = f.read()
    parts = re.compile(r"^```\n(.*?)^```$|^\t+([^\n]*)$|replace `([^`]*)` by `([^`]*)`", re.M | re.S)
    for m in re.finditer(parts, text):
        if m.group(1) is not None:
            yield "text", m.group(1)
        elif m.group(2) is not None:
            yield "command", m.group(2)
        else:
            yield "replace", (m.group(3), m.group(4))


class Guide:
    def __init__(self, g):
        self.g = g
        self.folder = os.path.join(g.folder, "books")
        os.mkdir(self.folder)
        for path in glob.glob(os.path.join(BOOKS, "*.cfg")):
            shutil.copy(path, self.folder)
        self.env = dict(g.env, PATH=os.path.join(g.bin_dir, "gateway") + ":" + g.env["PATH"])
        self.commands = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def save(self, text):
        if text.startswith("id = "):
            with open(self.path("river.cfg"), "w", encoding="utf-8") as f:
                f.write(text)

    def replace(self, pair):
        with open(self.path("river.cfg"), encoding="utf-8") as f:
            text = f.read()
        expect(text.count(pair[0]), 1, f"{pair[0]} in river.cfg")
        with open(self.path("river.cfg"), "w", encoding="utf-8") as f:
            f.write(text.replace(*pair))

    def do(self, command):
        expect(command.startswith("tocsin codebook "), True, f"an indented line that is no command: {command!r}")
        line = command.replace("tocsin ", f"tocsin -c '{self.g.conf}' ", 1)
        done = subprocess.run(["/bin/sh", "-c", line], env=self.env, cwd=self.folder, capture_output=True,
                              timeout=COMMAND_S, check=False)
        out = done.stdout.decode()
        expect(done.returncode, 0, f"exit code of {command}: {done.stderr.decode()}")
        if command in SAID:
            expect_in(SAID[command], out, command)
        self.commands += 1


SAID = {
    "tocsin codebook print hazard.cfg": "680 RIV Flood",
    "tocsin codebook print -l fr atrocity.cfg": "brouillon non relu",
    "tocsin codebook check river.cfg": "ok: river version 1, 2 kinds, languages en fr (draft)",
    "tocsin codebook check valley.cfg": "ok: valley version 2, 53 kinds, languages en fr (draft)",
    "tocsin codebook diff atrocity.cfg valley.cfg": "kind 81 SLU \"Gate held by armed men\": is new",
    "tocsin codebook activate valley.cfg": "in force",
    "tocsin codebook diff valley.cfg valley-3.cfg":
        "kind 80 DAM \"Dam cracked\": label in en was \"Dam damaged\", is \"Dam cracked\"",
}


def svg(path):
    """It is XML, A5, and nothing stands outside the page."""
    root = ElementTree.parse(path).getroot()
    expect((root.get("width"), root.get("height")), ("148mm", "210mm"), "size of the card")
    width, height = (int(n) for n in root.get("viewBox").split()[2:])
    texts = list(root.iter("{http://www.w3.org/2000/svg}text"))
    for text in texts:
        expect(0 <= int(text.get("x")) <= width and 0 <= int(text.get("y")) <= height, True, "on the page")
    return ["".join(t.itertext()) for t in texts]


def read_with_its_own(g, monitor):
    """A report of before is shown in the words of then."""
    rows = [row for row in g.inbox() if row.get("kind") == 1]
    expect([row["kind_label"] for row in rows], ["Killing"], "the report of version 1")
    g.codebook = os.path.join(g.folder, "books", "valley-3.cfg")
    g.deliver(monitor.report("DAM", 101))
    g.wait_texts(3)
    expect(g.inbox()[-1]["kind_label"], "Dam cracked", "a report of version 3")
    g.codebook = os.path.join(BOOKS, "atrocity.cfg")
    g.deliver(monitor.report("KIL", 101))
    g.wait_texts(4)
    expect(g.inbox()[-1]["kind_label"], "Killing", "a report of version 1 after it")


def bad_files(g):
    """Whatever is given in the place of a codebook: a word on what to do, and nothing is changed."""
    with open(g.codebook, encoding="utf-8") as f:
        text = f.read()
    folder, garbage = os.path.join(g.folder, "folder"), os.path.join(g.folder, "garbage")
    os.mkdir(folder)
    with open(garbage, "wb") as f:
        f.write(b"\x80\x00" * 2000)
    before = g.status()["events"]
    files = ((os.path.join(folder, "none"), "there is no file"), (folder, "is a folder"), (garbage, "zero octet"),
             (g.file("large", "# large\n" * 1300000), "longer than 163840 octets"),
             (g.file("wraps", text.replace("version = 1;", "version = 4294967305;")), "the number is too large"),
             (g.file("zero", text.replace("version = 1;", "version = 0;")), "between 1 and 2147483647"),
             (g.file("lacks", text.replace("fr = \"Meurtre\";", "", 1)), "label is not given in 'fr'"),
             (g.places, "is a places file, and a codebook is needed here"))
    for path, words in files:
        for act in (("activate", path), ("print", path), ("diff", g.codebook, path), ("join", g.codebook, path)):
            said = g.command("codebook", *act, code=1)
            expect((said.out, words in said.err), ("", True), f"codebook {act}, not {words!r} in: {said}")
    for path, words in files[:-1]:
        said = g.command("codebook", "check", path, code=1)
        expect_in(words, said.out + said.err, f"codebook check {path}")
    expect(g.status()["events"], before, "events of the journal")
    for act in ((), ("check",), ("join",), ("diff",), ("print",)):
        expect_in("usage: tocsin codebook check", g.command("codebook", *act, "--help").out, f"help of {act}")
    expect_in("a whole number from 1", g.command("codebook", "join", "-v", "0", g.codebook, g.codebook, code=2).err, "-v")


def far_behind(g, monitor):
    """Nobody is left more than 8 versions behind, by the journal's own word on who writes with what."""
    with open(g.codebook, encoding="utf-8") as f:
        text = f.read()
    before = g.status()["events"]
    far = g.file("far", text.replace("version = 1;", "version = 12;"))
    said = g.command("codebook", "activate", far, code=1).err
    for words in (monitor.name, "with version 1.", "At most version 9"):
        expect_in(words, said, "who would be left behind")
    expect(g.status()["events"], before, "events of the journal")


def retired(g, monitor):
    """Whoever meets a kind that is no longer used is told what it is now."""
    path = os.path.join(g.folder, "books", "valley-3.cfg")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    text, gone = re.subn(r"^  \{\n    code = 1;\n    mnemonic = \"KIL\".*?^  \},\n", "", text, flags=re.M | re.S)
    expect((gone, "retired = (" in text), (1, False), "the kind that goes")
    text = text.replace("kinds = (", "retired = ( { code = 1; mnemonic = \"KIL\"; successor = 2; } );\nkinds = (", 1)
    newer = g.file("valley-4.cfg", text.replace("version = 3;", "version = 4;"))
    expect_in("is retired: use 02 MAS", g.command("codebook", "diff", path, newer).out, "diff")
    g.command("codebook", "activate", newer)
    g.codebook = newer
    for kind in ("KIL", "kil", "1"):
        expect_in("use 2 (MAS)", monitor.compose("report", kind, 101, expect_code=2), f"a monitor who writes {kind}")
    said = g.command("report", "--yes", "--text-file", g.file("told", "KIL 101"), code=1)
    expect_in("did you mean MAS?", said.out, "a coordinator who writes it")
    g.choose("posture", "open")
    for count, text in enumerate(("KIL 101", "013 101", "MSA 101")):
        g.deliver(text, f"+25471234560{count}")
    g.wait_texts(7)
    reasons = sorted(row["reason"] for row in g.inbox("--unreadable"))
    expect([reason.partition("open: ")[2] for reason in reasons],
           ["no kind of the codebook, and one slip away from one; 2 MAS may be meant",
            "the kind is no longer used, and is now 2 MAS", "the kind is no longer used, and is now 2 MAS"],
           "the inbox")


def main():
    args = options(__doc__.splitlines()[0])
    with Gateway(args.bin) as g:
        step("each rule of the checker")
        rules(g)
        shipped(g)
        step("the guide")
        g.start()
        g.unlock()
        monitor = g.enrol("Alder 3")
        g.wait_texts(1)
        g.deliver(monitor.report("KIL", 101))
        g.wait_texts(2)
        bad_files(g)
        far_behind(g, monitor)
        guide = Guide(g)
        for kind, what in page():
            {"text": guide.save, "command": guide.do, "replace": guide.replace}[kind](what)
        expect(guide.commands >= 14, True, f"commands of the page: {guide.commands}")
        expect_in("Vanne aux mains d'armés", svg(guide.path("front.svg")), "the card")
        expect_in("Entendu dire", svg(guide.path("back.svg")), "the card's back")
        listed = g.command("codebook", "list").out.splitlines()
        expect([re.split(r"\s\s+", row)[:3] for row in listed],
               [["in force", "version 3", "valley"], ["past", "version 2", "valley"],
                ["past", "version 1", "atrocity"]], "the versions")
        expect([(row["version"], row["in_force"], row["monitors"]) for row in g.rows("codebook", "list")],
               [(3, True, 0), (2, False, 0), (1, False, 1)], "the versions, for scripts")
        step("each report with its own version")
        read_with_its_own(g, monitor)
        step("a kind that was retired")
        retired(g, monitor)
        step("what is refused")
        said = g.command("codebook", "join", g.codebook, g.codebook, code=1)
        expect((said.out, "meet those of" in said.err), ("", True), f"a book joined with itself: {said}")
        expect_in("usage", g.command("codebook", "join", g.codebook, code=2).err, "one book")
        expect_in("no language 'xx'", g.command("codebook", "print", "-l", "xx", g.codebook, code=1).err, "a card")
        said = g.command("codebook", "activate", guide.path("valley.cfg"), code=1)
        expect_in("version 2 does not come after version 4", said.err, "an older one")
        g.close()
        expect_in("unlock", g.command("codebook", "activate", guide.path("valley-3.cfg"), code=None).err, "ARMED")
        g.stop()


run(main)
