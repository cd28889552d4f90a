-- The view: what the coordinator looks at while the store is OPEN, folded from the journal into
-- memory and gone at Lock. Each rule here (CHECK, UNIQUE, a trigger) is a rule of the view: an
-- event that breaks one is not applied but listed in `fault`, and an act that would break one is
-- refused before it is written. Times are quarter hours since 2025-01-01T00:00Z.

CREATE TABLE message(
	seq INTEGER PRIMARY KEY,         -- of its `received` event: the number people use
	proven INTEGER NOT NULL,         -- 0: its run is damaged, see `fault`
	arrival INTEGER NOT NULL,
	trust INTEGER NOT NULL,
	source INTEGER NOT NULL,
	class INTEGER NOT NULL,
	form INTEGER NOT NULL,
	slot INTEGER,                    -- NULL: nobody's
	monitor INTEGER,                 -- seq of the `enrolled` event that the slot had then
	generation INTEGER NOT NULL,
	n INTEGER NOT NULL,
	outcome INTEGER NOT NULL,
	fault INTEGER NOT NULL,
	review INTEGER NOT NULL,
	raw BLOB NOT NULL
) STRICT;

-- Reports of a message: one, or of a plain text up to twelve.
CREATE TABLE report(
	id INTEGER PRIMARY KEY,          -- seq * 16 + part
	seq INTEGER NOT NULL REFERENCES message(seq),
	part INTEGER NOT NULL CHECK(part BETWEEN 0 AND 11),
	schema INTEGER NOT NULL CHECK(schema BETWEEN 0 AND 15),
	kind INTEGER NOT NULL CHECK(kind BETWEEN 0 AND 99),
	severity INTEGER NOT NULL CHECK(severity BETWEEN 0 AND 7),
	certainty INTEGER NOT NULL CHECK(certainty BETWEEN 0 AND 7),
	place INTEGER NOT NULL CHECK(place BETWEEN 0 AND 65535),
	event INTEGER,                   -- NULL: not given
	lag INTEGER NOT NULL,
	affected INTEGER NOT NULL CHECK(affected BETWEEN 0 AND 255),
	upper INTEGER NOT NULL CHECK(upper BETWEEN 0 AND 255), -- of a range, 255: none
	actor INTEGER NOT NULL CHECK(actor BETWEEN 0 AND 255),
	relation INTEGER NOT NULL CHECK(relation BETWEEN 0 AND 8),
	duress INTEGER NOT NULL CHECK(duress BETWEEN 0 AND 1),
	quantity INTEGER NOT NULL CHECK(quantity BETWEEN 0 AND 3),
	refers INTEGER,                  -- the message meant: in profile X its n, else its seq; NULL: none
	target TEXT NOT NULL,
	note TEXT NOT NULL
) STRICT;

CREATE TABLE monitor(
	seq INTEGER PRIMARY KEY,         -- of the `enrolled` event
	slot INTEGER NOT NULL CHECK(slot BETWEEN 0 AND 1023),
	generation INTEGER NOT NULL,     -- of the chain that is live
	pseudonym TEXT NOT NULL CHECK(length(pseudonym) > 0),
	language TEXT NOT NULL,
	place INTEGER NOT NULL,
	household INTEGER NOT NULL,
	rhythm_days INTEGER NOT NULL,
	heartbeat INTEGER NOT NULL,
	enrolled INTEGER NOT NULL,
	revoked INTEGER,                 -- NULL: active
	messages INTEGER NOT NULL DEFAULT 0,
	highest INTEGER,                 -- largest n seen of the live chain, NULL: none yet
	last INTEGER,                    -- arrival of the latest one, and how that is known
	last_trust INTEGER NOT NULL DEFAULT 0,
	chain_messages INTEGER NOT NULL DEFAULT 0, -- of the live chain
	lost INTEGER NOT NULL DEFAULT 0, -- numbers of the chains before it that never came
	waiting INTEGER CHECK(waiting BETWEEN 1 AND 3), -- generation that waits for her switch, or NULL
	number TEXT CHECK(length(number) > 0), -- NULL: none is kept
	said_place INTEGER,              -- the place that she last called hers, NULL: none
	said INTEGER,                    -- when that arrived, and how that is known
	said_trust INTEGER NOT NULL DEFAULT 0
) STRICT;
-- A pseudonym never comes twice, nor in other capitals (of ASCII), so that two people are never one in old reports; a slot is one
-- active monitor's.
CREATE UNIQUE INDEX monitor_pseudonym ON monitor(pseudonym COLLATE NOCASE);
CREATE UNIQUE INDEX monitor_slot ON monitor(slot) WHERE revoked IS NULL;

-- What coordinators decided about a monitor, as they did last.
CREATE TABLE vetted(
	monitor INTEGER PRIMARY KEY REFERENCES monitor(seq),
	seq INTEGER NOT NULL,
	at INTEGER NOT NULL,
	trust INTEGER NOT NULL,
	vetted INTEGER NOT NULL CHECK(vetted IN (0, 1))
) STRICT;
-- These two go when she is revoked.
CREATE TABLE plain(
	monitor INTEGER PRIMARY KEY REFERENCES monitor(seq),
	seq INTEGER NOT NULL,
	at INTEGER NOT NULL,
	allowed INTEGER NOT NULL CHECK(allowed IN (0, 1)),
	number TEXT CHECK(length(number) > 0), -- NULL: the one of `monitor`
	reason TEXT NOT NULL
) STRICT;
CREATE TABLE own(
	monitor INTEGER PRIMARY KEY REFERENCES monitor(seq),
	seq INTEGER NOT NULL,
	at INTEGER NOT NULL,
	count INTEGER NOT NULL CHECK(count BETWEEN 0 AND 100),
	places BLOB NOT NULL             -- the event's own list
) STRICT;

CREATE TABLE book(
	seq INTEGER PRIMARY KEY,
	which INTEGER NOT NULL CHECK(which IN (0, 1)), -- 0 codebook, 1 places
	version INTEGER NOT NULL,
	hash BLOB NOT NULL CHECK(length(hash) = 32),
	octets BLOB NOT NULL,            -- a base carries them; of places files past: none
	UNIQUE(which, version)
) STRICT;

CREATE TABLE setting(
	key INTEGER PRIMARY KEY,
	value INTEGER NOT NULL,
	text TEXT NOT NULL,              -- of a setting that is one
	seq INTEGER NOT NULL
) STRICT;

-- Texts on their way out.
CREATE TABLE outbox(
	seq INTEGER PRIMARY KEY,         -- of its `queued` event: the number people use
	at INTEGER NOT NULL,
	trust INTEGER NOT NULL,
	slot INTEGER,                    -- NULL: to a number that was typed
	kind INTEGER NOT NULL,
	again INTEGER NOT NULL,          -- seq of the one that it repeats, 0: none
	text BLOB NOT NULL,
	state INTEGER CHECK(state BETWEEN 3 AND 8), -- enum outbox_state, NULL: no end is known
	code INTEGER,
	state_at INTEGER,
	state_trust INTEGER
) STRICT;

CREATE TABLE mark(
	seq INTEGER PRIMARY KEY,
	type INTEGER NOT NULL,           -- armed, opened, locked, refused, clock
	hour INTEGER NOT NULL,
	cause INTEGER NOT NULL
) STRICT;

CREATE TABLE backup(
	seq INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	next INTEGER NOT NULL            -- the seq behind the last one that it holds
) STRICT;

-- Every whole base of the journal that was met.
CREATE TABLE base(
	seq INTEGER PRIMARY KEY,         -- of its first item
	epoch INTEGER NOT NULL,
	at INTEGER NOT NULL,
	trust INTEGER NOT NULL,
	items INTEGER NOT NULL
) STRICT;

-- The base that this view was folded from, if it was: no row, or one.
CREATE TABLE origin(
	seq INTEGER PRIMARY KEY,
	refused INTEGER NOT NULL DEFAULT 0, -- passphrases that opened nothing, before it
	refused_hour INTEGER                -- the last of these
) STRICT;
-- What it counts of the reports that came before it.
CREATE TABLE tally(
	week INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	place INTEGER NOT NULL,
	count INTEGER NOT NULL CHECK(count > 0),
	PRIMARY KEY(week, kind, place)
) STRICT, WITHOUT ROWID;
-- Reports that count (docs/decisions/0059-acts-on-earlier-reports.md) by the Monday-to-Sunday week
-- of their arrival (week 0 begins on 2024-12-30), kind and place: the same numbers from a base as
-- from the beginning. counts_as() is view_acts.c's: kind * 65536 + place, NULL if it does not count.
CREATE VIEW counted(week, kind, place, count) AS
	SELECT week, kind, place, sum(count) FROM (
		SELECT week, kind, place, count FROM tally
		UNION ALL
		SELECT week, code >> 16, code & 65535, 1 FROM (
			SELECT (m.arrival + 192) / 672 AS week, counts_as(r.seq, r.part) AS code
			FROM message m JOIN report r USING(seq)
			WHERE m.outcome = 1 AND m.proven = 1 AND m.seq > coalesce((SELECT seq FROM origin), 0))
		WHERE code NOT NULL)
	GROUP BY week, kind, place;

CREATE TABLE dropped(
	seq INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	epoch INTEGER NOT NULL,          -- everything up to this one was erased
	first INTEGER NOT NULL           -- the first row kept
) STRICT;

-- Who may open the gateway, as the journal tells it; the ring's list says who does. The first one
-- has no row before something happens to her.
CREATE TABLE coordinator(
	id INTEGER PRIMARY KEY CHECK(id > 0),
	name TEXT NOT NULL CHECK(length(name) > 0),
	since INTEGER,                   -- NULL: since the gateway was made
	passphrase INTEGER,              -- when it was last changed
	removed INTEGER                  -- NULL: active
) STRICT;
CREATE UNIQUE INDEX coordinator_name ON coordinator(name COLLATE NOCASE) WHERE removed IS NULL;

-- What was done to the ring.
CREATE TABLE rights(
	seq INTEGER PRIMARY KEY,
	type INTEGER NOT NULL,           -- coordinator or recovered
	act INTEGER NOT NULL,            -- enum coordinator_act or recovered_how
	id INTEGER NOT NULL,             -- of the coordinator, 0: nobody
	name TEXT NOT NULL,
	at INTEGER NOT NULL
) STRICT;

-- What is wrong with the journal, in words with row numbers.
CREATE TABLE fault(
	id INTEGER PRIMARY KEY,
	seq INTEGER NOT NULL,
	words TEXT NOT NULL
) STRICT;
