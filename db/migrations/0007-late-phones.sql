-- A message that passed before its LID's phone was known gets the phone when it is learned. The Sink finds such messages by their LID; the
-- indexes hold nothing else.
CREATE INDEX whatsapp_message_peer_unresolved   ON whatsapp_message (business_id, peer_lid)   WHERE peer_phone IS NULL   AND peer_lid IS NOT NULL;
CREATE INDEX whatsapp_message_author_unresolved ON whatsapp_message (business_id, author_lid) WHERE author_phone IS NULL AND author_lid IS NOT NULL;

COMMENT ON COLUMN whatsapp_message.peer_source   IS 'how the phone was found: direct, envelope, table, endpoint, quoted when the message passed, late afterwards, none not at all';
COMMENT ON COLUMN whatsapp_message.author_source IS 'as peer_source';

-- What passed before this version did so.
CREATE TEMPORARY TABLE learned ON COMMIT DROP AS
SELECT m.business_id, m.lid, m.phone_e164 AS phone,
       CASE WHEN m.grade = 'quoted' THEN 'contextInfo.participant' ELSE 'lid_mappings' END AS field
  FROM lid_mappings m
 WHERE NOT EXISTS (SELECT FROM denied_pair d WHERE d.business_id = m.business_id AND d.lid = m.lid AND d.phone_e164 = m.phone_e164 AND d.denied)
   AND NOT EXISTS (SELECT FROM lid_mappings x WHERE x.business_id = m.business_id AND x.lid = substr(m.phone_e164, 2) AND x.phone_e164 <> m.phone_e164);

UPDATE whatsapp_message m SET peer_phone = k.phone, peer_source = 'late', peer_field = k.field
  FROM learned k WHERE m.business_id = k.business_id AND m.peer_lid = k.lid AND m.peer_phone IS NULL;
UPDATE whatsapp_message m SET author_phone = k.phone, author_source = 'late', author_field = k.field
  FROM learned k WHERE m.business_id = k.business_id AND m.author_lid = k.lid AND m.author_phone IS NULL;
