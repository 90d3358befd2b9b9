-- Writer: the command `pipeline dlq`. What has become of a dead letter: Kafka cannot delete a single record, so what has been sent back
-- or given up is remembered here. The record's own time is part of the key: a topic that was deleted and made again counts its
-- offsets from 0 again, and its letters are others.
CREATE TABLE dead_letter_fate (
  topic          text        NOT NULL,   -- the dead-letter topic
  partition      integer     NOT NULL,
  letter_offset  bigint      NOT NULL,
  written_at     timestamptz NOT NULL,   -- the record's Kafka timestamp
  fate           text        NOT NULL CHECK (fate IN ('redriven', 'discarded')),
  at             timestamptz NOT NULL DEFAULT now(),
  by             text        NOT NULL,   -- the operator's account on the machine
  PRIMARY KEY (topic, partition, letter_offset, written_at)
);
