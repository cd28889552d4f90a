#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`tocsin init` and `tocsin unlock` at a terminal: questions, a passphrase that is not shown, Ctrl-C.

usage: test_init.py --bin BUILD_DIR
"""
import atexit
import datetime
import fcntl
import json
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODEBOOK = str(ROOT / "schemas/codebook/atrocity.cfg")
PLACES = str(ROOT / "schemas/places/example.cfg")
SECRET = "six words drawn by lot ä"

failures = 0


def check(condition, words):
    global failures
    if not condition:
        failures += 1
        print(f"failed: {words}")


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, folder, *command, columns=80):
        self.seen = ""
        self.pid, self.fd = pty.fork()
        if self.pid != 0:
            fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        if self.pid == 0:
            while os.get_terminal_size(1).columns != columns:
                time.sleep(0.01)
            os.chdir(folder)
            os.execv(command[0], command)

    def read(self, until, seconds=30):
        end, mark = time.monotonic() + seconds, len(self.seen)
        while until not in self.seen[mark:] and time.monotonic() < end:
            if not select.select([self.fd], [], [], 0.2)[0]:
                continue
            try:
                got = os.read(self.fd, 4096)
            except OSError:
                break
            if not got:
                break
            self.seen += got.decode("utf-8", "replace")
        check(until in self.seen[mark:], f"'{until}' in {self.seen[mark:]!r}")

    def echoes(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def say(self, text):
        os.write(self.fd, text.encode())

    def answer(self, question, text):
        self.read(question)
        self.say(text + "\n")

    def secret(self, question, text):
        self.read(question)
        until = time.monotonic() + 5
        while self.echoes() and time.monotonic() < until:
            time.sleep(0.01)
        check(not self.echoes(), "echo is off")
        self.say(text)

    def more(self, seconds=60):
        """Read what comes next. False: it has ended, or says nothing for so long."""
        if not select.select([self.fd], [], [], seconds)[0]:
            check(False, f"a question that nobody answers: {self.seen[-200:]!r}")
            os.kill(self.pid, signal.SIGKILL)
            return False
        try:
            got = os.read(self.fd, 4096)
        except OSError:
            return False
        self.seen += got.decode("utf-8", "replace")
        return bool(got)

    def end(self):
        while True:
            try:
                got = os.read(self.fd, 4096)
            except OSError:
                break
            if not got:
                break
            self.seen += got.decode("utf-8", "replace")
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def wizard(programs):
    """Every question; the two passphrases differ once, one is too short, then both are right."""
    folder = tempfile.mkdtemp(prefix="tocsin-init-")
    t = Terminal(folder, f"{programs}/tocsin", "init", "--argon-memory", "64")
    t.answer("Folder of the sealed store [state]: ", "")
    t.answer("for a trial without modem [modem]: ", "")
    t.answer("Anchor [file:anchor.bin]: ", "anchor.bin")
    t.answer("Anchor [file:anchor.bin]: ", "")
    t.answer("Codebook file: ", "")
    t.answer("Codebook file: ", CODEBOOK)
    t.answer("Places file: ", PLACES)
    t.answer("Posture [protected]: ", "closed")
    t.answer("Posture [protected]: ", "")
    t.secret("New passphrase: ", "too short\n")
    t.secret("New passphrase: ", SECRET + "\n")
    t.secret("Once more: ", SECRET + "x\n")
    t.secret("New passphrase: ", SECRET + "\n")
    t.secret("Once more: ", SECRET + "\n")
    code = t.end()
    check(code == 0, f"init ended with {code}: {t.seen}")
    check("drawn by lot ä" not in t.seen, "the passphrase was not shown")
    check("tocsind -c tocsin.conf" in t.seen, "the next command is told")
    names = sorted(os.listdir(folder))
    check(names == ["anchor.bin", "modem", "run", "state", "tocsin.conf"], names)
    for name in names:
        check(os.stat(f"{folder}/{name}").st_mode & 0o77 == 0, f"{name} is closed to others")
    return folder


def unlock(programs, folder):
    """With a daemon: a wrong passphrase, then the right one."""
    log = open(f"{folder}/log", "w")
    daemon = subprocess.Popen([f"{programs}/tocsind"], cwd=folder, stderr=log, stdin=subprocess.DEVNULL)
    atexit.register(daemon.kill)
    until = time.monotonic() + 20
    while time.monotonic() < until and subprocess.run(
            [f"{programs}/tocsin", "status"], cwd=folder, capture_output=True).returncode != 0:
        time.sleep(0.1)
    for text, want in ((SECRET + "x\n", 1), (SECRET + "\n", 0)):
        t = Terminal(folder, f"{programs}/tocsin", "unlock")
        if state(programs, folder)["clock_level"] != "confirmed":
            t.answer("type the right date and time in UTC] ", "")
        t.secret("Passphrase of this gateway: ", text)
        code = t.end()
        check(code == want, f"unlock ended with {code}: {t.seen}")
        check("drawn by lot" not in t.seen, "the passphrase was not shown")
    date(programs, folder)
    monitor(programs, folder)
    chosen(programs, folder)
    daemon.terminate()
    check(daemon.wait(20) == 0, "tocsind ended with 0")
    said = Path(f"{folder}/log").read_text()
    check("drawn" not in said, "the passphrase is not in the log")


def state(programs, folder):
    done = subprocess.run([f"{programs}/tocsin", "status", "--json"], cwd=folder, capture_output=True)
    return json.loads(done.stdout)


def tocsin(programs, folder, code, words, *args):
    done = subprocess.run([f"{programs}/tocsin", *args], cwd=folder, capture_output=True, text=True,
                          input=SECRET + "\n")
    check(done.returncode == code and words in done.stdout + done.stderr, f"{args}: {done}")


def date(programs, folder):
    """The date that the gateway believes: asked at a terminal until somebody confirms it."""
    tocsin(programs, folder, 0, "LOCKED", "lock")
    if state(programs, folder)["clock_level"] == "confirmed":
        print("the network confirms this machine's clock: the question is not asked here")
    else:
        t = Terminal(folder, f"{programs}/tocsin", "arm")
        t.answer("type the right date and time in UTC] ", "the day after yesterday, or was it the one before "
                 "that one")
        later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=400)
        t.answer("type the right date and time in UTC] ", f"{later:%Y-%m-%d %H:%M}")
        t.answer(" days later. Is it right? [y/N] ", "n")
        t.answer("type the right date and time in UTC] ", "y")
        t.secret("Passphrase of this gateway: ", SECRET + "\n")
        check(t.end() == 0 and "write a date and time" in t.seen, f"arm: {t.seen}")
        tocsin(programs, folder, 0, "UTC, confirmed by a coordinator", "status")
    check(state(programs, folder)["clock_level"] == "confirmed", "confirmed")
    t = Terminal(folder, f"{programs}/tocsin", "unlock")  # and not asked again
    t.secret("Passphrase of this gateway: ", SECRET + "\n")
    check(t.end() == 0 and "Is that right" not in t.seen, f"unlock: {t.seen}")
    tocsin(programs, folder, 0, "LOCKED", "lock")
    unlock_with = ("unlock", "--passphrase-fd", "0", "--date")
    for wrong in ("2027-02-31T10:00", "2027-02-03", "2027-02-03T24:00", "2027-02-03T10:00Z", "now", ""):
        tocsin(programs, folder, 2, "--date must be a date and time", *unlock_with, wrong)
    tocsin(programs, folder, 2, "--date-is-sure says", "unlock", "--passphrase-fd", "0", "--date-is-sure")
    tocsin(programs, folder, 1, "add --date-is-sure", *unlock_with, "2026-11-02T10:00")
    tocsin(programs, folder, 1, "cannot be right", *unlock_with, "2025-11-02T10:00", "--date-is-sure")
    check(state(programs, folder)["state"] == "LOCKED", "LOCKED as before")
    tocsin(programs, folder, 0, "OPEN", *unlock_with, "2026-11-02T10:00", "--date-is-sure")
    check(state(programs, folder)["clock"].startswith("2026-11-02T10:"), state(programs, folder))


def monitor(programs, folder):
    """The enrolment text is typed and not shown, over lines and at once; the roster on a narrow screen."""
    done = subprocess.run([f"{programs}/tocsin", "enrol", "--pseudonym", "A monitor of a long name",
                           "--place", "101"], cwd=folder, capture_output=True, text=True)
    check(done.returncode == 0, f"enrol: {done}")
    secret = done.stdout.strip()
    compose = str(Path(programs).parent / "reporting/tocsin-compose")
    t = Terminal(folder, compose, "-s", "phone", "enrol")
    t.secret("then press Enter twice.", secret[:70] + "\n" + secret[70:] + "\n\n")
    code = t.end()
    check(code == 0 and secret[:20] not in t.seen and secret[90:] not in t.seen, f"enrol {code}: {t.seen}")
    t = Terminal(folder, compose, "-s", "other", "enrol")
    t.secret("then press Enter twice.", secret[:70] + "\x03")
    check(t.end() == 1 and "interrupted" in t.seen, f"enrol: {t.seen}")
    for columns in 60, 80:
        t = Terminal(folder, f"{programs}/tocsin", "roster", columns=columns)
        check(t.end() == 0 and max(map(len, t.seen.splitlines())) <= columns, f"roster: {t.seen}")
        check(("0 messages" in t.seen) == (columns == 60), f"{columns}: {t.seen}")


def chosen(programs, folder):
    """What a choice means is said before it is asked; words of a neutral answer are typed."""
    for answer, code, words in (("n", 1, "nothing was changed"), ("y", 0, "posture is open now")):
        t = Terminal(folder, f"{programs}/tocsin", "setting", "posture", "open")
        t.answer("Go on? (y/n) ", answer)
        check(t.end() == code and words in t.seen and "gives up secrecy" in " ".join(t.seen.split()),
              f"posture: {t.seen}")
    for typed, words in (("Thank you, come by.", "the network's own now"), ("", "what comes with Tocsin now")):
        t = Terminal(folder, f"{programs}/tocsin", "setting", "neutral-text")
        t.answer("what comes with Tocsin): ", typed)
        t.answer("Go on? (y/n) ", "y")
        check(t.end() == 0 and words in t.seen, f"neutral-text: {t.seen}")
    tocsin(programs, folder, 0, "posture is protected now", "setting", "posture", "protected", "--yes")


def interrupted(programs):
    """Ctrl-C at the passphrase: echo is on again, nothing was made."""
    folder = tempfile.mkdtemp(prefix="tocsin-init-")
    t = Terminal(folder, f"{programs}/tocsin", "init", "--yes", "--argon-memory", "64",
                 "--codebook", CODEBOOK, "--places", PLACES)
    t.secret("New passphrase: ", "half of a passphr\x03")
    t.read("interrupted: nothing was done")
    check(t.echoes(), "echo is on again")
    check(t.end() == 1, "refused")
    check(os.listdir(folder) == [], os.listdir(folder))
    os.rmdir(folder)


def no_terminal(programs):
    """From a script without the options: words, not a question that nobody can answer."""
    folder = tempfile.mkdtemp(prefix="tocsin-init-")
    for args, code, words in (
            ([], 2, "init needs --codebook"),
            (["--codebook", CODEBOOK, "--places", PLACES, "--argon-memory", "64"], 1,
             "use --passphrase-fd or --passphrase-file")):
        done = subprocess.run([f"{programs}/tocsin", "init", *args], cwd=folder, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, start_new_session=True)
        check(done.returncode == code and words in done.stderr, f"{done}")
    check(os.listdir(folder) == [], os.listdir(folder))
    os.rmdir(folder)


def main():
    programs = str((Path(sys.argv[sys.argv.index("--bin") + 1]) / "gateway").resolve())
    folder = wizard(programs)
    unlock(programs, folder)
    shutil.rmtree(folder)
    interrupted(programs)
    no_terminal(programs)
    print(f"{failures} failures")
    return 1 if failures else 0


signal.alarm(200)
if __name__ == "__main__":
    sys.exit(main())
