// What a reader of `linked` knows: which messages belong to which conversation, after every merge, split and new key.

export class Conversations {
  #seen = new Set(); // ce_id of every event taken
  #keys = new Map(); // conversation id → its public key
  #messages = new Map(); // conversation id → messages by identity
  #survivors = new Map(); // conversation that was absorbed → the one that goes on

  events = 0;
  repeated = 0;
  merges = 0;

  /** Takes one event. The same event may come again, after a restart of its producer or of this reader: it counts once. */
  take(id, event) {
    if (this.#seen.has(id)) {
      this.repeated++;
      return;
    }
    this.#seen.add(id);
    this.events++;

    // A message that was linked before a merge keeps the old conversation in its event.
    if (event.conversation) this.#named(event.conversation);
    if (event.message) this.#take(event.conversation, event.message);
    else if (event.conversationMerged) this.#merge(event.conversationMerged);
    else if (event.conversationSplit) this.#split(event.conversationSplit);
    else if (event.conversationRekeyed) this.#named(event.conversationRekeyed.conversation);
    // Receipts, updates and learned phones move no messages; a newer version may know more bodies.
  }

  /** Every conversation that has messages: public key and number of messages, in the order of the keys. */
  *list() {
    const rows = [...this.#messages].filter(([, messages]) => messages.size > 0).map(([id, messages]) => [this.#keys.get(id), messages.size]);
    yield* rows.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }

  #take(conversation, message) {
    const author = authorOf(message);
    // A later copy of a message (one that could be decrypted now, for example) is the same message.
    this.#of(this.#current(conversation.conversationId)).set(`${author} ${message.messageId}`, message);
  }

  #merge({ survivor, absorbed }) {
    this.merges++;
    this.#named(survivor);
    this.#survivors.set(absorbed.conversationId, survivor.conversationId);
    const into = this.#of(this.#current(survivor.conversationId));
    for (const [identity, message] of this.#of(absorbed.conversationId)) into.set(identity, message);
    this.#messages.delete(absorbed.conversationId);
  }

  #split({ from, into, addresses }) {
    this.#survivors.delete(into.conversationId); // live again, if it had been merged
    this.#named(from);
    this.#named(into);
    const gone = new Set(addresses);
    const stays = this.#of(from.conversationId);
    for (const [identity, message] of stays) {
      if (!gone.has(message.peer?.address) && !gone.has(message.peer?.phone)) continue;
      this.#of(into.conversationId).set(identity, message);
      stays.delete(identity);
    }
  }

  #named({ conversationId, key }) {
    if (!this.#survivors.has(conversationId)) this.#keys.set(conversationId, key);
  }

  #current(id) {
    while (this.#survivors.has(id)) id = this.#survivors.get(id);
    return id;
  }

  #of(id) {
    if (!this.#messages.has(id)) this.#messages.set(id, new Map());
    return this.#messages.get(id);
  }
}

// Ids are chosen by the sending device, so two members of a group may use the same one.
function authorOf({ fromMe, kind, author }) {
  if (fromMe) return 'business';
  if (kind === 'KIND_DIRECT') return 'peer';
  return author?.lid || author?.phone || author?.address || 'unknown';
}
