-- Migration 1: the sealed store. Every blob is laid out in schemas/store/store.md. No index beside
-- the keys, so that nothing on disk says more than the rows themselves.
CREATE TABLE ring (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	list BLOB NOT NULL
) STRICT;
CREATE TABLE state (
	node INTEGER PRIMARY KEY CHECK (node >= 0),
	blob BLOB NOT NULL
) STRICT;
CREATE TABLE parked (
	seq INTEGER PRIMARY KEY,
	blob BLOB NOT NULL
) STRICT;
CREATE TABLE run (
	id INTEGER PRIMARY KEY,
	epoch INTEGER NOT NULL,
	first INTEGER NOT NULL,
	blob BLOB NOT NULL
) STRICT;
CREATE TABLE journal (
	seq INTEGER PRIMARY KEY,
	run INTEGER NOT NULL,
	blob BLOB NOT NULL
) STRICT;
CREATE TABLE seen (
	day INTEGER NOT NULL,
	h BLOB NOT NULL,
	PRIMARY KEY (day, h)
) STRICT, WITHOUT ROWID;
CREATE TABLE meta (
	key TEXT PRIMARY KEY NOT NULL,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
