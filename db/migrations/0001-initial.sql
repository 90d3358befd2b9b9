-- Everything the product stores. Applied inside the schema of Postgres__Schema (search_path is set by the migrator).
-- Every table carries business_id, and every table has one writer; the exception is noted at whatsapp_conversation.

CREATE DOMAIN e164 AS text CHECK (VALUE ~ '^\+[1-9][0-9]{6,14}$');

-- Writer: ThreadLinker. One row a business: the lock that puts its events in one line, and the counter of its leads.
CREATE TABLE business (
  business_id   bigint PRIMARY KEY,
  next_lead_id  bigint NOT NULL DEFAULT 1
);

-- Writer: ThreadLinker. A lead is the person, to the business. Numbered per business in the order of its events.
CREATE TABLE leads (
  business_id    bigint NOT NULL REFERENCES business,
  lead_id        bigint NOT NULL,
  phone_e164     e164,
  phone_rank     smallint,               -- what gave the phone: 2 an event that states it, 1 a bulk observation, 0 a look-up in the table
  phone_at       timestamptz,            -- event time of that evidence: of equal rank the newest wins; -infinity for a look-up
  name           text,                   -- given from outside (CRM); outranks the push name
  push_name      text,                   -- the newest name the person chose, never the business's own
  push_name_at   timestamptz,
  owner          text NOT NULL DEFAULT 'auto' CHECK (owner IN ('auto', 'crm')),
  merged_into    bigint,                 -- the surviving lead, never itself a merged one
  PRIMARY KEY (business_id, lead_id),
  FOREIGN KEY (business_id, merged_into) REFERENCES leads
) WITH (fillfactor = 70);                -- times move with nearly every message: room for the new version on the same page
CREATE UNIQUE INDEX leads_one_live_per_phone ON leads (business_id, phone_e164) WHERE merged_into IS NULL;
CREATE INDEX leads_merged ON leads (business_id, merged_into) WHERE merged_into IS NOT NULL;

-- Writer: ThreadLinker. An address that belongs to a lead: channel `whatsapp` holds WhatsApp addresses (user@server, no device),
-- channel `phone` holds canonical E.164.
CREATE TABLE contact_identities (
  business_id  bigint NOT NULL,
  channel      text   NOT NULL CHECK (channel IN ('whatsapp', 'phone')),
  external_id  text   NOT NULL,
  lead_id      bigint NOT NULL,
  PRIMARY KEY (business_id, channel, external_id),
  FOREIGN KEY (business_id, lead_id) REFERENCES leads
);
CREATE INDEX contact_identities_of_lead ON contact_identities (business_id, lead_id);

-- Writer: ThreadLinker. A LID and a phone of somebody who has not written yet. A pair alone makes no lead, but it must not be forgotten:
-- a LID that changed its phone joins both phones, whichever of the three writes first. Taken out when one of the two gets a lead.
CREATE TABLE unclaimed_pair (
  business_id  bigint NOT NULL,
  lid          text   NOT NULL,
  phone_e164   e164   NOT NULL,
  phone_rank   smallint NOT NULL,
  seen_at      timestamptz NOT NULL,     -- event time
  PRIMARY KEY (business_id, lid, phone_e164)
);
CREATE INDEX unclaimed_pair_of_phone ON unclaimed_pair (business_id, phone_e164);

-- Writer: ThreadLinker creates the rows and sets merged_into; the columns from last_message_at on belong to the Sink.
-- unread_count: received messages sent after the newest message of the business. Messages without a time count in message_count only.
CREATE TABLE whatsapp_conversation (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  business_id      bigint NOT NULL,
  canonical_key    text   NOT NULL,
  kind             text   NOT NULL CHECK (kind IN ('direct', 'group')),
  lead_id          bigint,
  group_id         text,
  merged_into      bigint REFERENCES whatsapp_conversation,   -- the surviving conversation, never itself a merged one
  last_message_at  timestamptz,
  last_business_at timestamptz,          -- the newest message of the business: what came later is unread
  message_count    bigint  NOT NULL DEFAULT 0,
  unread_count     bigint  NOT NULL DEFAULT 0,
  is_open          boolean NOT NULL DEFAULT true,
  summary_created  boolean NOT NULL DEFAULT false,
  UNIQUE (business_id, canonical_key),
  FOREIGN KEY (business_id, lead_id) REFERENCES leads
) WITH (fillfactor = 70);
CREATE INDEX whatsapp_conversation_merged ON whatsapp_conversation (merged_into) WHERE merged_into IS NOT NULL;

-- Writer: ThreadLinker. A superseded key answers for ever.
CREATE TABLE conversation_alias (
  business_id      bigint NOT NULL,
  alias            text   NOT NULL,
  conversation_id  bigint NOT NULL REFERENCES whatsapp_conversation,
  PRIMARY KEY (business_id, alias)
);
CREATE INDEX conversation_alias_of ON conversation_alias (conversation_id);

-- Writer: ThreadLinker. Why two leads became one; read again by event id so that a repeated event repeats its announcement. The
-- survivor is the one of that moment and is left as it was, even when it is absorbed itself later.
CREATE TABLE lead_merge (
  business_id       bigint NOT NULL,
  event_id          uuid   NOT NULL,
  absorbed_lead_id  bigint NOT NULL,
  survivor_lead_id  bigint NOT NULL,
  evidence          text   NOT NULL,
  at                timestamptz NOT NULL,
  PRIMARY KEY (business_id, absorbed_lead_id)
);
CREATE INDEX lead_merge_by_event ON lead_merge (business_id, event_id);

-- Which of two delivery states is further on, as a number: PENDING < ERROR < SERVER_ACK < … < PLAYED, so ERROR (0) replaces nothing but PENDING (1).
CREATE FUNCTION status_rank(status smallint) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE status WHEN 0 THEN 15 ELSE status * 10 END;

-- Writer: Sink. `author_key` is who wrote it inside the conversation: `business`, `peer` (direct chats), or in groups the member's LID, else
-- phone, else address.
CREATE TABLE whatsapp_message (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  business_id       bigint  NOT NULL,
  conversation_id   bigint  REFERENCES whatsapp_conversation ON DELETE SET NULL,
  message_id        text    NOT NULL,
  author_key        text    NOT NULL,
  event_id          uuid    NOT NULL,
  from_me           boolean NOT NULL,
  peer_phone        e164,
  peer_lid          text,
  peer_source       text    NOT NULL,    -- direct, envelope, table, endpoint, none: how the phone was found when the message passed
  author_phone      e164,
  author_lid        text,
  author_source     text    NOT NULL,
  push_name         text,
  type              text    NOT NULL,
  body              text,
  status            smallint,            -- 0 ERROR, 1 PENDING, 2 SERVER_ACK, 3 DELIVERY_ACK, 4 READ, 5 PLAYED
  sent_at           timestamptz,
  undecryptable     boolean NOT NULL DEFAULT false,
  edited_at         timestamptz,
  revoked           boolean NOT NULL DEFAULT false,
  -- The conversation leads, so the same index finds the target of a receipt.
  UNIQUE (conversation_id, message_id, author_key, business_id)
) WITH (fillfactor = 85);                -- receipts follow: room for the new version on the same page, so that no index has to learn of it
-- A conversation in the order of time: what a reader shows, what the unread count looks at, and what the foreign key needs.
CREATE INDEX whatsapp_message_of_conversation ON whatsapp_message (conversation_id, sent_at);

-- Writer: Sink. What happened to messages: reactions, edits, deletions, receipts. Kept even when the message is not there yet.
CREATE TABLE whatsapp_message_update (
  business_id      bigint  NOT NULL,
  event_id         uuid    NOT NULL,
  conversation_id  bigint  REFERENCES whatsapp_conversation ON DELETE SET NULL,
  target_id        text    NOT NULL,
  target_from_me   boolean NOT NULL,
  change           text    NOT NULL CHECK (change IN ('reaction', 'edit', 'revoke', 'delete', 'poll_vote', 'receipt')),
  author_key       text    NOT NULL,
  reaction         text,
  body             text,
  status           smallint,
  at               timestamptz,
  PRIMARY KEY (business_id, event_id)
);
CREATE INDEX whatsapp_message_update_target ON whatsapp_message_update (conversation_id, target_id);

-- Writer: Resolver. The LID table: the best-known phone of each LID of each business.
CREATE TABLE lid_mappings (
  business_id  bigint NOT NULL,
  lid          text   NOT NULL,
  phone_e164   e164   NOT NULL,
  grade        text   NOT NULL CHECK (grade IN ('strong', 'seed')),
  source       text   NOT NULL,          -- the field that stated it
  first_seen   timestamptz NOT NULL,     -- event times
  last_seen    timestamptz NOT NULL,
  event_id     uuid   NOT NULL,          -- the event that taught this phone
  PRIMARY KEY (business_id, lid)
);
CREATE INDEX lid_mappings_of_phone ON lid_mappings (business_id, phone_e164);

-- Writer: Resolver. What the table held before.
CREATE TABLE lid_mapping_history (
  business_id   bigint NOT NULL,
  lid           text   NOT NULL,
  phone_e164    e164   NOT NULL,
  grade         text   NOT NULL,
  source        text   NOT NULL,
  first_seen    timestamptz NOT NULL,
  last_seen     timestamptz NOT NULL,
  event_id      uuid   NOT NULL,
  replaced_by   uuid   NOT NULL,
  PRIMARY KEY (business_id, lid, phone_e164, first_seen)
);

-- Writer: Sink. The next offset of each partition of `linked`, moved in the same transaction as the rows it stands for.
CREATE TABLE sink_offset (
  topic        text   NOT NULL,
  partition    integer NOT NULL,
  next_offset  bigint NOT NULL,
  PRIMARY KEY (topic, partition)
);
