#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""schemas/report/plain.md is a grammar that holds together, and says what schemas/report/plain.def says:
fields, tags, turns, ranges, separators, signs. No word of plain_words.def has two meanings."""
import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START = "message"
TOKEN = re.compile(r'\s*("[^"]*"|[a-z][a-z -]*[a-z]|[a-z]|[=|,;{}\[\]()])')
CONTROL = {"\t": " ", "\n": "newline", "\r": "newline"}


def tokens(text):
    at = 0
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if not found:
            raise SyntaxError(f"plain.md: not EBNF: {text[at:at + 30]!r}")
        yield found[1].strip()
        at = found.end()


class Parser:
    """ISO 14977 as far as it is used: a rule is a list of alternatives of lists of terms."""

    def __init__(self, text):
        self.list, self.at = list(tokens(text)), 0

    def peek(self):
        return self.list[self.at] if self.at < len(self.list) else None

    def take(self, wanted=None):
        token = self.peek()
        if token is None or (wanted and token != wanted):
            raise SyntaxError(f"plain.md: {wanted or 'a term'} is missing before {token}")
        self.at += 1
        return token

    def rules(self):
        rules = {}
        while self.peek() is not None:
            name = self.take()
            self.take("=")
            if name in rules:
                raise SyntaxError(f"plain.md: {name} is defined twice")
            rules[name] = self.choice()
            self.take(";")
        return rules

    def parted_by(self, mark, part):
        found = [part()]
        while self.peek() == mark:
            self.take()
            found.append(part())
        return found

    def choice(self):
        return self.parted_by("|", self.sequence)

    def sequence(self):
        return self.parted_by(",", self.term)

    def term(self):
        closing = {"{": "}", "[": "]", "(": ")"}.get(self.peek())
        token = self.take()
        if closing is None:
            if token in "=|,;}])":
                raise SyntaxError(f"plain.md: a term is missing before {token}")
            return token
        inner = self.choice()
        self.take(closing)
        return inner


def leaves(part):
    if isinstance(part, str):
        yield part
    else:
        for inner in part:
            yield from leaves(inner)


def literals(rule):
    return {leaf[1:-1] for leaf in leaves(rule) if leaf.startswith('"')}


def check_rules(rules, faults):
    reached, ahead = set(), [START]
    while ahead:
        name = ahead.pop()
        if name in reached:
            continue
        reached.add(name)
        if name not in rules:
            faults.append(f"plain.md: {name} is not defined")
            continue
        ahead += [leaf for leaf in leaves(rules[name]) if not leaf.startswith('"')]
    faults += [f"plain.md: {name} is never used" for name in rules.keys() - reached]


def rows(text, macro):
    return [re.sub(r"\s+", " ", row) for row in re.findall(rf"^{macro}\((.*?)\)$", text, re.M | re.S)]


def same(what, document, table, faults):
    if document != table:
        faults.append(f"{what}: plain.md has {sorted(document)}, plain.def has {sorted(table)}")


def check_fields(page, table, rules, faults):
    fields = []
    for row in rows(table, "PLAIN_FIELD"):
        name, tag, turn, digits, low, high, _ = re.split(r", (?=[^,]*)", row, maxsplit=6)
        fields.append((name, tag.strip("'").replace("0", ""), turn.replace("0", ""), digits, low, high))
    found = [tuple(cell.strip() for cell in line.strip("|").split("|"))
             for line in re.findall(r"^\| [A-Z]+ \|.*\|$", page, re.M)]
    same("fields", set(found), set(fields), faults)
    same("tags", literals(rules["tag"]), {f[1] for f in fields if f[1]}, faults)
    turns = sorted(int(f[2]) for f in fields if f[2])
    if turns != list(range(1, len(turns) + 1)):
        faults.append(f"plain.def: turns are {turns}")


def check_separators(table, rules, faults):
    wanted = set()
    for row in rows(table, "PLAIN_SEPARATOR"):
        characters = ast.literal_eval(row.split(", ", 1)[1])
        wanted |= {CONTROL.get(c, c) for c in characters} or {"other punctuation"}
    found = literals(rules["separator"]) | ({"newline"} & set(leaves(rules["separator"])))
    same("separators", found, wanted, faults)
    signs = {row.split(", ")[0].lower(): row.split(", ")[1].strip("'") for row in rows(table, "PLAIN_SIGN")}
    for name, character in signs.items():
        same(f"sign {name}", literals(rules.get(name, [])), {character}, faults)


def check_words(faults):
    seen = {}
    words = re.findall(r'^X\((\w+), "(\w+)", "([^"]+)"\)$', (ROOT / "schemas/report/plain_words.def").read_text(), re.M)
    for meaning, language, word in words:
        if word in seen:
            faults.append(f"plain_words.def: {word} is there as {seen[word]} and as {meaning}")
        seen[word] = meaning
    return len(words)


def main():
    faults = []
    page = (ROOT / "schemas/report/plain.md").read_text()
    table = (ROOT / "schemas/report/plain.def").read_text()
    rules = Parser(re.search(r"^```ebnf\n(.*?)^```", page, re.M | re.S)[1]).rules()
    check_rules(rules, faults)
    check_fields(page, table, rules, faults)
    check_separators(table, rules, faults)
    words = check_words(faults)
    for fault in faults:
        print(fault)
    print(f"{len(rules)} rules, {words} words, {len(faults)} faults")
    return 1 if faults or len(rules) < 20 or words < 300 else 0


sys.exit(main())
