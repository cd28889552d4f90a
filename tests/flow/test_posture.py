#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Postures at the command line: protected at first, a part chosen otherwise, open, what the settings file demands,
and back; what `setting`, `status` and `check` say of each, OPEN and LOCKED and after a restart.

    test_posture.py --bin BUILD_DIR
"""
import json
import os

from gateway import Gateway, Steps, expect, expect_in, options, run

step = Steps()


def settings(g):
    return json.loads(g.command("setting", "--json").out)


def holds(g, posture, differs, **values):
    now = settings(g)
    expect(now["posture"], posture, f"posture of {now}")
    expect(now["differs"], differs, f"what differs in {now}")
    for name, value in values.items():
        expect(now[name], value, f"{name} of {now}")
    status = g.status(code=None)
    expect(status["posture"], posture, "posture of status")
    expect(status["posture_differs"], differs, "what differs in status")


def restart(g, posture):
    """LOCKED, the root says it."""
    g.stop()
    g.start()
    status = g.status()
    expect((status["state"], status["posture"]), ("LOCKED", posture), "after a restart")
    g.unlock()


def protected_first(g):
    holds(g, "protected", [], keep_numbers=False, plain_texts="allowed", answers="none", neutral_text=None,
          posture_by="choice", answers_by="posture")
    out = g.command("setting").out
    expect_in("posture       protected\n", out, "setting")
    expect_in("answers       none, as the posture has it\n", out, "setting")
    expect_in("ok    posture   protected\n", g.command("check").out, "check")


def one_part(g):
    said = g.command("setting", "answers", "neutral", "--yes")
    expect_in("on her phone from this gateway's number", " ".join(said.out.split()), "what answers mean")
    expect_in("answers is neutral now", said.out, "answers")
    holds(g, "protected", ["answers"], answers="neutral", answers_by="choice")
    expect_in("answers       neutral, chosen: differs from the posture\n", g.command("setting").out, "setting")
    expect_in("posture    protected; chosen otherwise: answers (see 'tocsin setting')\n",
              g.command("status").out, "status")
    expect_in("neutral already", g.command("setting", "answers", "neutral").out, "the same again")


def refused(g):
    for words, code, why in (
            (("answers", "read-back", "--yes"), 1, "read-back belongs to posture open"),
            (("neutral-text", "hello", "--yes"), 2, "give --text-file"),
            (("answers", "loud", "--yes"), 2, "none|neutral|code|read-back, or as-posture"),
            (("posture", "as-posture", "--yes"), 2, "protected|open"),
            (("posture", "open"), 2, "nobody can be asked here"),
            (("loudness", "high"), 2, "there is no setting \"loudness\"")):
        said = g.command("setting", *words, code=code)
        expect_in(why, " ".join(said.err.split()), f"setting {words}")
    holds(g, "protected", ["answers"], answers="neutral")


def own_text(g):
    path = os.path.join(g.folder, "neutral")
    for text, code, why in (("come by soon " * 20, 1, "too long"), ("KIL 101 2 people", 1, "reads as a report"),
                            ("Thank you, we have it.", 0, "the network's own now")):
        with open(path, "w") as f:
            f.write(text + "\n")
        said = g.command("setting", "neutral-text", "--text-file", path, "--yes", code=code)
        expect_in(why, said.out + said.err, f"neutral-text {text!r}")
    os.unlink(path)
    holds(g, "protected", ["answers", "neutral-text"], neutral_text="Thank you, we have it.")


def opened(g):
    said = " ".join(g.command("setting", "posture", "open", "--yes").out.split())
    for words in ("The operator", "A thief who takes this gateway", "posture is open now"):
        expect_in(words, said, "what open means")
    differs = ["answers", "neutral-text"]
    holds(g, "open", differs, keep_numbers=True, plain_texts="anyone", answers="neutral",
          neutral_text="Thank you, we have it.")
    restart(g, "open")
    holds(g, "open", differs, answers="neutral", neutral_text="Thank you, we have it.")
    g.command("setting", "neutral-text", "as-posture", "--yes")
    g.command("setting", "answers", "as-posture", "--yes")
    holds(g, "open", [], answers="read-back", neutral_text=None)
    g.command("setting", "answers", "read-back", "--yes")
    said = g.command("setting", "posture", "protected", "--yes", code=1)
    expect_in("first choose other ones", " ".join(said.err.split()), "protected with read-back chosen")
    holds(g, "open", [], answers_by="choice")


def demanded(g):
    with open(g.conf) as f:
        text = f.read()
    expect_in("posture = \"chosen\";", text, "the settings that init writes")
    for word, posture, weaker in (("protected", "protected", False), ("open", "open", True)):
        with open(g.conf, "w") as f:
            f.write(text.replace("posture = \"chosen\";", f"posture = \"{word}\";"))
        if word == "protected":
            expect_in("WRONG posture   open; the settings file says otherwise", g.command("check", code=1).out, "no restart yet")
        g.stop()
        g.start()
        status = g.status(code=None)
        expect((status["state"], status["posture"], status["posture_demanded"]),
               ("LOCKED", posture, not weaker), f"LOCKED, where the file says {word}")
        expect(any("weaker" in w for w in status["wrong"]), weaker, f"what is wrong: {status['wrong']}")
        g.unlock()
        if weaker:
            continue
        holds(g, "protected", [], posture_by="file", answers="none", answers_by="file", keep_numbers=False)
        expect_in("posture       protected, demanded by the settings file\n", g.command("setting").out, "setting")
        expect_in("protected, demanded by the settings file\n", g.command("check").out, "check")
        for words in (("posture", "open"), ("answers", "read-back")):
            said = g.command("setting", *words, "--yes", code=None)
            expect_in("the settings file demands", " ".join((said.out + said.err).split()), f"{words}")
    with open(g.conf, "w") as f:
        f.write(text)
    restart(g, "open")


def back(g):
    g.command("setting", "answers", "as-posture", "--yes")
    g.command("setting", "posture", "protected", "--yes")
    holds(g, "protected", [], keep_numbers=False, plain_texts="allowed", answers="none")
    restart(g, "protected")
    holds(g, "protected", [])


class OpenGateway(Gateway):
    init_options = ("--posture", "open")


def open_from_init(bin_dir):
    with OpenGateway(bin_dir) as g:
        g.start()
        expect(g.status()["posture"], "open", "LOCKED, made so")
        g.unlock()
        holds(g, "open", [], answers="read-back", posture_by="choice")


def main():
    args = options(__doc__)
    with Gateway(args.bin) as g:
        g.start()
        g.unlock()
        for part in (protected_first, one_part, refused, own_text, opened, demanded, back):
            step(part.__name__)
            part(g)
    step("open_from_init")
    open_from_init(args.bin)


run(main)
