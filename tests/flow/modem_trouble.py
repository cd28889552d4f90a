# SPDX-License-Identifier: GPL-2.0-or-later
"""More of modem_scenarios.py: a modem that goes, texts that hurt, sending, the PIN, the sweep."""
import datetime
import os
import signal
import time

from gateway import expect, expect_in, Failure
from emulator import pdu
from emulator.faults import rule
from modem_channel import ASK_CREDIT, DONE, LIST, REFUSED, SWEEP, TEXT, UNDECODED, UNKNOWN
from modem_scenarios import EXIT_DEVICE, EXIT_UNPLUGGED, EXIT_PIN, REPLUG_S, HANG_S, ME, below, emptied

# --- a modem that goes ---

def unplug(world):
    """Unplugged while idle: found at once; without it: no process; back: receiving in 10 s."""
    with world.emulator(sim=5) as e:
        with world.modem(e) as m:
            m.wait(lambda: m.states, "its state")
            begin = time.monotonic()
            e.unplug()
            expect(m.wait_end(), EXIT_UNPLUGGED, "exit code")
            below(time.monotonic() - begin, 1, "seconds until it was noticed")
        with world.modem(e) as m:
            expect(m.wait_end(), EXIT_UNPLUGGED, "exit code without a device")
        e.deliver("EW1 back")
        e.replug()
        begin = time.monotonic()
        with world.modem(e) as m:
            m.wait(lambda: m.texts, "the text")
            below(m.texts[0].when - begin, REPLUG_S, "seconds from replug to the text")


def power(world):
    """Without power for a while: unplugged, and back."""
    with world.emulator(sim=5) as e:
        e.faults.power_s = 4.0
        with world.modem(e) as m:
            m.wait(lambda: m.states, "its state")
            e.power_cycle()
            expect(m.wait_end(), EXIT_UNPLUGGED, "exit code")
        time.sleep(2)
        with world.modem(e) as m:
            expect(m.wait_end(), EXIT_UNPLUGGED, "exit code without power")
        end = time.monotonic() + 10
        while e.count("replug") < 2 and time.monotonic() < end:
            time.sleep(0.05)
        e.deliver("EW1 back")
        with world.modem(e) as m:
            m.wait(lambda: m.texts, "the text")


def hang(world):
    """Silent: while idle, in the middle of a listing. Two processes find it within a minute."""
    with world.emulator(sim=5) as e:
        with world.modem(e) as m:
            m.wait(lambda: m.states, "its state")
            e.hang()
            begin = time.monotonic()
            m.do(LIST)
            expect(m.wait_end(30), EXIT_DEVICE, "exit code")
        with world.modem(e) as m:
            expect(m.wait_end(), EXIT_DEVICE, "exit code of the next one")
            below(time.monotonic() - begin, HANG_S - 15, "seconds of both")


def hang_in_listing(world):
    with world.emulator(sim=5) as e:
        e.deliver("EW1 waits")
        e.faults.hang_mid_reply = "CMGL"
        with world.modem(e) as m:
            m.wait(lambda: any(k == "hang" for _, k, _ in e.journal), "the hang")
            begin = time.monotonic()
            code = m.wait_end()
            if code not in (EXIT_DEVICE, -signal.SIGALRM):
                raise Failure(f"exit code {code}")
        with world.modem(e, "-R") as m:
            expect(m.wait_end(), EXIT_DEVICE, "exit code of the next one")
            below(time.monotonic() - begin, HANG_S - 15, "seconds of both")
        e.power_cycle()
        time.sleep(e.faults.power_s + 0.5)
        with world.modem(e, "-R") as m:
            m.wait(lambda: m.texts, "the text")
            emptied(m, e)


def alike(world):
    """By the library's road and by the raw one a text is the same in every field: core knows it
    again whichever of the two it comes by."""
    with world.emulator(sim=30, phone=5) as e:
        e.deliver(pdu.BASIC[:27] + pdu.BASIC[28:])
        e.deliver("".join(pdu.EXTENSION), memory="ME")
        e.deliver("~ \u0627\ufeff \U0001F30D \uffff ~~")
        e.deliver(pdu=pdu.deliver(bytes(range(140))), name="octets")
        e.deliver(pdu=pdu.deliver(b"\xd8\x3d\0A\xde\0\0\1\xd8\x3d", dcs=8), name="half pairs")
        e.deliver(pdu=pdu.deliver(b"abcdefg", dcs=0x0C), name="a reserved coding")
        e.deliver(pdu=pdu.deliver(b"\x1b\x0d\x1b\x1b\x33\x1b\x0d", dcs=0), name="stray escapes")
        e.deliver(pdu=pdu.deliver(b"port", udh=pdu.ports(5505, 0)), name="port")
        for n, sender in enumerate((ME, "0712345678", "SAFARICOM", "A", "Umoja@Bure_")):
            e.deliver("EW1 a part", sender, udh=pdu.concat(n, 3, 2))
            e.deliver("\u0627 part", sender, udh=pdu.concat(700 + n, 3, 2, 16))
        e.deliver("one of one", udh=pdu.concat(7, 1, 1))
        e.deliver("another day", when=datetime.datetime(2024, 2, 29, 23, 59, 59,
                  tzinfo=datetime.timezone(-datetime.timedelta(hours=9, minutes=30))))
        for n, status in enumerate((0, 1, 2, 0x20, 0x3F, 0x40, 0x60, 0x7F, 0x80, 0xFF)):
            e.deliver(pdu=pdu.status_report(n, ME, status), name="report")
        count = e.waiting()
        shown = []
        for options in ((), ("-R",)):
            with world.modem(e, *options, keeps=False) as m:
                m.wait(lambda: m.listed, "the listing")
                m.wait(lambda: len(m.texts) + len(m.reports) >= count, "all of them", 20)
                shown.append({(t.stamp, t.form, t.udh, t.octets, t.sender) for t in m.texts[:count]}
                             | {(r.reference, r.state, r.tp_status, r.number) for r in m.reports})
                m.kill()
        expect(e.waiting(), count, "nothing is gone")
        expect(len(shown[0]), count, "each is another one")
        expect(sorted(shown[1] - shown[0], key=str), [], "read by the raw road alone")
        expect(sorted(shown[0] - shown[1], key=str), [], "read by the library alone")


# --- texts that hurt ---

# What comes of each: the reason (schemas/undecoded.def), or its text. The other one: abort().
POISONED = {"truncated": 2, "truncated_text": 2, "zero": 2, "first_ff": 3, "smsc_length": 3,
            "not_hex": 1, "part_zero": b"part nought", "compressed": 6, "reserved": 2, "filled_ff": 3,
            "shell": b"EW1 hello"}


def poison(world):
    """Each PDU that hurts a peer: quarantined and freed, and everything else arrives."""
    with world.emulator(sim=30) as e:
        for n, name in enumerate(POISONED):
            e.deliver(f"EW1 beside {n}")
            e.deliver(poison=name)
        with world.modem(e) as m:
            emptied(m, e)
            whole = [t for t in m.texts if t.form == TEXT and t.octets.startswith(b"EW1 beside")]
            expect(len(whole), len(POISONED), "whole texts")
            found = [t.why if t.form == UNDECODED else t.octets for t in m.texts if t not in whole]
            expect(sorted(found, key=str), sorted(POISONED.values(), key=str), "what became of them")
            undecoded = sum(t.form == UNDECODED for t in m.texts)
            m.wait(lambda: m.states, "its state")
            expect(m.states[-1]["quarantined"], undecoded, "quarantined, as it tells")


def abort(world):
    """A PDU that ends libGammu itself: the next process takes it past the library, and the rest."""
    with world.emulator(sim=10) as e:
        e.deliver("EW1 before")
        e.deliver(poison="smsc_digits")
        e.deliver("EW1 behind")
        with world.modem(e) as m:
            code = m.wait_end(20)
            if code >= 0:
                raise Failure(f"libGammu lives, exit code {code}: this PDU proves nothing")
        with world.modem(e, "-R") as m:
            m.wait(lambda: len(m.texts) == 3, "both texts and the bad one")
            emptied(m, e)
            m.wait(lambda: m.states, "the library at work again")
            e.deliver("EW1 after")
            m.wait(lambda: len(m.texts) == 4, "the text after it")
            expect([t.form for t in m.texts].count(UNDECODED), 1, "quarantined")


def dropped_octet(world):
    """The line drops one octet of a raw listing: that slot is read again, and its text arrives."""
    with world.emulator(sim=10, phone=2) as e:
        e.faults.listing_drops = 2
        for n in range(3):
            e.deliver(f"EW1 no. {n}")
        e.deliver("EW1 phone", memory="ME")
        e.deliver(poison="truncated", memory="SM")
        with world.modem(e, "-R") as m:
            m.wait(lambda: len(m.texts) == 5, "five slots")
            emptied(m, e)
            expect(e.commands()["CMGR"], 3, "slots read again, the truncated one too")
            expect(sorted(t.octets for t in m.texts if t.form == TEXT),
                   [b"EW1 no. 0", b"EW1 no. 1", b"EW1 no. 2", b"EW1 phone"], "texts")


def nothing_to_read(world):
    """A slot that no road reads stays, is counted, and keeps nothing busy."""
    with world.emulator(sim=5) as e:
        with world.modem(e) as m:
            m.wait(lambda: m.states, "its state")
            e.faults.cms_error = [rule("CMGR", 500, times=1000)]
            e.deliver(poison="truncated")
            m.wait(lambda: m.states[-1]["skipped"] == 1, "the slot counted")
            before = len(m.listed)
            time.sleep(3)
            below(len(m.listed) - before, 1, "listings in 3 s")
            e.faults.cms_error = []
            e.deliver("EW1 beside")
            m.wait(lambda: m.texts, "the text beside it")
            m.wait(lambda: e.waiting() == 1, "its slot free")


def passing_refusal(world):
    """A slot that the library cannot read, and that the modem refuses to the raw road too, but only
    for a while: it is asked for again."""
    with world.emulator(sim=5) as e:
        e.deliver(poison="truncated")
        e.faults.cms_error.append(rule("CMGR", 500, times=3))
        with world.modem(e) as m:
            m.wait(lambda: m.states, "its state")
            expect((m.states[-1]["skipped"], len(m.texts)), (1, 0), "slots not read, and texts")
            for _ in range(30):
                before = len(m.listed)
                m.do(LIST)
                m.wait(lambda: len(m.listed) > before or m.texts, "a listing")
                if m.texts:
                    break
            expect([t.form for t in m.texts], [UNDECODED], "what it was")
            emptied(m, e)


# --- sending ---

def send(world):
    """Sent once, with its reference, its report and its refusal; a letter makes it UCS-2."""
    with world.emulator(sim=5) as e, world.modem(e) as m:
        m.wait(lambda: m.states, "its state")
        first = m.send("+254700000009", "come {home}", report=True)
        m.wait(lambda: len(m.sent) == 1, "what became of it")
        expect(m.sent[0], (first, DONE, 0, e.sent[0].reference), "sent")
        expect((e.sent[0].number, e.sent[0].text, e.sent[0].coding, e.sent[0].report),
               ("+254700000009", "come {home}", "gsm7", True), "what left")
        m.send("0712345678", "\u0627\u0644")
        m.wait(lambda: len(m.sent) == 2, "the second")
        expect((e.sent[1].number, e.sent[1].text, e.sent[1].coding, e.sent[1].report),
               ("0712345678", "\u0627\u0644", "ucs2", False), "what left")
        expect([s.pdu[-1 - len(s.pdu):][0] >= 0 for s in e.sent], [True, True], "PDUs")
        for status, state in ((0, 1), (0x30, 2), (0x46, 3)):
            e.report_for(0, status)
            m.wait(lambda: m.reports and m.reports[-1].tp_status == status, "the report")
            expect((m.reports[-1].reference, m.reports[-1].state, m.reports[-1].number),
                   (e.sent[0].reference, state, "+254700000009"), "report")
        emptied(m, e)
        e.faults.send_refused = 1
        m.send("+254700000009", "refused")
        m.wait(lambda: len(m.sent) == 3, "the third")
        expect(m.sent[2][1:], (REFUSED, 38, 0), "a refused one")
        expect(len(e.sent), 2, "texts that left")


def open_ends(world):
    """Refused behind the text itself: by words that leave open whether it left, or that do not."""
    with world.emulator(sim=5) as e:
        for code, end in ((331, (REFUSED, 331)), (38, (REFUSED, 38)), (332, (UNKNOWN, 0)),
                          (500, (UNKNOWN, 0)), (-1, (UNKNOWN, 0))):
            with world.modem(e) as m:
                m.wait(lambda: m.states, "its state")
                e.faults.set(send_refused=1, send_code=code)
                m.send("+254700000009", "perhaps")
                m.wait(lambda: m.sent, "what became of it")
                expect(m.sent[0][1:3], end, f"a text that was answered with {code}")


def passing_reports(world):
    """A modem that does not store reports: one that comes while the raw road is at work is taken."""
    with world.emulator(sim=5) as e, world.modem(e) as m:
        m.wait(lambda: m.states, "its state")
        m.send("+254700000009", "come", report=True)
        m.wait(lambda: len(m.sent) == 1, "what became of it")
        e.hints[3] = 1
        e.report_for(0, 0x30)
        m.wait(lambda: m.reports, "a report by the library's road")
        e.faults.latency = {"AT": 0.5}
        before = e.count("command")
        m.send("+254700000009", "come again")
        m.wait(lambda: e.count("command") > before, "the question before it")
        e.report_for(0, 0)
        m.wait(lambda: len(m.reports) == 2, "a report by the raw road")
        expect((m.reports[1].state, m.reports[1].number), (1, "+254700000009"), "report")
        m.wait(lambda: len(m.sent) == 2, "the second text")


def unanswered_send(world, fault, left, timeout_s):
    """With a fault behind which so many texts have left, and nobody says so."""
    with world.emulator(sim=5) as e:
        with world.modem(e) as m:
            m.wait(lambda: m.states, "its state")
            setattr(e.faults, fault, 1)
            m.send("+254700000009", "doubtful")
            m.wait(lambda: m.sent or len(e.sent) > left, "an end", timeout_s)
            expect(len(e.sent), left, "texts that left")
            expect(m.sent[0][1], UNKNOWN, "what became of it")
            expect(m.wait_end(), EXIT_DEVICE, "exit code")
        expect(len(e.sent), left, "texts that left")


def resend(world):
    """No answer: it is unknown, it is not sent again, and the process begins anew."""
    unanswered_send(world, "send_lost_reply", 1, 80)


def never_left(world):
    """A text that did not leave, and nobody says so: unknown too, for who could tell."""
    unanswered_send(world, "send_never_leaves", 0, 90)


def slow_send(world):
    """A network that takes its time, a modem that echoes no PDU, a report that comes by itself."""
    with world.emulator(sim=5) as e:
        said, emit = bytearray(), e.emit
        e.emit = lambda octets: (said.extend(octets), emit(octets))
        e.faults.set(send_s=8.0, echo_pdu=False, auto_report=0.5)
        with world.modem(e) as m:
            m.wait(lambda: m.states, "its state")
            begin = time.monotonic()
            m.send("+254700000009", "slowly", report=True)
            m.wait(lambda: m.sent, "what became of it")
            below(7, time.monotonic() - begin, "seconds of the network, of all that it took,")
            expect(m.sent[0][1:], (DONE, 0, e.sent[0].reference), "sent")
            m.wait(lambda: m.reports, "its report")
            expect((m.reports[0].reference, m.reports[0].state), (e.sent[0].reference, 1), "report")
            emptied(m, e)
        pdus = [text for _, kind, text in e.journal if kind == "pdu"]
        expect((len(pdus), pdus[0].encode() in said), (1, False), "PDUs sent, and its echo")


def credit(world):
    with world.emulator(sim=5) as e, world.modem(e, "-u", "*144#") as m:
        m.wait(lambda: m.states, "its state")
        m.do(ASK_CREDIT)
        m.wait(lambda: m.credits, "the answer")
        expect(m.credits[0], (1, e.ussd["*144#"]), "credit")
    with world.emulator(sim=5) as e, world.modem(e) as m:
        m.wait(lambda: m.states, "its state")
        m.do(ASK_CREDIT)
        m.do(LIST)
        m.wait(lambda: len(m.listed) == 2, "the listing behind it")
        expect((m.credits, e.commands().get("CUSD", 0)), ([], 0), "where nothing is to be dialled")


# --- the SIM ---

def pin_right(world):
    """The right PIN opens the SIM, and leaves no mark."""
    with world.emulator(sim=5, pin="1234") as e, world.pin("1234\n") as fd:
        e.deliver("EW1 locked")
        with world.modem(e) as m:
            expect(m.wait_end(), EXIT_PIN, "exit code without a PIN")
        with world.modem(e, pin=fd) as m:
            m.wait(lambda: m.texts, "the text")
        expect(os.pread(fd, 99, 0), b"1234\n", "the PIN file")
        os.pwrite(fd, b"1234\ntried\n", 0)  # as of one that ended before it saw the answer
        with world.modem(e, pin=fd) as m:
            m.wait(lambda: m.states, "its state")
        expect(os.pread(fd, 99, 0), b"1234\n", "the PIN file of a SIM that is open")


def pin_wrong(world):
    """A wrong PIN is sent once, ever."""
    with world.emulator(sim=5, pin="1234") as e, world.pin("9999\n") as fd:
        for _ in range(2):
            with world.modem(e, pin=fd) as m:
                expect(m.wait_end(), EXIT_PIN, "exit code")
        tried = [text for _, kind, text in e.journal if kind == "command" and "CPIN=" in text]
        expect(tried, ['AT+CPIN="9999"'], "PINs sent")
        expect_in(b"tried", os.pread(fd, 99, 0), "the PIN file")


# --- the sweep ---

def sweep(world):
    """After it no sender's number is left in what the SIM keeps of deleted texts."""
    with world.emulator(sim=10) as e:
        for n in range(25):
            e.deliver(f"EW1 no. {n}", ME)
        with world.modem(e) as m:
            emptied(m, e)
            m.wait(lambda: m.states, "its state")
            if e.holds_number(ME) == 0:
                raise Failure("the SIM keeps nothing: this proves nothing")
            m.do(SWEEP)
            m.wait(lambda: m.states[-1]["swept_whole"], "a whole sweep", 60)
            expect(e.holds_number(ME), 0, "numbers in the raw storage")
            e.deliver("EW1 after")
            m.wait(lambda: len(m.texts) == 26, "a text after it")
            m.wait(lambda: not e.memories["SM"].used(), "no filler left")


def no_sweep(world):
    """A modem that cannot write into its storage says so."""
    with world.emulator(sim=5) as e:
        e.faults.no_cmgw = True
        with world.modem(e) as m:
            m.wait(lambda: m.states, "its state")
            m.do(SWEEP)
            m.wait(lambda: m.states[-1]["sweep"] == 2, "words that it cannot")
            e.deliver("EW1 after")
            m.wait(lambda: m.texts, "a text after it")


def sweep_killed(world):
    """Ended in the middle of a sweep: the next process takes away what it filled."""
    with world.emulator(sim=10) as e:
        e.deliver("EW1 before", ME)
        with world.modem(e) as m:
            m.wait(lambda: m.states, "its state")
            emptied(m, e)
            e.faults.latency = {"CMGW": 1.0}
            m.do(SWEEP)
            m.wait(lambda: len(e.memories["SM"].used()) >= 3, "fillers")
            m.kill()
        e.faults.latency = {}
        expect(len(e.memories["SM"].used()) >= 3, True, "fillers are left")
        with world.modem(e, "-R") as m:
            m.wait(lambda: not e.memories["SM"].used(), "a SIM without fillers")
            expect(len(m.texts), 0, "fillers taken for texts")
            e.deliver("EW1 after")
            m.wait(lambda: m.texts, "a text after it")


BESIDE = [resend, never_left, hang_in_listing, poison, unplug, power, hang, alike, abort,
          dropped_octet, nothing_to_read, passing_refusal, send, open_ends, slow_send,
          passing_reports, credit, pin_right, pin_wrong, sweep, no_sweep, sweep_killed]
