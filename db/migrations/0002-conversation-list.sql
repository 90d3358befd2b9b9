-- One row per live conversation, ready to be shown. The name is the lead's own, else the one the person chose, else the phone, else
-- “Unknown” (another word by the setting pipeline.unknown_name) — never the digits of a LID.
CREATE VIEW conversation_list AS
SELECT c.business_id,
       c.id AS conversation_id,
       c.canonical_key,
       c.kind,
       c.lead_id,
       c.group_id,
       COALESCE(NULLIF(l.name, ''), NULLIF(l.push_name, ''), l.phone_e164,
                NULLIF(current_setting('pipeline.unknown_name', true), ''), 'Unknown') AS display_name,
       l.phone_e164,
       c.last_message_at,
       m.from_me AS last_message_from_me,
       m.type    AS last_message_type,
       m.body    AS last_message_body,
       c.message_count,
       c.unread_count,
       c.is_open
  FROM whatsapp_conversation c
  LEFT JOIN leads l ON l.business_id = c.business_id AND l.lead_id = c.lead_id
  LEFT JOIN LATERAL (
         SELECT from_me, type, CASE WHEN revoked THEN NULL ELSE body END AS body
           FROM whatsapp_message
          WHERE conversation_id = c.id AND sent_at = c.last_message_at
          ORDER BY id DESC
          LIMIT 1) m ON true
 WHERE c.merged_into IS NULL;
