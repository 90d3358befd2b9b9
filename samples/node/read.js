// Reads whatsapp.linked.v1 and prints how many messages each conversation has.
//   npm --prefix samples/node ci
//   node samples/node/read.js --brokers 127.0.0.1:9092            to the end of the topic, then prints
//   node samples/node/read.js --brokers 127.0.0.1:9092 --follow   goes on, and prints on Ctrl-C
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import protobuf from 'protobufjs';
import { Conversations } from './conversations.js';
import { withoutFrame } from './frame.js';

const { values: given } = parseArgs({
  options: {
    brokers: { type: 'string', default: '127.0.0.1:9092' },
    topic: { type: 'string', default: 'whatsapp.linked.v1' },
    group: { type: 'string', default: 'sample-node' },
    follow: { type: 'boolean', default: false },
  },
});

const root = new protobuf.Root();
root.resolvePath = (_, target) => fileURLToPath(new URL(`../../proto/${target}`, import.meta.url));
const LinkedEvent = (await root.load('whatsapp/v1/linked_event.proto')).lookupType('whatsapp.v1.LinkedEvent');

const kafka = new Kafka({ clientId: 'sample-node', brokers: given.brokers.split(','), logLevel: logLevel.ERROR });
const conversations = new Conversations();
const ends = new Map();
let finish;
const finished = new Promise((resolve) => (finish = resolve));

if (!given.follow) {
  const admin = kafka.admin();
  await admin.connect();
  for (const { partition, low, high } of await admin.fetchTopicOffsets(given.topic)) if (BigInt(high) > BigInt(low)) ends.set(partition, BigInt(high));
  await admin.disconnect();
}

const consumer = kafka.consumer({ groupId: given.group });
if (given.follow || ends.size > 0) {
  await consumer.connect();
  await consumer.subscribe({ topic: given.topic, fromBeginning: true });
  await consumer.run({
    // What was read is kept in memory only, so nothing is committed and every start begins at the beginning. With a database: store the
    // effect first, commit then (or store the offset with the effect), and keep ce_id under a unique constraint.
    autoCommit: false,
    eachMessage: async ({ partition, message }) => {
      const event = LinkedEvent.toObject(LinkedEvent.decode(withoutFrame(message.value)), { longs: String, enums: String });
      conversations.take(message.headers.ce_id.toString(), event);
      if (!ends.has(partition) || BigInt(message.offset) + 1n < ends.get(partition)) return;
      ends.delete(partition);
      if (ends.size === 0) finish();
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, finish);
  await finished;
  await consumer.disconnect();
}

for (const [key, messages] of conversations.list()) console.log(`${key}\t${messages}`);
console.log(`${conversations.events} events, ${conversations.repeated} repeated, ${conversations.merges} merges`);
