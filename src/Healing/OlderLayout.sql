-- The older layout that `pipeline backfill` heals, as an installation has it: made by hand or by an application, with more columns than
-- these. The generator makes such tables; tests and operators read here what is expected.

CREATE TABLE leads (
  id           bigserial PRIMARY KEY,
  business_id  bigint NOT NULL,
  phone        text,                     -- a phone in any form, and, by the old bug, the digits of a LID
  name         text,
  push_name    text,
  created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE contact_identities (
  id           bigserial PRIMARY KEY,
  business_id  bigint NOT NULL,
  lead_id      bigint NOT NULL REFERENCES leads,
  channel      text   NOT NULL,          -- 'whatsapp' or 'phone'
  external_id  text   NOT NULL,
  UNIQUE (business_id, channel, external_id)
);

CREATE TABLE whatsapp_conversation (
  id               bigserial PRIMARY KEY,
  business_id      bigint NOT NULL,
  customer_wa_id   text   NOT NULL,
  canonical_key    text,
  lead_id          bigint,
  name             text,
  last_message_at  timestamptz,
  is_open          boolean NOT NULL DEFAULT true,
  summary_created  boolean NOT NULL DEFAULT false,
  created_at       timestamptz NOT NULL DEFAULT now()
);

-- There is no conversation_id: the backfill adds it.
CREATE TABLE whatsapp_message (
  id           bigserial PRIMARY KEY,
  business_id  bigint  NOT NULL,
  message_id   text    NOT NULL,
  from_me      boolean NOT NULL,
  from_number  text,
  to_number    text,
  push_name    text,
  type         text,
  body         text,
  status       text,
  created_at   timestamptz NOT NULL DEFAULT now()
);
