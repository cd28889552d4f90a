# SPDX-License-Identifier: GPL-2.0-or-later
"""What test_modem_at.py shows of tocsin-modem alone: each function is a situation, with a modem of
its own (tests/support/modem_emulator.py) and this test as core (tests/support/modem_channel.py)."""
import time

from gateway import expect, Failure
from emulator import pdu
from emulator.faults import rule
from modem_channel import LIST, OCTETS, REFUSED

EXIT_DEVICE, EXIT_UNPLUGGED, EXIT_PIN = 14, 19, 20
HINT_S = 1.0      # from arrival to hand-over, beside the modem's own commands
REPLUG_S = 10.0
HANG_S = 60.0     # until the next process has found it silent too, with room for a power cycle
A_MESSAGE = 2.2   # commands, everything included
ME = "+254711111111"


def below(actual, bound, what):
    if actual > bound:
        raise Failure(f"{what}: {actual:.2f}, not below {bound}")


def emptied(modem, emulator, seconds=60):
    modem.wait(lambda: not emulator.waiting(), "an empty modem", seconds)


def replies(emulator, words):
    """How often the modem answered so."""
    return sum(kind == "reply" and words in text for _, kind, text in list(emulator.journal))


def texts_of(modem):
    return sorted(t.octets for t in modem.texts)


# --- what arrives ---

def every_kind(world):
    """SIM and phone, 7-bit, UCS-2 with surrogates, 8-bit, ports; a sender's number for parts alone."""
    with world.emulator(sim=30, phone=5) as e, world.modem(e) as m:
        m.wait(lambda: m.states, "its state, behind the first listing")
        expect(m.states[-1]["hints"], 1, "announcements are on")
        kinds = [("EW1 {[~]}", {}), ("Ge\u0259z \u0627 \U0001F30D", {}), ("phone", {"memory": "ME"})]
        for text, how in kinds:
            e.deliver(text, **how)
        e.deliver(pdu=pdu.deliver(b"\0\xffA\0", udh=pdu.ports(5505, 0)), name="octets")
        m.wait(lambda: len(m.texts) == 4, "four kinds")
        expect(texts_of(m), sorted([t.encode() for t, _ in kinds] + [b"\0\xffA\0"]), "texts")
        octets = next(t for t in m.texts if t.form == OCTETS)
        expect(octets.udh.hex(), "06050415810000", "header with ports")
        expect({t.sender for t in m.texts}, {""}, "senders of whole texts")
        e.deliver_long("x" * 130, ME)
        m.wait(lambda: len(m.texts) == 7, "three parts")
        expect({t.sender for t in m.texts[4:]}, {ME}, "sender of parts")
        emptied(m, e)
        expect(m.doubled, 0, "handed over twice")
        state = m.states[-1]
        expect((state["sim_size"], state["phone_size"], state["registration"]), (30, 5, 1), "state")


def hint(world):
    """An announcement leads to a hand-over within a second; an idle modem is asked nothing."""
    with world.emulator(sim=30) as e, world.modem(e) as m:
        m.wait(lambda: m.states, "its state")
        for n in range(3):
            begin = time.monotonic()
            e.deliver(f"EW1 hint {n}")
            m.wait(lambda: len(m.texts) == n + 1, "the text")
            below(m.texts[-1].when - begin, HINT_S, "seconds from arrival to hand-over")
            emptied(m, e)
        time.sleep(1)
        begin = time.monotonic()
        time.sleep(3)
        expect(dict(e.commands(begin)), {}, "commands to an idle modem")


def no_hints(world):
    """A modem that does not announce, or whose announcement is lost: the slow poll is the net."""
    with world.emulator(sim=5) as e:
        e.faults.no_cnmi = True
        with world.modem(e, poll_s=2) as m:
            m.wait(lambda: m.states, "its state")
            expect(m.states[-1]["hints"], 0, "announcements")
            e.deliver("EW1 quiet")
            m.wait(lambda: m.texts, "the text", 10)
            emptied(m, e)
    with world.emulator(sim=5) as e, world.modem(e, poll_s=2) as m:
        m.wait(lambda: m.states, "its state")
        e.faults.lost_cmti = 1
        e.deliver("EW1 lost hint")
        m.wait(lambda: m.texts, "the text", 10)
        expect(e.count("lost hint"), 1, "announcements that were lost")


def storm(world):
    """A modem that always says something: texts come as before, and it is no reason to end. (From
    about five lines a second on the library does not get through its own beginning.)"""
    with world.emulator(sim=5) as e:
        e.faults.storm = 1.0
        with world.modem(e) as m:
            m.wait(lambda: m.states, "its state")
            for rate in (5.0, 50.0):
                e.faults.storm = rate
                for n in range(3):
                    e.deliver(f"EW1 at {rate} no. {n}")
                    m.wait(lambda: any(t.text == f"EW1 at {rate} no. {n}" for t in m.texts), "the text")
                    time.sleep(0.5)
            emptied(m, e)
            if e.count("urc") < 40:
                raise Failure(f"no storm: {e.count('urc')} lines")


def slow_network(world):
    """A network that fills a free slot later: the process waits for it and asks nothing."""
    with world.emulator(sim=1) as e:
        e.faults.refill = False
        e.deliver("EW1 first")
        e.deliver("EW1 second")
        with world.modem(e) as m:
            m.wait(lambda: m.states, "its state")
            expect(e.waiting(), 2, "texts that wait in the network")
            for n in (1, 2):
                e.fill_now()
                m.wait(lambda: len(m.texts) == n, "the next text")
                m.wait(lambda: e.memories["SM"].free(), "its slot free")
                time.sleep(0.5)
                expect(len(m.texts), n, "texts")


def command_speed(world):
    """A SIM of 30 is emptied at the modem's own speed."""
    each = 0.05
    with world.emulator(sim=30) as e:
        for n in range(30):
            e.deliver(f"EW1 no. {n}")
        e.faults.latency = {"*": each}
        with world.modem(e) as m:
            m.wait(lambda: m.texts, "the first text")
            begin = m.texts[0].when
            emptied(m, e)
            took = time.monotonic() - begin
        used = sum(e.commands(begin).values())
        below(used * each * 0.9, took, "seconds for its commands, of all that it took,")
        below(took, used * each + 3, "seconds from the first text to an empty SIM")


def drain(world):
    """A SIM of 30 with 150 texts behind it: all of them once, in 2.2 commands each."""
    with world.emulator(sim=30) as e:
        for n in range(150):
            e.deliver(f"EW1 no. {n}")
        with world.modem(e) as m:
            m.wait(lambda: m.listed, "the first listing")
            begin = e.journal[0][0]
            m.wait(lambda: len(m.texts) == 150, "150 texts", 120)
            emptied(m, e)
            m.wait(lambda: m.states, "its state")
        asked = e.commands(begin)
        for once in ("CMGF", "CSQ", "CREG", "CNMI", "CPIN", "CSCS"):
            asked.pop(once, None)
        used = sum(asked[n] for n in ("AT", "CPMS", "CMGL", "CMGR", "CMGD"))
        below(used / 150, A_MESSAGE, "commands a text")
        expect(m.doubled, 0, "handed over twice")


# --- what must not be lost ---

def delete_before_kept(world):
    """What core has not kept stays in the modem, also over kill -9; then it goes."""
    with world.emulator(sim=5) as e:
        for n in range(3):
            e.deliver(f"EW1 no. {n}")
        with world.modem(e, keeps=False) as m:
            m.wait(lambda: m.listed, "the listing")
            time.sleep(0.5)
            expect(e.commands().get("CMGD", 0), 0, "deletes before core has kept anything")
            m.kill()
        with world.modem(e, "-R") as m:
            m.wait(lambda: len(m.texts) == 3, "the same again")
            emptied(m, e)


def reply_num(world):
    """A delete that takes 6.5 s, and a slot that is filled again at once: nothing lost or doubled,
    no command sent twice."""
    with world.emulator(sim=1) as e:
        e.faults.slow_delete = 6.5
        for n in range(4):
            e.deliver(f"EW1 no. {n}")
        begin = time.monotonic()
        with world.modem(e) as m:
            m.wait(lambda: len(m.texts) == 4, "four texts", 90)
            emptied(m, e)
            expect(m.doubled, 0, "handed over twice")
            expect(e.commands()["CMGD"], 4, "deletes sent")
            e.faults.cms_error.append(rule("CMGS", 500))
            m.send("+254700000009", "refused before its prompt")
            m.wait(lambda: m.sent, "what became of it")
            expect(m.sent[0][1:3], (REFUSED, 500), "a text refused before its prompt")
            expect((e.commands()["CMGS"], len(e.sent)), (1, 0), "tries to send it, texts sent")
        below(4 * 6.5 - 6.5, time.monotonic() - begin, "seconds of three deletes, of all that it took,")


def delete_once(world):
    """A model whose slots the library counts otherwise, so that it deletes: a delete that takes
    longer than the library waits is sent once, whatever comes of it, and the text that the network
    put into the slot meanwhile is there."""
    with world.emulator(sim=1) as e:
        e.model = "myV-65 GPRS"
        e.faults.slow_delete = 6.5
        for n in range(2):
            e.deliver(f"EW1 no. {n}")
        with world.modem(e) as m:
            m.wait(lambda: e.commands()["CMGD"], "the delete")
            expect(m.wait_end(), EXIT_DEVICE, "exit code")
            expect(len(m.texts), 1, "texts before it")
        expect(e.commands()["CMGD"], 1, "deletes sent")
        e.faults.slow_delete = 0
        with world.modem(e) as m:
            m.wait(lambda: m.texts, "the other text")
            emptied(m, e)
        expect([m.text for m in e.messages if m.unseen_but_deleted], [], "deleted before it was seen")


def doubtful_delete(world):
    """A delete whose answer does not come in 20 s, and whose slot was filled again meanwhile: it is
    listed again, not deleted again."""
    with world.emulator(sim=1) as e:
        e.faults.slow_delete = 21.0
        for n in range(2):
            e.deliver(f"EW1 no. {n}")
        with world.modem(e) as m:
            m.wait(lambda: e.commands()["CMGD"], "the delete")
            e.faults.slow_delete = 0
            m.wait(lambda: len(m.texts) == 2, "the other text", 60)
            emptied(m, e)
            m.wait(lambda: m.states, "its state")
        expect(e.commands()["CMGD"], 2, "deletes sent")
        expect([m.text for m in e.messages if m.unseen_but_deleted], [], "deleted before it was seen")


def late_kept(world):
    """Core's answer about an earlier listing deletes nothing: the slot may hold another text."""
    with world.emulator(sim=1) as e:
        e.deliver("EW1 first")
        with world.modem(e, keeps=False) as m:
            m.wait(lambda: m.listed, "the first listing")
            e.memories["SM"].delete(1)
            e.deliver("EW1 second")
            m.do(LIST)
            m.wait(lambda: len(m.listed) >= 2 and len(m.texts) == 2, "the second listing")
            m.keep([m.texts[0].ref])
            time.sleep(1)
            expect(e.commands().get("CMGD", 0), 0, "deletes for an answer that came late")
            m.keep([m.texts[1].ref])
            emptied(m, e)


def refused_delete(world):
    """Refused deletes: listed again, each text kept once, nothing for ever."""
    with world.emulator(sim=5) as e:
        e.faults.delete_fails = 2
        for n in range(4):
            e.deliver(f"EW1 no. {n}")
        with world.modem(e) as m:
            emptied(m, e)
            expect(len(m.texts), 4, "texts")
        expect(replies(e, "+CMS ERROR: 500"), 2, "refusals")
    with world.emulator(sim=5) as e:
        e.faults.delete_fails = -1
        e.deliver("EW1 stuck")
        with world.modem(e) as m:
            m.wait(lambda: len(m.listed) >= 3, "listings")
            before = len(m.listed)
            time.sleep(3)
            below(len(m.listed) - before, 1, "listings in 3 s of a modem that deletes nothing")
            expect(len(m.texts), 1, "texts")


def unplug_in_delete(world):
    """Unplugged before a delete is done: the text is there again, and the same as before."""
    with world.emulator(sim=2) as e:
        e.faults.set(slow_delete=5.0, slow_delete_late=True)
        e.deliver("EW1 once")
        with world.modem(e) as m:
            m.wait(lambda: e.commands()["CMGD"], "the delete")
            first = m.texts[0]
            e.unplug()
            expect(m.wait_end(), EXIT_UNPLUGGED, "exit code")
        e.replug()
        e.faults.set(slow_delete=0.0)
        with world.modem(e) as m:
            m.wait(lambda: m.texts, "the text again")
            emptied(m, e)
            expect((m.texts[0].stamp, m.texts[0].octets), (first.stamp, first.octets), "the text")


def hang_in_delete(world):
    """Silent when a delete comes: found, and after its power came back the text goes once."""
    with world.emulator(sim=2) as e:
        e.faults.hang_at = "CMGD"
        e.deliver("EW1 once")
        with world.modem(e) as m:
            m.wait(lambda: e.count("hang"), "the hang")
            expect(m.wait_end(), EXIT_DEVICE, "exit code")
        e.power_cycle()
        time.sleep(e.faults.power_s + 0.5)
        with world.modem(e) as m:
            m.wait(lambda: m.texts, "the text again")
            emptied(m, e)
            expect(len(m.texts), 1, "texts")


def gone(world):
    """A slot that somebody else has emptied is not deleted, whatever the modem says of it."""
    for empty in (0, 320, 321):
        with world.emulator(sim=2) as e:
            e.faults.empty_slot = empty
            e.deliver("EW1 gone")
            with world.modem(e, keeps=False) as m:
                m.wait(lambda: m.listed, "the listing")
                e.memories["SM"].delete(1)
                m.keep_all()
                m.wait(lambda: m.states, "its state")
                expect(e.commands().get("CMGD", 0), 0, f"deletes, with {empty}")
                expect(replies(e, f"+CMS ERROR: {empty}") > 0, empty > 0, "an answer of this kind")
                e.deliver("EW1 next")
                m.wait(lambda: len(m.texts) == 2, "the next text")
                emptied(m, e)


def refused_listing(world):
    """Commands of a listing refused now and then: the library then gives slots of the listing
    before. What is in the slot by now is not deleted for it."""
    with world.emulator(sim=3) as e:
        e.faults.cms_error += [rule("CMGL", 512, 2), rule("CMGR", 512, 2), rule("CPMS", 500, 4)]
        for n in range(8):
            e.deliver(f"EW1 no. {n}")
        with world.modem(e) as m:
            m.wait(lambda: len(m.texts) == 8, "eight texts")
            emptied(m, e)
            below(sum(e.commands().values()), 120, "commands")
        expect(replies(e, "+CMS ERROR: 512"), 2, "refusals")


def refused_signal(world):
    """A modem that does not say its signal: it is not known, and everything else goes on."""
    with world.emulator(sim=3) as e:
        e.faults.cme_error = [rule("CSQ", 100, times=9)]
        e.deliver("EW1 text")
        with world.modem(e) as m:
            m.wait(lambda: m.states, "its state")
            emptied(m, e)
            expect((len(m.texts), m.states[0]["signal"]), (1, -1), "texts, and its signal")


def odd_modem(world, bites, phone=0, **habit):
    with world.emulator(sim=3, phone=phone) as e:
        e.faults.set(**habit)
        for n in range(8):
            e.deliver(f"EW1 no. {n}")
        with world.modem(e) as m:
            m.wait(lambda: len(m.texts) == 8, f"eight texts of one with {habit}")
            emptied(m, e)
            m.wait(lambda: m.states, "its state")
            expect(m.states[-1]["skipped"], 0, f"slots not read, with {habit}")
            below(sum(e.commands().values()), 120, f"commands, with {habit}")
        if not bites(e):
            raise Failure(f"this modem is not odd: {habit}")


def odd_announcements(world):
    """Announcements in the middle of answers."""
    odd_modem(world, lambda e: replies(e, "+CMTI"),
              urc_in_reply={"CMGL", "CMGR", "CMGD", "CPMS", "AT"})


def odd_empty(world):
    """Errors in place of an empty list or slot."""
    for code in (320, 321):
        odd_modem(world, lambda e: replies(e, f"+CMS ERROR: {code}"), empty_slot=code,
                  empty_list=code, delete_empty=code)


def odd_storage(world):
    """Texts that spill into the phone."""
    odd_modem(world, lambda e: any(m.slot[0] == "ME" for m in e.messages), phone=2, spill=True)


def odd_delete(world):
    """Deletes that are refused and done."""
    odd_modem(world, lambda e: e.commands()["CMGD"] == 8 and replies(e, "+CMS ERROR: 500") == 3,
              delete_fails=3, delete_fails_deleted=True)


def nothing_goes(world):
    """Core keeps nothing, or no delete is done: the gateway is told that the SIM fills."""
    with world.emulator(sim=5) as e:
        for n in range(4):
            e.deliver(f"EW1 no. {n}")
        with world.modem(e, keeps=False, poll_s=1) as m:
            m.wait(lambda: m.states and m.states[-1]["sim_used"] == 4, "four slots of five in use")
    with world.emulator(sim=5) as e:
        e.faults.delete_fails = -1
        e.deliver("EW1 stuck")
        with world.modem(e) as m:
            m.wait(lambda: m.states and m.states[-1]["sim_used"] == 1, "a slot in use")


<<<<<<< HEAD
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


def hang(world):
    """Silent: while idle, in the middle of a listing. Two processes find it within a minute."""
    with world.emulator(sim=5) as e:
        with world.modem(e) as m:
            m.wait(lambda: m.states, "its state")
            e.hang()
            begin = time.monotonic()
            m.do(LIST)
            expect(m.wait_end(), EXIT_DEVICE, "exit code")
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

def poison(world):
    """Each PDU that hurts a peer: quarantined and freed, and everything else arrives."""
    names = ["truncated", "truncated_text", "zero", "first_ff", "smsc_length", "part_zero",
             "compressed", "reserved", "shell"]
    with world.emulator(sim=30) as e:
        for n, name in enumerate(names):
            e.deliver(f"EW1 beside {n}")
            e.deliver(poison=name)
        with world.modem(e) as m:
            emptied(m, e)
            whole = [t for t in m.texts if t.form == TEXT and t.octets.startswith(b"EW1 beside")]
            expect(len(whole), len(names), "whole texts")
            undecoded = [t for t in m.texts if t.form == UNDECODED]
            if len(undecoded) < 4:
                raise Failure(f"only {len(undecoded)} were quarantined: {m.texts}")
            m.wait(lambda: m.states, "its state")
            expect(m.states[-1]["quarantined"], len(undecoded), "quarantined, as it tells")


def abort(world):
    """A PDU that ends libGammu itself: the next process takes it past the library, and the rest."""
    with world.emulator(sim=10) as e:
        e.deliver("EW1 before")
        e.deliver(poison="smsc_digits")
        e.deliver("EW1 behind")
        with world.modem(e) as m:
            code = m.wait_end()
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
            expect(e.faults.listing_drops, 0, "octets still to be dropped")
            expect(sorted(t.octets for t in m.texts if t.form == TEXT),
                   [b"EW1 no. 0", b"EW1 no. 1", b"EW1 no. 2", b"EW1 phone"], "texts")


def nothing_to_read(world):
    """A slot that no road reads stays, is counted, and keeps nothing busy."""
    with world.emulator(sim=5) as e:
        e.deliver(poison="not_hex")
        e.deliver("EW1 beside")
        with world.modem(e) as m:
            m.wait(lambda: m.states, "its state")
            m.wait(lambda: e.waiting() <= 1, "the sound one gone")
            time.sleep(1)
            before = len(m.listed)
            time.sleep(3)
            below(len(m.listed) - before, 1, "listings in 3 s")


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


def resend(world):
    """No answer: it is unknown, it is not sent again, and the process begins anew."""
    with world.emulator(sim=5) as e:
        with world.modem(e) as m:
            m.wait(lambda: m.states, "its state")
            e.faults.send_lost_reply = 1
            m.send("+254700000009", "doubtful")
            m.wait(lambda: m.sent, "an end", 90)
            expect(m.sent[0][1], UNKNOWN, "what became of it")
            expect(m.wait_end(), EXIT_DEVICE, "exit code")
        expect(len(e.sent), 1, "texts that left")


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


ALONE = [every_kind, hint]
BESIDE = [resend, hang_in_listing, reply_num, delete_once, odd_modems, no_hints, drain,
          delete_before_kept, refused_delete, refused_listing, nothing_goes, unplug, hang, alike,
          poison, abort, dropped_octet, nothing_to_read, passing_refusal, send, open_ends,
          passing_reports, credit, pin_right, pin_wrong, sweep, sweep_killed]
=======
ALONE = [every_kind, hint]
BESIDE = [hang_in_delete, doubtful_delete, reply_num, delete_once, odd_empty, odd_announcements,
          odd_storage, odd_delete, no_hints, drain, delete_before_kept, late_kept, refused_delete,
          nothing_goes, refused_listing, refused_signal, gone, unplug_in_delete, storm,
          slow_network, command_speed]
>>>>>>> main
