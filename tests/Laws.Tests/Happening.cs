namespace Pipeline.Laws.Tests;

/// <summary>What a message contains.</summary>
internal enum Content
{
    Text,
    Reaction,
    Edit,
    Revoke,
    Undecryptable,

    /// <summary>Something that is no message: the event becomes a dead letter.</summary>
    Broken,
}

/// <summary>How addresses are written.</summary>
internal enum Spelling
{
    Plain,

    /// <summary>With the device that was used.</summary>
    Device,

    /// <summary>On <c>c.us</c> and <c>hosted.lid</c>.</summary>
    OtherServer,
}

/// <summary>One event of a history, small enough to be read, left out and simplified. Times are seconds after a fixed moment.</summary>
/// <param name="Shape">The form it takes.</param>
/// <param name="Business">The business.</param>
/// <param name="Lid">The digits of the person's LID.</param>
/// <param name="Phone">The person's phone as it is written in the address.</param>
internal sealed record Happening(Shape Shape, long Business, string Lid, string Phone)
{
    /// <summary>The number of its message.</summary>
    public int Id { get; init; }

    /// <summary>Its own time; null when it does not say.</summary>
    public int? At { get; init; }

    /// <summary>When the Ingestor received it.</summary>
    public int Arrived { get; init; }

    /// <summary>The business sent it.</summary>
    public bool FromMe { get; init; }

    /// <summary>What is in the message.</summary>
    public Content Content { get; init; }

    /// <summary>How addresses are written.</summary>
    public Spelling Spelling { get; init; }

    /// <summary>The phone of the author of a quoted message; null when nothing is quoted.</summary>
    public string? Quoted { get; init; }

    public Traits Traits => IsDeadLetter ? Traits.Of(Shape) with { Place = Place.Nowhere } : Traits.Of(Shape);

    /// <summary>Nobody can understand it.</summary>
    public bool IsDeadLetter => Content == Content.Broken && HasContent;

    /// <summary>It is a message record.</summary>
    private bool HasContent => Shape is Shape.StatusWithAlternate or Shape.BroadcastByLid or Shape.BroadcastWithAlternate or Shape.OwnAlternate
        or (>= Shape.DirectByLid and <= Shape.HistoryByLid) or (>= Shape.DirectByPhone and <= Shape.HistoryByPhone)
        or (>= Shape.DirectByLidWithAlternate and <= Shape.HistoryByLidWithAlternate) or (>= Shape.GroupByLid and <= Shape.GroupByPhoneWithLidField) or >= Shape.OwnChatByLid;

    /// <summary>The time that counts.</summary>
    public int Time => HasOwnTime && At is { } at ? at : Arrived;

    /// <summary>Its form has a place for a time.</summary>
    private bool HasOwnTime => Shape is not (Shape.LidMapping or Shape.PhoneNumberShare or Shape.Contact or Shape.ContactOfPhone or Shape.HistoryMapping
        or Shape.HistoryContact or Shape.HistoryChat or Shape.Roster or Shape.DeleteByLid);

    /// <summary>Happenings that say a little less, each nearer to the simplest one there is.</summary>
    public IEnumerable<Happening> Simpler()
    {
        if (Quoted is not null) yield return this with { Quoted = null };
        if (Spelling != Spelling.Plain) yield return this with { Spelling = Spelling.Plain };
        if (Content != Content.Text) yield return this with { Content = Content.Text };
        if (FromMe) yield return this with { FromMe = false };
        if (Business > 1) yield return this with { Business = 1 };
        for (var shape = default(Shape); shape < Shape; shape++)
            if (Traits.Of(shape) == Traits || Traits.Of(shape) == Traits with { Place = Place.Nowhere, IsBulk = false }) yield return this with { Shape = shape };
        if (At is not null && !HasOwnTime) yield return this with { At = null };
        for (var at = 0; at < At; at++) yield return this with { At = at };
        for (var arrived = 0; arrived < Arrived; arrived++) yield return this with { Arrived = arrived };
        if (Cast.Canonical(Phone)[1..] is var canonical && canonical != Phone) yield return this with { Phone = canonical };
        for (var id = 0; id < Id; id++) yield return this with { Id = id };
    }

    public override string ToString()
    {
        var words = new List<string> { $"business {Business}: {Shape}" };
        if (Traits.NamesLid) words.Add($"lid {Lid}");
        if (Traits.NamesPhone) words.Add($"phone {Phone}");
        words.Add(HasOwnTime && At is not null ? $"at {At}, arrived {Arrived}" : $"arrived {Arrived}");
        if (Traits.Place != Place.Nowhere) words.Add($"id {Id}");
        if (FromMe) words.Add("from me");
        if (Content != Content.Text) words.Add(Content.ToString());
        if (Spelling != Spelling.Plain) words.Add(Spelling.ToString());
        if (Quoted is not null) words.Add($"quotes {Quoted}");
        return string.Join(", ", words);
    }
}
