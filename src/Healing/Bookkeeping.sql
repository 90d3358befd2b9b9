-- What `pipeline backfill` keeps beside the older tables, in their schema. What is left to do is read from the tables themselves, so there
-- is no position to remember: a run that was killed is continued by the next one.

-- Pairs of LID and phone from files: `backfill --mappings` and `backfill --from … --execute` write here, every run reads here.
CREATE TABLE IF NOT EXISTS pipeline_backfill_mapping (
  business_id  bigint NOT NULL,
  lid          text   NOT NULL,          -- digits
  phone_e164   text   NOT NULL CHECK (phone_e164 ~ '^\+[1-9][0-9]{6,14}$'),
  source       text   NOT NULL,          -- what said so: the format of the file
  added_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, lid, phone_e164)
);

-- One row a lead. `phone_e164` is its phone as the backfill reads it, null when it has none that can be believed.
CREATE TABLE IF NOT EXISTS pipeline_backfill_lead (
  lead_id      bigint PRIMARY KEY,
  business_id  bigint NOT NULL,
  phone_e164   text,
  merged_into  bigint,                   -- the lead that stands for this one now, never itself a merged one
  phone_fate   text   NOT NULL DEFAULT 'kept' CHECK (phone_fate IN ('kept', 'repaired', 'merged', 'unmapped', 'unreadable')),
  old_phone    text,                     -- leads.phone before it was repaired or cleared
  new_phone    text,                     -- what was written in its place
  at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS pipeline_backfill_lead_phone ON pipeline_backfill_lead (business_id, phone_e164) WHERE merged_into IS NULL;

-- One row a conversation that was closed because another one of the same person goes on. Its canonical_key is null from then on.
CREATE TABLE IF NOT EXISTS pipeline_backfill_conversation (
  conversation_id  bigint PRIMARY KEY,
  business_id      bigint NOT NULL,
  merged_into      bigint NOT NULL,      -- the surviving conversation, never itself a merged one
  canonical_key    text,                 -- its key until then
  at               timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS pipeline_backfill_conversation_into ON pipeline_backfill_conversation (merged_into);

-- Keys that a conversation had before: they find it still.
CREATE TABLE IF NOT EXISTS pipeline_backfill_key (
  business_id      bigint NOT NULL,
  old_key          text   NOT NULL,
  conversation_id  bigint NOT NULL,
  at               timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (business_id, old_key)
);

-- Messages that belong to no conversation, and why: a story, a channel, a broadcast list, an address that cannot be read.
CREATE TABLE IF NOT EXISTS pipeline_backfill_unlinked (
  message_row_id  bigint PRIMARY KEY,    -- whatsapp_message.id
  business_id     bigint NOT NULL,
  reason          text   NOT NULL
);

-- Every value that was changed, with what stood there before. Messages that had no conversation yet are not listed: before, it was null.
CREATE TABLE IF NOT EXISTS pipeline_backfill_change (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at           timestamptz NOT NULL DEFAULT now(),
  business_id  bigint NOT NULL,
  table_name   text   NOT NULL,
  row_id       bigint NOT NULL,
  column_name  text   NOT NULL,
  old_value    text,
  new_value    text,
  why          text   NOT NULL
);
CREATE INDEX IF NOT EXISTS pipeline_backfill_change_row ON pipeline_backfill_change (table_name, row_id);
