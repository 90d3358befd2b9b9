-- What a generated database is made of: who is really behind every row. The backfill never looks here.
CREATE TABLE pipeline_generated_person (
  person       bigint PRIMARY KEY,
  business_id  bigint NOT NULL,
  phone_e164   text,                     -- null for a group
  lid          text,                     -- null when the person has none, or for a group
  is_known     boolean NOT NULL          -- some evidence joins the two
);
CREATE TABLE pipeline_generated_truth (
  kind    text   NOT NULL,               -- 'conversation', 'message' or 'lead'
  row_id  bigint NOT NULL,
  person  bigint NOT NULL REFERENCES pipeline_generated_person,
  PRIMARY KEY (kind, row_id)
);
