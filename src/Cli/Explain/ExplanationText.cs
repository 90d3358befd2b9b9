using System.Globalization;
using Pipeline.Contracts;
using Pipeline.Identity;
using Pipeline.Resolver;
using Pipeline.Streaming;
using Spectre.Console;

namespace Pipeline.Cli.Explain;

/// <summary>An explanation in plain words: a section for each thing there is something to say about.</summary>
internal sealed class ExplanationText(Terminal terminal)
{
    private const int LabelWidth = 15;
    private const int MostPairs = 20;

    /// <summary>Writes it.</summary>
    public void Write(Explanation of)
    {
        WriteQuestion(of);
        foreach (var own in of.OwnAddresses) WriteOwn(own);
        foreach (var message in of.Messages) WriteMessage(message, of);
        if (of.Raw is { } raw) WriteRaw(raw, of);
        foreach (var lid in of.Lids) WriteLid(lid);
        foreach (var pair in of.WaitingPairs) WritePair(pair);
        foreach (var person in of.People) WritePerson(person);
        foreach (var conversation in of.Conversations) WriteConversation(conversation);
    }

    /// <summary>A moment, RFC 3339 in UTC.</summary>
    internal static string Time(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);

    private void WriteQuestion(Explanation of)
    {
        var asked = of.Asked;
        var understood = asked.Given.Trim() == asked.Understood ? "" : $", understood as {asked.Understood}";
        terminal.Say(Terminal.Harmless($"Business {of.BusinessId}, {asked.Word} {asked.Given}{understood}"));
        if (of.Note is { } note) terminal.Say(note);
        if (of.Raw is { Events.Count: 0 } raw) terminal.Say(OfSearch(raw));
    }

    private void WriteOwn(OwnAddress own)
    {
        Heading("This is the business itself");
        Line("address", own.Address);
        Line("session", own.Session);
        Line("current since", Time(own.LastSeen));
        Line("event", Of(own.Origin));
    }

    private void WriteMessage(StoredMessage message, Explanation of)
    {
        Heading($"Message {message.MessageId}");
        Line("sent", message.SentAt is { } at ? Time(at) : "the event did not say when");
        Line("direction", message.FromMe ? "sent by the business" : "received");
        Line("kind", message.Kind ?? "its conversation is gone");
        Line("type", message.Type);
        if (message.Text is { } text) WriteText(text);
        if (message.Status is { } status) Line("status", status);
        if (message.EditedAt is { } edited) Line("edited", Time(edited));
        if (message.Revoked) Line("deleted", "for everyone");
        if (message.ConversationKey is { } key) Line("conversation", $"{key} (conversation {message.ConversationId})");
        if (message.Peer is { } peer) WriteParty("peer", peer, of);
        if (message.Author.IsBusiness) Line("author", "the business itself");
        else if (message.Peer is not null && message.Author == message.Peer) Line("author", "the peer");
        else WriteParty("author", message.Author, of);
        Line("event", Of(message.Origin));
    }

    private void WriteParty(string role, PartyFacts party, Explanation of)
    {
        Line(role, $"{(party.Phone is { } phone ? $"phone {phone}" : "phone not known")}, {(party.Lid is { } lid ? $"LID {lid}" : "no LID")}");
        More(SourceWords.OfSource(party.Source, party.Field));
        if (of.PhoneNow(party.Lid) is { } now && now != party.Phone)
            More(party.Phone is null ? $"learned later: the LID table has {now} now" : $"changed since: the LID table has {now} now");
    }

    private void WriteRaw(RawSearch raw, Explanation of)
    {
        foreach (var found in raw.Events) WriteEvent(found, of);
        if (raw.Events.Count > 0 && raw.End != RawSearchEnd.Complete) terminal.Say(OfSearch(raw));
    }

    private void WriteEvent(FoundEvent found, Explanation of)
    {
        var read = found.Read;
        Heading($"Event at {found.Position}");
        if (found.Raw is { } raw) WriteEnvelope(raw);
        if (found.Undecodable is null) Line("read as", EventWords.OfKind(read.Kind));
        if (read.Fault is { } fault) Line("fault", $"{fault}: {EventWords.OfFault(fault)}");
        foreach (var note in read.Notes.Words()) Line("note", $"{note}: {EventWords.OfNote(note)}");
        if (read.ChatAddress is { } chat) Line("chat", chat);
        if (read.MessageId is { } id) Line("message id", id);
        if (read.TargetId is { } target) Line("about message", target);
        if (read.Status is { } status) Line("status", status);
        if (read.SentAt is { } at) Line("time", Time(at.UtcDateTime));
        if (read.Text is { } text) WriteText(text);
        foreach (var (role, party) in found.Parties)
        {
            if (role == "author" && party == read.Peer) Line("author", "the peer");
            else WriteParty(role, party);
        }
        if (read.Ruling is { } ruling) Line("says", $"LID {ruling.Lid} {(ruling.IsDenied ? "is not" : "may be")} {ruling.Phone}{(ruling.IsDenied ? "" : " after all")}");
        if (read.Hint is { } hint) Line("hint", $"quotes {hint}");
        foreach (var pair in read.Pairs.Take(MostPairs)) Line("states", $"LID {pair.Lid} is {pair.Phone}, in {pair.Field} ({GradeWords.Of(pair.Grade)})");
        if (read.Pairs.Count > MostPairs) More($"… and {read.Pairs.Count - MostPairs} more pairs");
        Line("what became", EventWords.WhatBecameOf(found, of.Messages.Any(message => message.MessageId == found.MessageId)));
    }

    private void WriteEnvelope(RawEvent raw)
    {
        Line("event", raw.EventId);
        Line("from", string.Join(", ", ((string[])[raw.Source, raw.Session.Length > 0 ? $"session {raw.Session}" : "", raw.EventType, raw.Part.Length > 0 ? $"part {raw.Part}" : "", raw.Delivery]).Where(word => word.Length > 0)));
        if (raw.ReceivedAt is { } received) Line("received", Time(received.ToDateTime()));
        if (raw.OwnPhoneAddress.Length + raw.OwnLidAddress.Length == 0) Line("own addresses", "the event came without them");
    }

    // Nothing in it was looked up, so a phone that is not in the event may still be known.
    private void WriteParty(string role, PartyEvidence party)
    {
        if (party.IsBusiness)
        {
            Line(role, "the business itself");
            return;
        }
        Line(role, $"{(party.Phone is { } phone ? $"phone {phone}" : "no phone in the event")}, {(party.Lid is { } lid ? $"LID {lid}" : "no LID")}");
        if (party.Phone is not null) More(SourceWords.OfSource(party.Source.ToWord(), party.Field));
    }

    private void WriteLid(LidFacts lid)
    {
        Heading($"LID {lid.Lid}");
        if (lid.IsOwn) Line("whose", "the business itself");
        if (lid.Best is { } best)
        {
            Line("phone", best.Phone);
            WriteStatement(best);
        }
        else
            Line("phone", lid.Others.Count > 0 ? "not known: what was stated has been denied" : "not known: nothing that was received has stated it");
        if (lid.OtherLids.Count > 0) Line("same phone", $"has also LID {string.Join(", LID ", lid.OtherLids)}");
        foreach (var other in lid.Others)
        {
            Line("conflict", $"{other.Phone} was stated too{(lid.Denies(other.Phone) ? "; an operator has denied it" : lid.Best is { } winner ? $"; it {SourceWords.OfLoss(other.LosesTo(winner))}" : "")}");
            WriteStatement(other);
        }
        foreach (var ruling in lid.Rulings)
        {
            Line(ruling.IsDenied ? "denied" : "allowed again", $"{ruling.Phone}, by an operator, {Time(ruling.At)}");
            More($"event {Of(ruling.Origin)}");
        }
        if (lid.Parked is { } parked) WriteParked(parked);
        foreach (var hint in lid.Hints)
        {
            Line("hint", $"a message of it quoted {hint.Phone}, {Span(hint.FirstSeen, hint.LastSeen)}");
            More($"event {Of(hint.Origin)}");
        }
        if (lid.Hints.Count == 0) return;
        foreach (var sentence in SourceWords.HintsAreNotUsed) More(sentence);
    }

    private void WriteStatement(StatedPhone stated)
    {
        More(SourceWords.OfGrade(stated.Grade));
        var isAnswer = stated.Field == "endpoint";
        More($"{(isAnswer ? "answered by the endpoint" : $"stated by {stated.Field}")}, {Span(stated.FirstSeen, stated.LastSeen)}");
        More(isAnswer ? $"asked because of event {stated.Origin.EventId}" : $"event {Of(stated.Origin)}");
    }

    private void WriteParked(ParkedLid parked)
    {
        Line("parked", $"since {Time(parked.Since)}: session {(parked.Session.Length > 0 ? parked.Session : "(unnamed)")} of {parked.Source} is asked again from time to time, where a resolve endpoint is set");
        More($"{parked.Attempts} {(parked.Attempts == 1 ? "question" : "questions")} ended with “unknown”{(parked.AskedAt is { } at ? $", the last at {Time(at)}" : "")}");
        More($"next question due {Time(parked.NextCheckAt)}");
        More($"first named by event {Of(parked.Origin)}");
    }

    private void WritePair(WaitingPair pair)
    {
        Heading("Nobody has written from it yet");
        Line("pair", $"LID {pair.Lid} and {pair.Phone} will be one person: {SourceWords.OfRank(pair.Rank)}{(pair.SeenAt is { } at ? $", {Time(at)}" : "")}");
    }

    private void WritePerson(Person person)
    {
        Heading($"Person: lead {person.LeadId}");
        Line("phone", person.Phone is { } phone ? $"{phone}: {SourceWords.OfRank(person.PhoneRank)}{(person.PhoneAt is { } at ? $", {Time(at)}" : "")}" : "not known");
        if (person.Name is { } name) Line("name", $"{name} (given from outside)");
        if (person.PushName is { } chosen) Line(person.Name is null ? "name" : "", $"{chosen} (chosen by the person{(person.PushNameAt is { } since ? $", {Time(since)}" : "")})");
        Line("owner", SourceWords.OfOwner(person.Owner));
        var label = "identities";
        foreach (var (channel, address) in person.Identities)
        {
            Line(label, $"{channel,-8} {address}");
            label = "";
        }
        foreach (var absorbed in person.Absorbed)
        {
            Line("merged into it", $"lead {absorbed.LeadId}: {SourceWords.OfMerge(absorbed.Evidence)}{(absorbed.At is { } when ? $", {Time(when)}" : "")}");
            if (absorbed.SurvivorLeadId is { } by && by != person.LeadId) More($"first into lead {by}, and with it into this one");
            if (absorbed.Origin is { } origin) More($"event {Of(origin)}");
        }
    }

    private void WriteConversation(ConversationFacts conversation)
    {
        Heading($"Conversation {conversation.Id}");
        Line("key", conversation.Key);
        Line("with", conversation.GroupId is { } group ? $"group {group}" : $"lead {conversation.LeadId}");
        Line("messages", $"{conversation.Messages}, {conversation.Unread} unread{(conversation.LastMessageAt is { } at ? $", the newest {Time(at)}" : "")}");
        if (!conversation.IsOpen) Line("state", "closed");
        if (conversation.MergedIds.Count > 0) Line("merged into it", $"conversation {string.Join(", conversation ", conversation.MergedIds)}");
        if (conversation.OldKeys.Count > 0) Line("old keys", string.Join(", ", conversation.OldKeys));
    }

    private static string OfSearch(RawSearch raw) => raw.End switch
    {
        RawSearchEnd.Unreachable => "Kafka did not answer, so the raw topic was not looked through.",
        RawSearchEnd.OutOfTime => string.Create(CultureInfo.InvariantCulture, $"The time was up after {raw.Looked:N0} of {raw.Held:N0} records of {raw.Topic}; --patience looks longer."),
        _ => string.Create(CultureInfo.InvariantCulture, $"All {raw.Held:N0} records of {raw.Topic} were looked through."),
    };

    private static string Of(Origin origin) => $"{origin.EventId} {(origin.Position is { } position ? $"at {position}" : "(its position was not recorded)")}";

    private static string Span(DateTime first, DateTime last) => first == last ? Time(first) : $"{Time(first)} to {Time(last)}";

    private void Heading(string text)
    {
        terminal.Say();
        if (terminal.Live) terminal.Canvas.WriteLine(Terminal.Harmless(text), new Style(decoration: Decoration.Bold));
        else terminal.Say(Terminal.Harmless(text));
    }

    // Nothing else may have several lines.
    private void WriteText(string text)
    {
        var label = "text";
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            Line(label, line);
            label = "";
        }
    }

    private void Line(string label, string text) => terminal.Say($"  {label.PadRight(LabelWidth)}{Terminal.Harmless(text)}");

    private void More(string text) => terminal.Say($"  {new string(' ', LabelWidth)}{Terminal.Harmless(text)}");
}
