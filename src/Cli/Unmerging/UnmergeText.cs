using Pipeline.Cli.Explain;
using Pipeline.Streaming;

namespace Pipeline.Cli.Unmerging;

/// <summary>What holds people together, and what comes of denying it, in plain words.</summary>
internal sealed class UnmergeText(Terminal terminal)
{
    private const int LabelWidth = 15;

    /// <summary>A person and every tie of it.</summary>
    public void WritePerson(long business, PersonFacts person)
    {
        terminal.Say($"Business {business}, lead {person.Id}");
        WritePart("Addresses", person.Addresses.Keys.Order(), person);
        foreach (var tie in person.Ties) WriteTie(business, tie, person);
        if (person.Ties.Count == 0) terminal.Say("\nNothing was stated about these addresses together; a phone address and its own phone are one by themselves.");
        foreach (var merge in person.Merges)
        {
            Heading($"Lead {merge.LeadId} became part of it");
            Line("because", $"{SourceWords.OfMerge(merge.Evidence)}{(merge.Pair is { } pair ? $": {pair}" : "")}, {ExplanationText.Time(merge.At)}");
            Line("event", Of(merge.Origin));
        }
    }

    /// <summary>What would come of a ruling.</summary>
    /// <param name="business">The business.</param>
    /// <param name="facts">Where the two stand.</param>
    /// <param name="isPlan">False when it is being done.</param>
    public void WritePlan(long business, PairFacts facts, bool isPlan = true)
    {
        var ruling = facts.Ruling;
        terminal.Say($"Business {business}: {(ruling.IsDenied ? "deny" : "allow again")} that LID {ruling.Lid} is {ruling.Phone}");
        if (facts.Stated is { } stated) WriteStatement(stated);
        else Line("stated", "by nothing that was received");
        if (facts.Standing is { } standing) Line(standing.IsDenied ? "denied" : "allowed again", $"{ExplanationText.Time(standing.At)}, event {Of(standing.Origin)}");
        WriteNow(facts);
        if (ruling.IsDenied) WriteWhatWouldSplit(facts);
        else WriteWhatWouldJoin(facts);
        if (!isPlan) return;
        terminal.Say();
        terminal.Say("Nothing has been changed. With --execute it is said.");
    }

    /// <summary>What has come of a ruling.</summary>
    public void WriteResult(Guid eventId, PairFacts after)
    {
        var ruling = after.Ruling;
        Heading($"Said: event {eventId}{(after.Standing?.Origin.Position is { } position ? $" at {position}" : "")}");
        if (after.Together is { } one)
        {
            terminal.Say(ruling.IsDenied ? $"They are still one person, lead {one.Id}, through:" : $"They are one person: lead {one.Id}.");
            if (ruling.IsDenied) WriteWay(after);
            return;
        }
        terminal.Say(after.OfLid is not null && after.OfPhone is not null ? "They are two people. Messages follow their address within moments." : "Nobody has both; from now on nothing will join them.");
        if (after.OfLid is { } ofLid) WritePart($"Lead {ofLid.Id}", ofLid.Addresses.Keys.Order(), null);
        if (after.OfPhone is { } ofPhone) WritePart($"Lead {ofPhone.Id}", ofPhone.Addresses.Keys.Order(), null);
        if (ruling.IsDenied) terminal.Say("\nTo take it back: the same command with --allow.");
    }

    private void WriteTie(long business, TieFacts facts, PersonFacts person)
    {
        Heading($"{facts.Tie.One} = {facts.Tie.Other}");
        if (facts.Stated is { } stated) WriteStatement(stated);
        else if (facts.Tie.One.Channel == "crm" || facts.Tie.Other.Channel == "crm") Line("stated", "by the CRM");
        else Line("stated", "the LID table does not have it");
        if (person.Denied.Contains(facts.Tie))
        {
            Line("denied", "it holds nothing together");
            return;
        }
        if (facts.Tie.Pair is not { } pair)
        {
            Line("denied alone", "only a LID and its phone can be denied");
            return;
        }
        var parts = person.PartsWithout(facts.Tie);
        if (parts.Count < 2)
        {
            Line("denied alone", "the person stays one: other pairs lead from one side to the other");
            return;
        }
        Line("denied alone", $"a BRIDGE: the person comes apart into {parts.Count}");
        foreach (var part in parts) More($"{Messages(person.MessagesOf(part))}: {string.Join(", ", part.Select(address => address.Id))}");
        More($"./pipeline unmerge --business {business} --lid {pair.Lid} --phone {pair.Phone}");
    }

    private void WriteNow(PairFacts facts)
    {
        if (facts.Together is { } one) Line("now", $"one person: lead {one.Id}");
        else if (facts is { OfLid: { } ofLid, OfPhone: { } ofPhone }) Line("now", $"two people: the LID is lead {ofLid.Id}, the phone is lead {ofPhone.Id}");
        else Line("now", $"nobody has {(facts.OfLid is null && facts.OfPhone is null ? "either" : facts.OfLid is null ? "the LID" : "the phone")}");
    }

    private void WriteWhatWouldSplit(PairFacts facts)
    {
        if (facts.Together is not { } person)
        {
            Line("effect", "nobody comes apart; the pair will join nobody either");
            return;
        }
        if (facts.Parts.Count < 2)
        {
            Line("effect", "the person stays one, through:");
            WriteWay(facts);
            return;
        }
        Line("effect", $"lead {person.Id} comes apart into {facts.Parts.Count}");
        for (var i = 0; i < facts.Parts.Count; i++) WritePart($"Part {i + 1}, {Messages(person.MessagesOf(facts.Parts[i]))}", facts.Parts[i], person);
    }

    private void WriteWhatWouldJoin(PairFacts facts) => Line("effect", facts switch
    {
        { Standing: not { IsDenied: true } } => "none: the pair is not denied",
        { Stated: null } => "the pair may join people again; nothing has stated it so far",
        { HasEffect: true } => $"lead {facts.OfLid!.Id} and lead {facts.OfPhone!.Id} become one person again",
        _ => "what was stated of the pair counts again",
    });

    private void WriteWay(PairFacts facts)
    {
        foreach (var address in facts.OtherWay) More(address.ToString());
        More("Deny one of the pairs on this way as well; ./pipeline unmerge --lead shows each.");
    }

    private void WritePart(string title, IEnumerable<Address> addresses, PersonFacts? person)
    {
        Heading(title);
        foreach (var address in addresses) Line("", $"{address}{(person is null ? "" : $", {Messages(person.Addresses.GetValueOrDefault(address))}")}");
    }

    private void WriteStatement(StatedPhone stated)
    {
        Line("stated", SourceWords.OfGrade(stated.Grade));
        More($"by {stated.Field}, {(stated.FirstSeen == stated.LastSeen ? "" : ExplanationText.Time(stated.FirstSeen) + " to ")}{ExplanationText.Time(stated.LastSeen)}");
        More($"event {Of(stated.Origin)}");
    }

    private static string Messages(long number) => number == 1 ? "1 message" : $"{number} messages";

    private static string Of(Origin origin) => $"{origin.EventId} {(origin.Position is { } position ? $"at {position}" : "(its position was not recorded)")}";

    private void Heading(string text)
    {
        terminal.Say();
        terminal.Say(Terminal.Harmless(text));
    }

    private void Line(string label, string text) => terminal.Say($"  {label.PadRight(LabelWidth)}{Terminal.Harmless(text)}");

    private void More(string text) => terminal.Say($"  {new string(' ', LabelWidth)}{Terminal.Harmless(text)}");
}
