-- Migration 2: copies for the recovery key, each sealed to pk_R (schemas/store/store.md, recovery).
CREATE TABLE recovery (
	kind INTEGER NOT NULL,
	id INTEGER NOT NULL,
	blob BLOB NOT NULL,
	PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
