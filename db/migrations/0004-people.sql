-- One conversation a person, for ever: people who are no leads, leads from a CRM, names, everything that was ever stated together, and
-- what an operator has denied.

-- The directory knows people; a lead is a person whom the product (`auto`) or a CRM (`crm`) has made one. While leads are not created
-- automatically, whoever writes is a `contact`. People and leads share one numbering, so a contact that becomes a lead keeps its number.
ALTER TABLE leads RENAME TO person;
ALTER TABLE person
  ADD COLUMN name_at timestamptz,        -- when the CRM gave the name: the newest stands
  DROP CONSTRAINT leads_owner_check,
  ADD CONSTRAINT person_owner_check CHECK (owner IN ('auto', 'crm', 'contact'));
COMMENT ON COLUMN person.phone_rank IS 'What gave the phone: 3 a CRM, 2 an event that states it, 1 a bulk observation, 0 a look-up in the table.';

CREATE VIEW leads AS
SELECT business_id, lead_id, phone_e164, phone_rank, phone_at, name, name_at, push_name, push_name_at, owner, merged_into
  FROM person
 WHERE owner <> 'contact';

-- `person_id` says with whom a conversation is, lead or not; `lead_id` is null for a contact. A conversation that was once split is
-- marked: the Sink asks the directory where each address of it belongs now.
ALTER TABLE whatsapp_conversation
  ADD COLUMN person_id bigint,
  ADD COLUMN split_at timestamptz,
  ADD FOREIGN KEY (business_id, person_id) REFERENCES person;
UPDATE whatsapp_conversation SET person_id = lead_id WHERE lead_id IS NOT NULL;
CREATE UNIQUE INDEX whatsapp_conversation_of_person ON whatsapp_conversation (business_id, person_id) WHERE person_id IS NOT NULL;

-- Channel `crm` holds the CRM's own id of a lead. `first_lead_id` is who claimed the address first and never changes: by it a split
-- gives a person its old number, and with it its old conversation, back.
ALTER TABLE contact_identities
  ADD COLUMN first_lead_id bigint,
  DROP CONSTRAINT contact_identities_channel_check,
  ADD CONSTRAINT contact_identities_channel_check CHECK (channel IN ('whatsapp', 'phone', 'crm'));
UPDATE contact_identities SET first_lead_id = lead_id;
ALTER TABLE contact_identities ALTER COLUMN first_lead_id SET NOT NULL;

-- Writer: ThreadLinker. Every two addresses that were ever stated to be one person: what the directory is made of, so that it can be
-- made again without one of them. A pair of two people who have not written yet waits here for its lead.
-- That a phone address belongs to its own phone goes without saying.
CREATE TABLE stated_pair (
  business_id    bigint NOT NULL,
  channel        text   NOT NULL CHECK (channel IN ('phone', 'whatsapp', 'crm')),
  external_id    text   NOT NULL,
  other_channel  text   NOT NULL CHECK (other_channel IN ('phone', 'whatsapp', 'crm')),
  other_id       text   NOT NULL,
  phone_rank     smallint,               -- of a pair with a phone: what it rests on, and
  seen_at        timestamptz,            -- event time, of the best statement from before either had a lead; later ones are on the lead
  PRIMARY KEY (business_id, channel, external_id, other_channel, other_id)
);
CREATE INDEX stated_pair_other ON stated_pair (business_id, other_channel, other_id);
INSERT INTO stated_pair
SELECT business_id, 'phone', phone_e164, 'whatsapp', lid || '@lid', phone_rank, seen_at FROM unclaimed_pair;
DROP TABLE unclaimed_pair;

-- What was stated up to now, by the LID table: it has every pair.
INSERT INTO stated_pair
SELECT business_id, 'phone', phone_e164, 'whatsapp', lid || '@lid',
       CASE grade WHEN 'strong' THEN 2 WHEN 'seed' THEN 1 ELSE 0 END, last_seen
  FROM (SELECT business_id, lid, phone_e164, grade, last_seen FROM lid_mappings
         UNION ALL
        SELECT business_id, lid, phone_e164, grade, last_seen FROM lid_mapping_history) known
    ON CONFLICT DO NOTHING;

-- Writer: Resolver. Pairs that an operator has denied, whatever WhatsApp states. Of two sayings the later stands; a denial that was
-- taken back stays, with denied = false.
CREATE TABLE denied_pair (
  business_id    bigint NOT NULL,
  lid            text   NOT NULL,
  phone_e164     e164   NOT NULL,
  denied         boolean NOT NULL,
  at             timestamptz NOT NULL,
  event_id       uuid   NOT NULL,
  raw_partition  integer,
  raw_offset     bigint,
  PRIMARY KEY (business_id, lid, phone_e164)
);

-- Writer: ThreadLinker. Why a person was split off another; read again by event id so that a repeated event repeats its announcement.
CREATE TABLE person_split (
  business_id    bigint NOT NULL,
  event_id       uuid   NOT NULL,
  from_lead_id   bigint NOT NULL,
  into_lead_id   bigint NOT NULL,
  lid            text   NOT NULL,        -- the pair that was denied
  phone_e164     e164   NOT NULL,
  addresses      text[] NOT NULL,        -- what went
  at             timestamptz NOT NULL,
  raw_partition  integer,
  raw_offset     bigint,
  PRIMARY KEY (business_id, event_id, into_lead_id)
);

-- The pair or address that showed two leads to be one person, where the event named one.
ALTER TABLE lead_merge
  ADD COLUMN lid        text,
  ADD COLUMN phone_e164 e164;

-- Why a key was superseded without a merge: it is announced again with its event.
ALTER TABLE conversation_alias
  ADD COLUMN event_id uuid,
  ADD COLUMN at       timestamptz;
CREATE INDEX conversation_alias_by_event ON conversation_alias (business_id, event_id) WHERE event_id IS NOT NULL;

-- Writer: ThreadLinker. What an address is called: by the business in its address book (`contact`), as WhatsApp has verified it
-- (`verified`), or as the subject of a group (`subject`, address `group@g.us`). The newest of each kind.
CREATE TABLE known_name (
  business_id  bigint NOT NULL,
  channel      text   NOT NULL CHECK (channel IN ('whatsapp', 'phone')),
  external_id  text   NOT NULL,
  kind         text   NOT NULL CHECK (kind IN ('contact', 'verified', 'subject')),
  name         text   NOT NULL,
  at           timestamptz NOT NULL,
  PRIMARY KEY (business_id, channel, external_id, kind)
);

-- The address of the other side as it came, in direct chats: what a split goes by.
ALTER TABLE whatsapp_message        ADD COLUMN peer_address text;
ALTER TABLE whatsapp_message_update ADD COLUMN peer_address text;
