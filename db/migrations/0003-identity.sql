-- Why the product believes what it believes: where every statement was read, what was stated beside it, and who is still unknown.
-- Positions are those of the topic `raw`; together with its name they find the event that said so.

-- A row speaks of the earliest statement of its grade: source, event and position are of that one.
ALTER TABLE lid_mappings
  ADD COLUMN raw_partition integer,      -- for an answer of the resolve endpoint: of the event that made the question necessary
  ADD COLUMN raw_offset    bigint,
  DROP CONSTRAINT lid_mappings_grade_check,
  ADD CONSTRAINT lid_mappings_grade_check CHECK (grade IN ('strong', 'seed', 'quoted'));

-- Writer: Resolver. Every other phone that was ever stated for the LID: older, weaker or contradicting, each with its time span. With
-- the row in lid_mappings this is all that is needed to decide again, so no order of the statements can end differently.
CREATE TABLE lid_stated_phone (
  business_id    bigint NOT NULL,
  lid            text   NOT NULL,
  phone_e164     e164   NOT NULL,
  grade          text   NOT NULL CHECK (grade IN ('strong', 'seed', 'quoted')),
  source         text   NOT NULL,
  first_seen     timestamptz NOT NULL,   -- event times
  last_seen      timestamptz NOT NULL,
  event_id       uuid   NOT NULL,
  raw_partition  integer,
  raw_offset     bigint,
  PRIMARY KEY (business_id, lid, phone_e164)
);
INSERT INTO lid_stated_phone (business_id, lid, phone_e164, grade, source, first_seen, last_seen, event_id)
SELECT DISTINCT ON (h.business_id, h.lid, h.phone_e164)
       h.business_id, h.lid, h.phone_e164, h.grade, h.source, h.first_seen, h.last_seen, h.event_id
  FROM lid_mapping_history h
  JOIN lid_mappings m USING (business_id, lid)
 WHERE m.phone_e164 <> h.phone_e164
 ORDER BY h.business_id, h.lid, h.phone_e164, h.grade DESC, h.first_seen;
DROP TABLE lid_mapping_history;
ALTER TABLE lid_stated_phone RENAME TO lid_mapping_history;
ALTER TABLE lid_mapping_history RENAME CONSTRAINT lid_stated_phone_pkey TO lid_mapping_history_pkey;
ALTER TABLE lid_mapping_history RENAME CONSTRAINT lid_stated_phone_grade_check TO lid_mapping_history_grade_check;
CREATE INDEX lid_mapping_history_of_phone ON lid_mapping_history (business_id, phone_e164);

-- Writer: Resolver. LIDs whose phone nobody knows yet. The process that holds `raw_partition` asks the endpoint again when
-- `next_check_at` has come. A row goes when the phone is learned.
CREATE TABLE lid_parked (
  business_id    bigint  NOT NULL,
  lid            text    NOT NULL,
  source         text    NOT NULL,       -- who spoke: baileys, evolution, waha
  session        text    NOT NULL,
  event_id       uuid    NOT NULL,       -- the event that named the LID first
  raw_partition  integer NOT NULL,
  raw_offset     bigint  NOT NULL,
  parked_at      timestamptz NOT NULL,   -- when that event was received
  attempts       integer NOT NULL DEFAULT 0,  -- questions that ended with “unknown”
  asked_at       timestamptz,            -- the last question that was answered
  next_check_at  timestamptz NOT NULL,
  PRIMARY KEY (business_id, lid)
);
CREATE INDEX lid_parked_due ON lid_parked (raw_partition, next_check_at);

-- Writer: Resolver. Whom a message of an unresolved LID quoted. Shown to operators and a reason to ask again; never used as a phone
-- unless the business is set to trust it.
CREATE TABLE lid_hint (
  business_id    bigint NOT NULL,
  lid            text   NOT NULL,
  phone_e164     e164   NOT NULL,
  first_seen     timestamptz NOT NULL,   -- event times
  last_seen      timestamptz NOT NULL,
  event_id       uuid   NOT NULL,        -- the earliest
  raw_partition  integer NOT NULL,
  raw_offset     bigint  NOT NULL,
  PRIMARY KEY (business_id, lid, phone_e164)
);
CREATE INDEX lid_hint_of_phone ON lid_hint (business_id, phone_e164);

-- Writer: Resolver. The business's own addresses as its sessions gave them, for events that come without.
CREATE TABLE own_address (
  business_id    bigint NOT NULL,
  session        text   NOT NULL,
  address        text   NOT NULL,        -- user@server, without device
  last_seen      timestamptz NOT NULL,   -- when the event that made it the current one was received
  event_id       uuid   NOT NULL,
  raw_partition  integer NOT NULL,
  raw_offset     bigint  NOT NULL,
  PRIMARY KEY (business_id, session, address)
);

-- Writer: Resolver. Part of every Redis key of the business. It is raised in the transaction of a change that Redis could not be told
-- of, so that no process reads the old value there.
CREATE TABLE lid_cache_epoch (
  business_id  bigint PRIMARY KEY,
  epoch        bigint NOT NULL
);

-- Where the message lies on `raw`, and the field of the event that gave each phone.
ALTER TABLE whatsapp_message
  ADD COLUMN peer_field    text,
  ADD COLUMN author_field  text,
  ADD COLUMN raw_partition integer,
  ADD COLUMN raw_offset    bigint;

ALTER TABLE lead_merge
  ADD COLUMN raw_partition integer,
  ADD COLUMN raw_offset    bigint;
