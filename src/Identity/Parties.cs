namespace Pipeline.Identity;

/// <summary>Who is who in one message: peer, author, and whether the business sent it.</summary>
internal readonly record struct Parties(PartyEvidence? Peer, PartyEvidence? Author, bool FromMe)
{
    /// <summary>
    /// From a sound key. The author is the business if the key says so or if it is one of the own addresses; producers that compare with only
    /// one of these get “from me” wrong.
    /// </summary>
    public static Parties Of(MessageKey key, Findings findings)
    {
        var chat = key.Chat!;
        switch (chat.Kind)
        {
            case WaIdKind.User or WaIdKind.Lid:
                return Direct(key, chat, findings);
            case WaIdKind.Newsletter or WaIdKind.Bot:
                Learned(key, findings);
                return new Parties(null, key.FromMe ? findings.Own.Business : null, key.FromMe);
            case WaIdKind.Group:
                return Several(key, AlternateOwner.Sender, findings);
            case WaIdKind.Broadcast:
                var list = Several(key, AlternateOwner.Sender | AlternateOwner.Chat, findings);
                return list.FromMe ? list : list with { Peer = list.Author };
            default:
                return Several(key, AlternateOwner.Sender | AlternateOwner.Chat, findings);
        }
    }

    /// <summary>
    /// The peer of a receipt or deletion: who wrote the message is not said, and its key's participant is not the author.
    /// </summary>
    public static Parties OfChatOnly(MessageKey key, Findings findings) =>
        key.Chat!.IsPerson ? Direct(key, key.Chat!, findings) with { Author = null } : new Parties(null, null, key.FromMe);

    /// <summary>The person at one address, with the alternates of the given owners.</summary>
    public static PartyEvidence Person(WaId? address, string field, ReadOnlySpan<Alternate> alternates, AlternateOwner owners, bool isBusiness, Findings findings)
    {
        var own = findings.Own;
        var phone = address?.Phone;
        var lid = address?.Lid;
        var registered = address;
        var source = phone is null ? EvidenceSource.None : EvidenceSource.Direct;
        var otherLid = false;
        var conflict = false;
        PhoneNumber? altPhone = null;
        Lid? altLid = null;
        WaId? altAddress = null;
        var altField = field;
        if (address is not null) findings.NoteDoubt(address);

        foreach (var alternate in alternates)
        {
            if ((alternate.Owner & owners) == 0) continue;
            var id = alternate.Id;
            findings.NoteDoubt(id);
            if (id.IsOnlyTheLid(address))
            {
                findings.Note(ReadNotes.SuffixConflict);
                continue;
            }
            if (own.Contains(id) != isBusiness && (!isBusiness || KnowsKind(own, id)))
            {
                findings.Note(ReadNotes.OwnAlternate);
                continue;
            }
            if (id.Phone is { } otherPhone)
            {
                if (phone is not null) conflict |= phone != otherPhone;
                else if (altPhone is null) (altPhone, altAddress, altField) = (otherPhone, id, alternate.Field);
                else conflict |= altPhone != otherPhone;
            }
            else if (id.Lid is { } other)
            {
                if (lid is not null) otherLid |= lid != other;
                else if (altLid is null) (altLid, altField) = (other, altPhone is null ? alternate.Field : altField);
                else conflict |= altLid != other;
            }
        }

        conflict |= otherLid && altPhone is not null;
        if (conflict)
        {
            findings.Conflict();
        }
        else
        {
            if (altPhone is not null)
            {
                (phone, registered, source, field) = (altPhone, altAddress, EvidenceSource.Envelope, altField);
            }
            lid ??= altLid;
            if (phone is { } p && lid is { } l) findings.Learn(l, p, altField, isBusiness);
        }
        return new PartyEvidence(phone, lid, source, field, registered?.Address ?? lid?.Address, isBusiness);
    }

    private static bool KnowsKind(OwnAddresses own, WaId id) => id.Kind == WaIdKind.Lid ? own.Lids.Count > 0 : own.Phones.Count > 0;

    private static Parties Direct(MessageKey key, WaId chat, Findings findings)
    {
        var own = findings.Own;
        if (own.Contains(chat) && Overwritten(key, own) is { } before) key.Chat = chat = before;
        if (own.Contains(chat))
        {
            if (!key.FromMe) findings.Note(ReadNotes.FromMeCorrected);
            var self = Completed(Person(chat, "remoteJid", key.Alternates, AlternateOwner.Chat | AlternateOwner.Sender, true, findings), own);
            return new Parties(self, self, true);
        }
        if (key.FromMe)
        {
            var recipient = Person(chat, "remoteJid", key.Alternates, AlternateOwner.Chat | AlternateOwner.Recipient, false, findings);
            return new Parties(recipient, own.Business, true);
        }
        // A participant of the chat's own kind adds nothing: the chat decides.
        if (key.Participant is { } participant && participant.Kind != chat.Kind) key.Add(participant, "participant", AlternateOwner.Sender);
        var peer = Person(chat, "remoteJid", key.Alternates, AlternateOwner.Chat | AlternateOwner.Sender, false, findings);
        return new Parties(peer, peer, false);
    }

    // One producer writes the sender's phone over the chat and keeps the chat beside it: on what the business sent, that phone is its own.
    private static WaId? Overwritten(MessageKey key, OwnAddresses own)
    {
        if (!key.FromMe) return null;
        foreach (var alternate in key.Alternates)
        {
            if (alternate.Field == MessageKey.PreviousRemoteJid && alternate.Id.IsPerson && !own.Contains(alternate.Id)) return alternate.Id;
        }
        return null;
    }

    private static Parties Several(MessageKey key, AlternateOwner owners, Findings findings)
    {
        var own = findings.Own;
        var participant = key.Participant;
        var field = "participant";
        if (participant is null)
        {
            foreach (var alternate in key.Alternates)
            {
                if ((alternate.Owner & owners) == 0) continue;
                (participant, field) = (alternate.Id, alternate.Field);
                break;
            }
        }
        if (participant is null)
        {
            if (key.FromMe) return new Parties(null, own.Business, true);
            if (key.BadParticipant) findings.Fail(Faults.InvalidJid);
            return new Parties(null, null, false);
        }
        var isBusiness = key.FromMe || own.Contains(participant) || IsUntoldOwnLid(participant, key, own);
        if (isBusiness && !key.FromMe) findings.Note(ReadNotes.FromMeCorrected);
        var author = Person(participant, field, key.Alternates, owners, isBusiness, findings);
        return new Parties(null, isBusiness ? Completed(author, own) : author, isBusiness);
    }

    // A session that was never told its own LID: the author's phone, which the server states, is the business's.
    private static bool IsUntoldOwnLid(WaId participant, MessageKey key, OwnAddresses own)
    {
        if (participant.Kind != WaIdKind.Lid || own.Lids.Count > 0) return false;
        foreach (var alternate in key.Alternates)
        {
            if ((alternate.Owner & AlternateOwner.Sender) != 0 && own.Contains(alternate.Id)) return true;
        }
        return false;
    }

    /// <summary>The business with what is known of it beside what the event says.</summary>
    public static PartyEvidence Completed(PartyEvidence business, OwnAddresses own)
    {
        if (business.Phone is null && own.Phone is not null)
            business = business with { Phone = own.Phone, Source = EvidenceSource.Table, Field = "own", Address = own.Address };
        return business.Lid is null && own.Lid is not null ? business with { Lid = own.Lid } : business;
    }

    private static void Learned(MessageKey key, Findings findings)
    {
        if (key.Participant is { IsPerson: true } participant)
            Person(participant, "participant", key.Alternates, AlternateOwner.Sender, findings.Own.Contains(participant), findings);
    }
}
