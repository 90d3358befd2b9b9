// Confluent's frame in front of a protobuf value: a zero byte, the schema id (4 bytes), then which message of the schema's file it is:
// a count and that many indexes, each a zigzag varint. The single byte 0 stands for the file's first message.

export function withoutFrame(value) {
  if (value[0] !== 0) throw new Error(`the value begins with byte ${value[0]}, not with 0`);
  let at = 5;
  const readVarint = () => {
    let number = 0;
    for (let shift = 0; at < value.length; shift += 7) {
      const byte = value[at++];
      number |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (number >>> 1) ^ -(number & 1);
    }
    throw new Error('the frame does not end');
  };
  for (let left = readVarint(); left > 0; left--) readVarint();
  return value.subarray(at);
}
