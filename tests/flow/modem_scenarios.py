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


ALONE = [every_kind, hint]
BESIDE = [hang_in_delete, doubtful_delete, reply_num, delete_once, odd_empty, odd_announcements,
          odd_storage, odd_delete, no_hints, drain, delete_before_kept, late_kept, refused_delete,
          nothing_goes, refused_listing, refused_signal, gone, unplug_in_delete, storm,
          slow_network, command_speed]
