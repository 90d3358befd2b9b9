-- What a person or a group is shown as, and how a conversation is found by whatever somebody has at hand. docs/names.md tells it to users.
-- A function written with RETURN is bound to these tables when it is made: no caller's search_path changes what it reads.

-- A setting of the database, the role or the session; the default when it is not set or empty.
CREATE FUNCTION pipeline_setting(setting text, otherwise text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN COALESCE(NULLIF(current_setting('pipeline.' || setting, true), ''), otherwise);

-- The rule of names, the same as DisplayName and NameText in src/Identity, character for character: neither the locale of a database nor a
-- version of Unicode may decide what is a name. A test compares the two.
CREATE FUNCTION has_digit(candidate text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN candidate ~
             '[\u0030-\u0039\u00B2-\u00B3\u00B9\u0660-\u0669\u06F0-\u06F9\u07C0-\u07C9\u0966-\u096F\u09E6-\u09EF'
             '\u0A66-\u0A6F\u0AE6-\u0AEF\u0B66-\u0B6F\u0BE6-\u0BEF\u0C66-\u0C6F\u0CE6-\u0CEF\u0D66-\u0D6F\u0DE6-\u0DEF'
             '\u0E50-\u0E59\u0ED0-\u0ED9\u0F20-\u0F29\u1040-\u1049\u1090-\u1099\u17E0-\u17E9\u1810-\u1819\u1946-\u194F'
             '\u19D0-\u19D9\u1A80-\u1A89\u1A90-\u1A99\u1B50-\u1B59\u1BB0-\u1BB9\u1C40-\u1C49\u1C50-\u1C59\u2070'
             '\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247C\u2488-\u2490\u24EA\u24F5-\u24FD\u24FF\u2776-\u277E'
             '\u2780-\u2788\u278A-\u2792\uA620-\uA629\uA8D0-\uA8D9\uA900-\uA909\uA9D0-\uA9D9\uA9F0-\uA9F9\uAA50-\uAA59'
             '\uABF0-\uABF9\uFF10-\uFF19\U000104A0-\U000104A9\U00010D30-\U00010D39\U00010D40-\U00010D49'
             '\U00011066-\U0001106F\U000110F0-\U000110F9\U00011136-\U0001113F\U000111D0-\U000111D9\U000112F0-\U000112F9'
             '\U00011450-\U00011459\U000114D0-\U000114D9\U00011650-\U00011659\U000116C0-\U000116C9\U000116D0-\U000116E3'
             '\U00011730-\U00011739\U000118E0-\U000118E9\U00011950-\U00011959\U00011BF0-\U00011BF9\U00011C50-\U00011C59'
             '\U00011D50-\U00011D59\U00011DA0-\U00011DA9\U00011DE0-\U00011DE9\U00011F50-\U00011F59\U00016130-\U00016139'
             '\U00016A60-\U00016A69\U00016AC0-\U00016AC9\U00016B50-\U00016B59\U00016D70-\U00016D79\U0001CCF0-\U0001CCF9'
             '\U0001D7CE-\U0001D7FF\U0001E140-\U0001E149\U0001E2F0-\U0001E2F9\U0001E4F0-\U0001E4F9\U0001E5F1-\U0001E5FA'
             '\U0001E950-\U0001E959\U0001F100-\U0001F10A\U0001FBF0-\U0001FBF9]';

CREATE FUNCTION has_letter(folded text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN folded ~
             '[\u0061-\u007A\u00AA\u00B5\u00BA\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02C1\u0370-\u0373\u0376-\u0377'
             '\u037B-\u037D\u037F\u0386\u0388-\u03F5\u03F7-\u0481\u048A-\u0556\u0560-\u0588\u05D0-\u05F2\u0620-\u064A'
             '\u066E-\u06D3\u06D5\u06EE-\u06FC\u06FF-\u167F\u1681-\u17DC\u1820-\u1FFC\u2C00-\u2CE4\u2D00-\u2DDE'
             '\u3005-\u3006\u3041-\u3096\u309D-\u309F\u30A1-\u30FA\u30FC-\u318E\u31A0-\u31BF\u31F0-\u31FF\u3400-\u4DBF'
             '\u4E00-\uD7FB\uF900-\uFB28\uFB2A-\uFBB1\uFBD3-\uFD3D\uFD50-\uFDC7\uFDF0-\uFDFB\uFE70-\uFEFC\uFF66-\uFFDC'
             '\U00010000-\U0001BC99\U0001D400-\U0001D7CB\U0001DF00-\U0001EEBB\U00020000-\U0003FFFF]';

CREATE FUNCTION digits_of(folded text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN regexp_replace(folded, '[^0-9]+', '', 'g');

-- Text to recognise numbers and addresses in: without what is invisible, digits of any script as 0-9, wide letters as narrow ones, A-Z as
-- a-z, blanks as a space. Calls nothing but what Postgres brings, as the next one: plpgsql looks its functions up when it runs.
CREATE FUNCTION fold_name(candidate text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE folded text := candidate;
BEGIN
  IF candidate !~ '^[\u0020-\u007E]*$' THEN
    folded := regexp_replace(folded,
      '[\u00AD\u034F\u061C\u115F-\u1160\u17B4-\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u2800\u3164'
    '\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]+', '', 'g');
    folded := regexp_replace(folded,
      '[\u0001-\u0020\u007F-\u00A0\u1680\u2000-\u200A\u2028-\u2029\u202F\u205F\u3000]+', ' ', 'g');
    SELECT COALESCE(string_agg(chr(ascii(c) - COALESCE(less, CASE WHEN ascii(c) BETWEEN 65281 AND 65374 THEN 65248 ELSE 0 END)), '' ORDER BY n), '')
      INTO folded
      FROM regexp_split_to_table(folded, '') WITH ORDINALITY AS s (c, n)
      LEFT JOIN (VALUES  -- first and last digit of a script, and what is taken off to come to 0-9
              (178,179,128), (185,185,136), (1632,1641,1584), (1776,1785,1728), (1984,1993,1936), (2406,2415,2358),
              (2534,2543,2486), (2662,2671,2614), (2790,2799,2742), (2918,2927,2870), (3046,3055,2998),
              (3174,3183,3126), (3302,3311,3254), (3430,3439,3382), (3558,3567,3510), (3664,3673,3616),
              (3792,3801,3744), (3872,3881,3824), (4160,4169,4112), (4240,4249,4192), (6112,6121,6064),
              (6160,6169,6112), (6470,6479,6422), (6608,6617,6560), (6784,6793,6736), (6800,6809,6752),
              (6992,7001,6944), (7088,7097,7040), (7232,7241,7184), (7248,7257,7200), (8304,8304,8256),
              (8308,8313,8256), (8320,8329,8272), (9312,9320,9263), (9332,9340,9283), (9352,9360,9303),
              (9450,9450,9402), (9461,9469,9412), (9471,9471,9423), (10102,10110,10053), (10112,10120,10063),
              (10122,10130,10073), (42528,42537,42480), (43216,43225,43168), (43264,43273,43216), (43472,43481,43424),
              (43504,43513,43456), (43600,43609,43552), (44016,44025,43968), (65296,65305,65248), (66720,66729,66672),
              (68912,68921,68864), (68928,68937,68880), (69734,69743,69686), (69872,69881,69824), (69942,69951,69894),
              (70096,70105,70048), (70384,70393,70336), (70736,70745,70688), (70864,70873,70816), (71248,71257,71200),
              (71360,71369,71312), (71376,71385,71328), (71386,71395,71338), (71472,71481,71424), (71904,71913,71856),
              (72016,72025,71968), (72688,72697,72640), (72784,72793,72736), (73040,73049,72992), (73120,73129,73072),
              (73184,73193,73136), (73552,73561,73504), (90416,90425,90368), (92768,92777,92720), (92864,92873,92816),
              (93008,93017,92960), (93552,93561,93504), (118000,118009,117952), (120782,120791,120734),
              (120792,120801,120744), (120802,120811,120754), (120812,120821,120764), (120822,120831,120774),
              (123200,123209,123152), (123632,123641,123584), (124144,124153,124096), (124401,124410,124353),
              (125264,125273,125216), (127232,127232,127184), (127233,127242,127185), (130032,130041,129984)
           ) AS d (first, last, less) ON ascii(c) BETWEEN first AND last
     WHERE c <> '';
  END IF;
  RETURN translate(folded, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz');
END $$;

-- The candidate on one line and without blanks around it; null when it is no name, or when one of the LIDs (digits) stands in it, with
-- letters around it or not. `folded` is needed only where there is a digit.
CREATE FUNCTION name_or_null(candidate text, folded text, lids text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE digits text;
BEGIN
  IF candidate IS NULL OR candidate !~
             '[^\u0001-\u0020\u007F-\u00A0\u00AD\u034F\u061C\u115F-\u1160\u1680\u17B4-\u17B5\u180B-\u180F\u2000-\u200A'
             '\u200B-\u200F\u2028-\u2029\u202A-\u202E\u202F\u205F\u2060-\u206F\u2800\u3000\u3164\uFE00-\uFE0F\uFEFF'
             '\uFFA0\uFFF0-\uFFFB\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]' THEN
    RETURN NULL;
  END IF;
  IF folded IS NOT NULL THEN
    digits := regexp_replace(folded, '[^0-9]+', '', 'g');
    IF folded ~ '[0-9] *@ *(lid|hosted|s\.whatsapp|c\.us|g\.us|broadcast|newsletter|bot|msgr|interop)|[0-9]{5,}([_.][0-9]+)?:[0-9]'
       OR (length(digits) >= 5 AND folded !~
             '[\u0061-\u007A\u00AA\u00B5\u00BA\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02C1\u0370-\u0373\u0376-\u0377'
             '\u037B-\u037D\u037F\u0386\u0388-\u03F5\u03F7-\u0481\u048A-\u0556\u0560-\u0588\u05D0-\u05F2\u0620-\u064A'
             '\u066E-\u06D3\u06D5\u06EE-\u06FC\u06FF-\u167F\u1681-\u17DC\u1820-\u1FFC\u2C00-\u2CE4\u2D00-\u2DDE'
             '\u3005-\u3006\u3041-\u3096\u309D-\u309F\u30A1-\u30FA\u30FC-\u318E\u31A0-\u31BF\u31F0-\u31FF\u3400-\u4DBF'
             '\u4E00-\uD7FB\uF900-\uFB28\uFB2A-\uFBB1\uFBD3-\uFD3D\uFD50-\uFDC7\uFDF0-\uFDFB\uFE70-\uFEFC\uFF66-\uFFDC'
             '\U00010000-\U0001BC99\U0001D400-\U0001D7CB\U0001DF00-\U0001EEBB\U00020000-\U0003FFFF]')
       OR EXISTS (SELECT FROM unnest(lids) AS lid WHERE length(lid) >= 7 AND strpos(digits, lid) > 0) THEN
      RETURN NULL;
    END IF;
  END IF;
  RETURN btrim(regexp_replace(candidate,
    '[\u0001-\u0020\u007F-\u00A0\u1680\u2000-\u200A\u2028-\u2029\u202F\u205F\u3000]+', ' ', 'g'), ' ');
END $$;

CREATE FUNCTION shown_name(candidate text, lids text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN name_or_null(candidate, CASE WHEN has_digit(candidate) THEN fold_name(candidate) END, lids);

-- Whether a text names somebody: something of it is visible, and it is neither a number nor an address.
CREATE FUNCTION is_name(candidate text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN shown_name(candidate, '{}') IS NOT NULL;

-- How many of the digits are the calling code; 0 when there is none like it.
CREATE FUNCTION calling_code_length(digits text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE
    WHEN left(digits, 1) IN ('1', '7') THEN 1
    WHEN left(digits, 2) = ANY (string_to_array('20,27,30,31,32,33,34,36,39,40,41,43,44,45,46,47,48,49,51,52,53,54,55,56,57,58,60,61,62,63,64,65,66,81,82,84,86,'
'90,91,92,93,94,95,98', ',')) THEN 2
    WHEN left(digits, 3) = ANY (string_to_array(
                   '211,212,213,216,218,220,221,222,223,224,225,226,227,228,229,230,231,232,233,234,235,236,237,'
                   '238,239,240,241,242,243,244,245,246,247,248,249,250,251,252,253,254,255,256,257,258,260,261,'
                   '262,263,264,265,266,267,268,269,290,291,297,298,299,350,351,352,353,354,355,356,357,358,359,'
                   '370,371,372,373,374,375,376,377,378,380,381,382,383,385,386,387,389,420,421,423,500,501,502,'
                   '503,504,505,506,507,508,509,590,591,592,593,594,595,596,597,598,599,670,672,673,674,675,676,'
                   '677,678,679,680,681,682,683,685,686,687,688,689,690,691,692,800,808,850,852,853,855,856,870,'
                   '878,880,881,882,883,886,888,960,961,962,963,964,965,966,967,968,970,971,972,973,974,975,976,'
                   '977,979,992,993,994,995,996,998', ',')) THEN 3
    ELSE 0 END;

-- The one form each subscriber is written in, as PhoneNumber.FromE164: Brazil's ninth digit, Mexico's old 1, Argentina's 15. Null for what is not E.164.
CREATE FUNCTION canonical_phone(phone text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE
    WHEN phone !~ '^\+[1-9][0-9]{6,14}$' THEN NULL
    WHEN phone ~ '^\+55[0-9]{2}[6-9][0-9]{7}$' THEN left(phone, 5) || '9' || substr(phone, 6)
    WHEN phone ~ '^\+521[0-9]{10}$' THEN '+52' || substr(phone, 5)
    WHEN phone ~ '^\+541115[0-9]{8}$' THEN '+54911' || substr(phone, 8)
    WHEN phone ~ '^\+54[0-8][0-9]{2}15[0-9]{7}$' THEN '+549' || substr(phone, 4, 3) || substr(phone, 9)
    WHEN phone ~ '^\+54[0-8][0-9]{3}15[0-9]{6}$' THEN '+549' || substr(phone, 4, 4) || substr(phone, 10)
    ELSE phone END;

-- A phone as people read it: +972 50 123 4567, four digits at the end and threes before. Null for what is not E.164.
CREATE FUNCTION format_phone(phone text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN phone ~ '^\+[1-9][0-9]{6,14}$' THEN
    '+' || CASE WHEN calling_code_length(substr(phone, 2)) > 0 THEN substr(phone, 2, calling_code_length(substr(phone, 2))) || ' ' ELSE '' END
        || regexp_replace(left(substr(phone, 2 + calling_code_length(substr(phone, 2))), -4), '([0-9])(?=([0-9]{3})+$)', '\1 ', 'g')
        || CASE WHEN length(phone) - 1 - calling_code_length(substr(phone, 2)) > 4 THEN ' ' ELSE '' END
        || right(substr(phone, 2 + calling_code_length(substr(phone, 2))), 4) END;

-- The first of the names that is one and holds none of the person's own LIDs; else the phone; else the last word.
CREATE FUNCTION display_name(lead_name text, push_name text, contact_name text, verified_name text, phone text, lids text[], unknown text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN COALESCE(shown_name(lead_name, lids), shown_name(push_name, lids), shown_name(contact_name, lids), shown_name(verified_name, lids),
                  format_phone(phone), unknown);

-- What a person is called by others, the newest of each kind, and the digits of its LIDs.
CREATE VIEW person_names AS
SELECT i.business_id,
       i.lead_id AS person_id,
       (array_agg(k.name ORDER BY k.at DESC, k.name COLLATE "C") FILTER (WHERE k.kind = 'contact' AND is_name(k.name)))[1] AS contact_name,
       (array_agg(k.name ORDER BY k.at DESC, k.name COLLATE "C") FILTER (WHERE k.kind = 'verified' AND is_name(k.name)))[1] AS verified_name,
       array_agg(split_part(i.external_id, '@', 1)) FILTER (WHERE i.external_id LIKE '%@lid') AS lids
  FROM contact_identities i
  LEFT JOIN known_name k ON k.business_id = i.business_id AND k.channel = i.channel AND k.external_id = i.external_id
 GROUP BY i.business_id, i.lead_id;

-- One row per live conversation, ready to be shown: the lead's name, else the one the person chose, else the one in the business's address
-- book, else the one WhatsApp has verified, else the phone, else “Unknown”. Groups: the subject, else “Group”. Never a LID.
-- Everything beside the conversation is a subquery of its own, so that a page of the list costs no more than its rows.
DROP VIEW conversation_list;
CREATE VIEW conversation_list AS
SELECT c.business_id,
       c.id AS conversation_id,
       c.canonical_key,
       c.kind,
       c.lead_id,
       c.group_id,
       CASE c.kind
         WHEN 'group' THEN
           (SELECT COALESCE(max(shown_name(k.name, '{}')), pipeline_setting('unknown_group_name', 'Group'))
              FROM known_name k
             WHERE k.business_id = c.business_id AND k.channel = 'whatsapp' AND k.external_id = c.group_id || '@g.us' AND k.kind = 'subject')
         ELSE
           (SELECT display_name(p.name, p.push_name, n.contact_name, n.verified_name, p.phone_e164, n.lids, pipeline_setting('unknown_name', 'Unknown'))
              FROM (VALUES (1)) AS one
              LEFT JOIN person_names n ON n.business_id = c.business_id AND n.person_id = c.person_id)
       END AS display_name,
       p.phone_e164,
       c.last_message_at,
       (SELECT m.from_me FROM whatsapp_message m
         WHERE m.conversation_id = c.id AND m.sent_at = c.last_message_at ORDER BY m.id DESC LIMIT 1) AS last_message_from_me,
       (SELECT m.type FROM whatsapp_message m
         WHERE m.conversation_id = c.id AND m.sent_at = c.last_message_at ORDER BY m.id DESC LIMIT 1) AS last_message_type,
       (SELECT CASE WHEN m.revoked THEN NULL ELSE m.body END FROM whatsapp_message m
         WHERE m.conversation_id = c.id AND m.sent_at = c.last_message_at ORDER BY m.id DESC LIMIT 1) AS last_message_body,
       c.message_count,
       c.unread_count,
       c.is_open,
       c.person_id
  FROM whatsapp_conversation c
  LEFT JOIN person p ON p.business_id = c.business_id AND p.lead_id = c.person_id
 WHERE c.merged_into IS NULL;

-- Every message with the name of who wrote it, as far as that is known today: a member of a group who was a bare LID when the message was
-- stored is shown by the name or the phone that was learned since.
CREATE VIEW conversation_messages AS
SELECT m.business_id,
       m.conversation_id,
       c.kind,
       m.id,
       m.message_id,
       m.sent_at,
       m.from_me,
       shown.author_name,
       shown.author_phone,
       m.author_lid,
       m.type,
       CASE WHEN m.revoked THEN NULL ELSE m.body END AS body,
       m.status,
       m.edited_at,
       m.revoked,
       '[' || shown.author_name || ']: ' || CASE
         WHEN m.revoked THEN '<deleted>'
         ELSE COALESCE(NULLIF(m.body, ''), CASE WHEN m.type = 'text' THEN '' ELSE '<' || m.type || '>' END)
       END AS rendered
  FROM whatsapp_message m
  JOIN whatsapp_conversation c ON c.id = m.conversation_id
  LEFT JOIN LATERAL (
         SELECT phone_e164 FROM lid_mappings WHERE business_id = m.business_id AND lid = m.author_lid LIMIT 1) mapped ON true
 CROSS JOIN LATERAL (
         SELECT CASE WHEN c.kind = 'direct' THEN c.person_id ELSE COALESCE(
                  (SELECT lead_id FROM contact_identities WHERE business_id = m.business_id AND channel = 'whatsapp' AND external_id = m.author_lid || '@lid'),
                  (SELECT lead_id FROM contact_identities
                    WHERE business_id = m.business_id AND channel = 'phone' AND external_id = COALESCE(mapped.phone_e164, m.author_phone)::text)) END AS person_id
         OFFSET 0) author
  LEFT JOIN LATERAL (
         SELECT p.lead_id, p.name, p.push_name, p.phone_e164
           FROM person a JOIN person p ON p.business_id = a.business_id AND p.lead_id = COALESCE(a.merged_into, a.lead_id)
          WHERE a.business_id = m.business_id AND a.lead_id = author.person_id LIMIT 1) p ON true
 CROSS JOIN LATERAL (
         -- The phone that a message was stored with may have been denied since.
         SELECT COALESCE(p.phone_e164, mapped.phone_e164, CASE WHEN NOT EXISTS (
                  SELECT FROM denied_pair d
                   WHERE d.business_id = m.business_id AND d.lid = m.author_lid AND d.phone_e164 = m.author_phone AND d.denied) THEN m.author_phone END)::text AS phone,
                COALESCE(shown_name(m.push_name, ARRAY[m.author_lid]), p.push_name) AS push_name
         OFFSET 0) known
 CROSS JOIN LATERAL (
         SELECT CASE WHEN m.from_me OR m.author_key = 'business' THEN pipeline_setting('own_name', 'You')
                     ELSE (SELECT display_name(p.name, known.push_name, n.contact_name, n.verified_name, known.phone, n.lids, pipeline_setting('unknown_name', 'Unknown'))
                             FROM (VALUES (1)) AS one LEFT JOIN LATERAL (
                                    SELECT contact_name, verified_name, lids FROM person_names WHERE business_id = m.business_id AND person_id = p.lead_id
                                    UNION ALL
                                    -- Who is not in the directory may have been named all the same.
                                    SELECT (array_agg(k.name ORDER BY k.at DESC, k.name COLLATE "C") FILTER (WHERE k.kind = 'contact' AND is_name(k.name)))[1],
                                           (array_agg(k.name ORDER BY k.at DESC, k.name COLLATE "C") FILTER (WHERE k.kind = 'verified' AND is_name(k.name)))[1],
                                           ARRAY[m.author_lid]
                                      FROM (VALUES ('whatsapp', m.author_lid || '@lid'), ('phone', known.phone),
                                                   ('whatsapp', substr(known.phone, 2) || '@s.whatsapp.net')) AS address (channel, external_id)
                                      JOIN known_name k ON k.business_id = m.business_id AND k.channel = address.channel AND k.external_id = address.external_id
                                     WHERE p.lead_id IS NULL
                                     LIMIT 1) n ON true)
                END AS author_name,
                CASE WHEN m.from_me OR m.author_key = 'business' THEN m.author_phone::text ELSE known.phone END AS author_phone
         OFFSET 0) shown;

-- What was said in a group, one line a message: `[Name]: text`.
CREATE VIEW group_transcript AS
SELECT business_id, conversation_id, id, message_id, sent_at, from_me, author_name, author_phone, type, body, rendered
  FROM conversation_messages
 WHERE kind = 'group';

-- What a reference may stand for: an address of the directory (channel `whatsapp` or `phone`), `group`, or a home number without its
-- calling code (`national`).
CREATE TYPE address_in_text AS (channel text, external_id text);
CREATE FUNCTION addresses_in(reference text, calling_code text) RETURNS address_in_text[] LANGUAGE sql STABLE PARALLEL SAFE RETURN (
  WITH written AS (
    SELECT btrim(fold_name(reference), ' ') AS text,
           ltrim(digits_of(COALESCE(addresses_in.calling_code, pipeline_setting('calling_code', ''))), '0') AS code),
  address AS (
    -- user_agent:device@server; the user of a group holds a dash.
    SELECT m[1] AS digits, m[2] AS server
      FROM written, regexp_match(text, '^\+?([0-9]+(?:-[0-9]+)?)(?:[_.:][0-9_.:]*)?@([a-z.]+)$') AS m),
  typed AS (
    SELECT text ~ '^[^0-9]*\+' AS with_plus, code,
           COALESCE(substring(text FROM '^[^0-9:_]*([0-9]{5,})[:_][0-9]+$'), digits_of(replace(text, '(0)', ''))) AS digits
      FROM written
     WHERE text !~ '@ *[a-z]' AND NOT has_letter(text)),
  number AS (
    SELECT digits, code, CASE WHEN with_plus THEN digits
                              WHEN digits LIKE '00%' THEN substr(digits, 3)
                              WHEN code = '1' AND digits LIKE '011%' THEN substr(digits, 4) END AS in_full
      FROM typed)
  SELECT array_agg(DISTINCT ROW(found.channel, found.external_id)::address_in_text)
    FROM (SELECT 'whatsapp' AS channel, digits || '@lid' AS external_id FROM address WHERE server IN ('lid', 'hosted.lid')
          UNION ALL SELECT 'whatsapp', digits || '@s.whatsapp.net' FROM address WHERE server IN ('s.whatsapp.net', 'c.us', 'hosted')
          UNION ALL SELECT 'phone', canonical_phone('+' || digits) FROM address WHERE server IN ('s.whatsapp.net', 'c.us', 'hosted')
          UNION ALL SELECT 'group', digits FROM address WHERE server = 'g.us'
          UNION ALL SELECT 'phone', canonical_phone('+' || in_full) FROM number
          -- People write the 0 of home calls after the calling code too. Italy means it.
          UNION ALL SELECT 'phone', canonical_phone('+' || left(in_full, calling_code_length(in_full)) || substr(in_full, calling_code_length(in_full) + 2))
                      FROM number WHERE substr(in_full, calling_code_length(in_full) + 1, 1) = '0' AND in_full NOT LIKE '39%'
          -- Bare digits: a phone in full, a LID, or a home number with or without what is dialled before it.
          UNION ALL SELECT 'phone', canonical_phone('+' || digits) FROM number WHERE in_full IS NULL
          UNION ALL SELECT 'whatsapp', digits || '@lid' FROM number WHERE in_full IS NULL AND digits <> ''
          UNION ALL SELECT 'phone', canonical_phone('+' || code || digits) FROM number WHERE in_full IS NULL AND code <> ''
          UNION ALL SELECT 'phone', canonical_phone('+' || code || regexp_replace(digits, CASE code WHEN '7' THEN '^8' WHEN '36' THEN '^06' ELSE '^0' END, ''))
                      FROM number WHERE in_full IS NULL AND code <> ''
          UNION ALL SELECT 'national', ltrim(digits, '0') FROM number WHERE in_full IS NULL AND code = '' AND length(ltrim(digits, '0')) >= 7) found
   WHERE found.external_id IS NOT NULL);

-- Phones by their last digits.
CREATE INDEX contact_identities_phone_backwards ON contact_identities (business_id, (reverse(external_id) COLLATE "C")) WHERE channel = 'phone';

-- The live conversation that a phone, a LID, an address or a key, present or past, stands for. Null when there is none, and when more than
-- one could be meant: it never guesses. What is known exactly goes before what the LID table says, and that before the last digits of a phone.
CREATE FUNCTION conversation_of(business bigint, reference text, calling_code text DEFAULT NULL) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE RETURN (
  WITH meant AS MATERIALIZED (
    SELECT a.channel, a.external_id FROM unnest(addresses_in(conversation_of.reference, conversation_of.calling_code)) a),
  wanted_key AS (
    SELECT btrim(conversation_of.reference) AS key
    UNION SELECT 'group:' || conversation_of.business || ':' || external_id FROM meant WHERE channel = 'group'),
  by_key AS (
    SELECT c.id, c.merged_into, 1 AS tier FROM wanted_key w JOIN whatsapp_conversation c ON c.business_id = conversation_of.business AND c.canonical_key = w.key
    UNION ALL
    SELECT c.id, c.merged_into, 2 FROM wanted_key w
      JOIN conversation_alias a ON a.business_id = conversation_of.business AND a.alias = w.key
      JOIN whatsapp_conversation c ON c.id = a.conversation_id),
  owner AS MATERIALIZED (
    SELECT 1 AS tier, i.lead_id FROM meant a
      JOIN contact_identities i ON i.business_id = conversation_of.business AND i.channel = a.channel AND i.external_id = a.external_id
    UNION ALL
    SELECT 2, i.lead_id FROM meant a
      JOIN lid_mappings m ON a.channel = 'whatsapp' AND a.external_id LIKE '%@lid'
                         AND m.business_id = conversation_of.business AND m.lid = split_part(a.external_id, '@', 1)
      JOIN contact_identities i ON i.business_id = conversation_of.business AND i.channel = 'phone' AND i.external_id = m.phone_e164
    UNION ALL
    SELECT 3, i.lead_id FROM meant a
      JOIN contact_identities i ON i.business_id = conversation_of.business AND i.channel = 'phone'
                               AND reverse(i.external_id) COLLATE "C" >= reverse(a.external_id) AND reverse(i.external_id) COLLATE "C" < reverse(a.external_id) || ':'
     WHERE a.channel = 'national'),
  people AS (
    SELECT DISTINCT COALESCE(p.merged_into, p.lead_id) AS person_id
      FROM owner o JOIN person p ON p.business_id = conversation_of.business AND p.lead_id = o.lead_id
     WHERE o.tier = (SELECT min(tier) FROM owner))
  SELECT CASE
    WHEN EXISTS (SELECT FROM by_key) THEN (SELECT COALESCE(merged_into, id) FROM by_key ORDER BY tier LIMIT 1)
    WHEN (SELECT count(*) FROM people) = 1 THEN
      (SELECT COALESCE(c.merged_into, c.id) FROM whatsapp_conversation c
        WHERE c.business_id = conversation_of.business AND c.person_id = (SELECT person_id FROM people))
    -- Conversations from before everybody was in the directory.
    WHEN (SELECT count(*) FROM people) = 0 THEN
      (SELECT CASE WHEN count(DISTINCT COALESCE(c.merged_into, c.id)) = 1 THEN min(COALESCE(c.merged_into, c.id)) END
         FROM meant a
         JOIN whatsapp_conversation c ON c.business_id = conversation_of.business AND c.person_id IS NULL AND c.canonical_key =
              CASE a.channel WHEN 'phone' THEN 'phone:' || conversation_of.business || ':' || a.external_id
                             WHEN 'whatsapp' THEN 'lid:' || conversation_of.business || ':' || split_part(a.external_id, '@lid', 1) END)
    END);

-- The whole conversation that a reference stands for, in the order of time. Nothing when it stands for none, or for more than one.
CREATE FUNCTION messages_of(business bigint, reference text, calling_code text DEFAULT NULL)
RETURNS TABLE (conversation_id bigint, id bigint, message_id text, sent_at timestamptz, from_me boolean, author_name text, author_phone text,
               type text, body text, status smallint, edited_at timestamptz, revoked boolean, rendered text)
LANGUAGE sql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
  WITH found AS MATERIALIZED (
    SELECT conversation_of(messages_of.business, messages_of.reference, messages_of.calling_code) AS id),
  parts AS MATERIALIZED (  -- what is not moved yet after a merge belongs to it as well
    SELECT f.id AS live, f.id AS part FROM found f
    UNION ALL SELECT f.id, c.id FROM found f JOIN whatsapp_conversation c ON c.merged_into = f.id)
  SELECT p.live, m.id, m.message_id, m.sent_at, m.from_me, m.author_name, m.author_phone, m.type, m.body, m.status, m.edited_at, m.revoked, m.rendered
    FROM parts p JOIN conversation_messages m ON m.conversation_id = p.part
   ORDER BY m.sent_at, m.id
$$;
