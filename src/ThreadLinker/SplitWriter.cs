using Npgsql;
using NpgsqlTypes;

namespace Pipeline.ThreadLinker;

/// <summary>Writes a split, part by part. The business is locked.</summary>
internal sealed class SplitWriter(NpgsqlConnection connection, NpgsqlTransaction transaction, EventSubject.Denial denial, Person person, LeadOptions options)
{
    private const string NumberIsTaken = "UPDATE business SET next_lead_id = next_lead_id + 1 WHERE business_id = $1 RETURNING next_lead_id - 1";

    private const string PersonIsNew = "INSERT INTO person (business_id, lead_id, owner) VALUES ($1, $2, $3)";

    private const string PersonIsItself = """
        UPDATE person SET merged_into = NULL, owner = $3, phone_e164 = $4, phone_rank = $5, phone_at = $6, push_name = $7, push_name_at = $8
         WHERE business_id = $1 AND lead_id = $2
        """;

    private const string OthersFollow = "UPDATE person SET merged_into = $3 WHERE business_id = $1 AND lead_id = ANY($2)";

    private const string AddressesFollow = """
        UPDATE contact_identities i SET lead_id = $2
          FROM unnest($3::text[], $4::text[]) AS k (channel, external_id)
         WHERE i.business_id = $1 AND i.channel = k.channel AND i.external_id = k.external_id
        """;

    private const string MergeIsUndone = "DELETE FROM lead_merge WHERE business_id = $1 AND absorbed_lead_id = $2";

    private const string ConversationLivesAgain = "UPDATE whatsapp_conversation SET merged_into = NULL WHERE business_id = $1 AND person_id = $2";

    private const string ConversationIsNew = """
        INSERT INTO whatsapp_conversation (business_id, canonical_key, kind, person_id, lead_id) VALUES ($1, $2, 'direct', $3, $4) RETURNING id
        """;

    private const string ConversationsOfOthersFollow = "UPDATE whatsapp_conversation SET merged_into = $3 WHERE business_id = $1 AND person_id = ANY($2)";

    private const string OwnKeyIsNoAlias = "DELETE FROM conversation_alias WHERE business_id = $1 AND alias = $2";

    private const string OldKeysFollow = "UPDATE conversation_alias SET conversation_id = $3 WHERE business_id = $1 AND conversation_id = $2 AND alias = ANY($4)";

    // The Sink asks the directory about each address of a conversation that has been split.
    private const string ConversationsAreMarked = "UPDATE whatsapp_conversation SET split_at = $3 WHERE business_id = $1 AND id = ANY($2)";

    private const string SplitIsOnRecord = """
        INSERT INTO person_split (business_id, event_id, from_lead_id, into_lead_id, lid, phone_e164, addresses, at, raw_partition, raw_offset)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """;

    /// <summary>Writes, and says what to announce.</summary>
    /// <param name="plan">What becomes of the person.</param>
    /// <param name="nameOfAsync">The newest push name that came from some addresses.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<IReadOnlyList<Announcement>> WriteAsync(
        SplitPlan plan, Func<IReadOnlyList<ContactIdentity>, Task<DatedName?>> nameOfAsync, CancellationToken cancellation)
    {
        var names = new List<DatedName?>();
        foreach (var part in plan.Goes) names.Add(await nameOfAsync(part.Identities) ?? part.Returning?.PushName);

        // The phone is given up before another live person takes it: it belongs to one at any moment. A name stays unless it was another's.
        var name = await nameOfAsync(plan.Stays.Identities)
            ?? (person.PushName is { } known && names.Exists(other => other?.Name == known.Name) ? null : person.PushName);
        await WritePersonAsync(person.Id, person.Owner, plan.Stays.Phone, name, cancellation);

        var splits = new List<Announcement>();
        foreach (var (part, found) in plan.Goes.Zip(names)) splits.Add(await WriteAsync(part, found, cancellation));
        return splits;
    }

    private async Task<Announcement.Split> WriteAsync(SplitPart part, DatedName? name, CancellationToken cancellation)
    {
        var business = denial.BusinessId;
        var into = await PersonOfAsync(part, cancellation);
        into.Learn(part.Phone);
        await WritePersonAsync(into.Id, into.Owner, part.Phone, name, cancellation);
        await RunAsync(OthersFollow, cancellation, business, Numbers(part), into.Id);
        await RunAsync(AddressesFollow, cancellation, business, into.Id,
            part.Identities.Select(identity => identity.Channel.Text()).ToArray(), part.Identities.Select(identity => identity.ExternalId).ToArray());
        await RunAsync(MergeIsUndone, cancellation, business, into.Id);

        var conversation = await ConversationOfAsync(part, into, cancellation);
        string[] addresses = [.. part.Identities.Where(identity => identity.Channel != Channel.Crm).Select(identity => identity.ExternalId)];
        await RunAsync(SplitIsOnRecord, cancellation, business, denial.Cause.EventId, person.Id, into.Id, denial.Lid, denial.Phone, addresses, denial.Cause.At,
            denial.Cause.Raw?.Partition, denial.Cause.Raw?.Offset);
        return new Announcement.Split(business, denial.Cause, person.Conversation, conversation, addresses, denial.Lid, denial.Phone);
    }

    private async Task<Person> PersonOfAsync(SplitPart part, CancellationToken cancellation)
    {
        if (part.Returning is { } returning) return returning;
        var id = (long)(await AskAsync(NumberIsTaken, cancellation, denial.BusinessId))!;
        var owner = options.AutoCreate ? Ownership.Auto : Ownership.Contact;
        await RunAsync(PersonIsNew, cancellation, denial.BusinessId, id, owner.Text());
        return Person.Stored(denial.BusinessId, id, owner, null, null, null);
    }

    private async Task<LinkedConversation?> ConversationOfAsync(SplitPart part, Person into, CancellationToken cancellation)
    {
        // Nobody has written to either: there is nothing to take apart.
        if (person.Conversation is not { } from) return null;

        var business = denial.BusinessId;
        var conversation = into.Conversation;
        if (conversation is null)
        {
            conversation = LinkedConversation.With(into, part.Identities);
            conversation.Id = (long)(await AskAsync(ConversationIsNew, cancellation, business, conversation.Key, into.Id, conversation.LeadId == 0 ? null : conversation.LeadId))!;
        }
        else
            await RunAsync(ConversationLivesAgain, cancellation, business, into.Id);
        await RunAsync(OwnKeyIsNoAlias, cancellation, business, conversation.Key);
        await RunAsync(ConversationsOfOthersFollow, cancellation, business, Numbers(part), conversation.Id);
        string[] oldKeys = [.. part.Identities.SelectMany(SplitPlan.KeysOf), .. part.Follows.Select(other => other.Conversation?.Key).OfType<string>()];
        await RunAsync(OldKeysFollow, cancellation, business, from.Id, conversation.Id, oldKeys);
        await RunAsync(ConversationsAreMarked, cancellation, business, new[] { from.Id, conversation.Id }, denial.Cause.At);
        return conversation;
    }

    private static long[] Numbers(SplitPart part) => [.. part.Follows.Select(other => other.Id)];

    private Task<int> WritePersonAsync(long id, Ownership owner, PhoneEvidence? phone, DatedName? name, CancellationToken cancellation) =>
        RunAsync(PersonIsItself, cancellation, denial.BusinessId, id, owner.Text(), phone?.Phone, (short?)phone?.Rank, phone?.At, name?.Name, name?.At);

    private async Task<int> RunAsync(string sql, CancellationToken cancellation, params object?[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<object?> AskAsync(string sql, CancellationToken cancellation, params object?[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteScalarAsync(cancellation);
    }

    private NpgsqlCommand Command(string sql, object?[] values)
    {
        var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var value in values)
        {
            var parameter = new NpgsqlParameter { Value = value ?? DBNull.Value };
            if (value is DateTime) parameter.NpgsqlDbType = NpgsqlDbType.TimestampTz;
            command.Parameters.Add(parameter);
        }
        return command;
    }
}
