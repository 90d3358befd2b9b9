// Asks Kafka with kafkajs's admin client, which shares no line of code with librdkafka. For each line "group=topic group=topic …" on standard
// input it answers one line of JSON: the committed offset (-1: never) and the end of each partition.
import { createInterface } from "node:readline";
import { Kafka, logLevel } from "kafkajs";

const admin = new Kafka({ clientId: "witness", brokers: [process.argv[2]], logLevel: logLevel.NOTHING }).admin();
await admin.connect();
for await (const line of createInterface({ input: process.stdin })) {
  const said = [];
  for (const pair of line.split(" ")) {
    const [groupId, topic] = pair.split("=");
    const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const ends = new Map((await admin.fetchTopicOffsets(topic)).map((one) => [one.partition, one.high]));
    for (const { partition, offset } of partitions) said.push({ group: groupId, topic, partition, current: Number(offset), end: Number(ends.get(partition)) });
  }
  console.log(JSON.stringify(said));
}
await admin.disconnect();
