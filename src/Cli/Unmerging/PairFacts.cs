using Pipeline.Cli.Explain;
using Pipeline.Identity;

namespace Pipeline.Cli.Unmerging;

/// <summary>Where a LID and a phone stand to each other.</summary>
internal sealed record PairFacts
{
    /// <summary>What is to be said of them.</summary>
    public required Ruling Ruling { get; init; }

    /// <summary>What an operator has said of them; null when nobody has.</summary>
    public required PairRuling? Standing { get; init; }

    /// <summary>The strongest statement of the pair; null when nothing has stated it.</summary>
    public required StatedPhone? Stated { get; init; }

    /// <summary>Who has the LID; null when nobody has it.</summary>
    public required PersonFacts? OfLid { get; init; }

    /// <summary>Who has the phone; the same when the two are one person.</summary>
    public required PersonFacts? OfPhone { get; init; }

    /// <summary>The pair.</summary>
    public Tie Tie => Tie.Of(Ruling.Lid, Ruling.Phone);

    /// <summary>The one person that both are; null when they are two, or one of them is unknown.</summary>
    public PersonFacts? Together => OfLid is { } one && OfPhone?.Id == one.Id ? one : null;

    /// <summary>The parts into which that person would fall; one when something else holds it together.</summary>
    public IReadOnlyList<IReadOnlyList<Address>> Parts => Together?.PartsWithout(Tie) ?? [];

    /// <summary>What else leads from the LID to the phone.</summary>
    public IReadOnlyList<Address> OtherWay => Together is { } person
        ? person.Shape.Way(Address.Of(Ruling.Lid), Address.Of(Ruling.Phone), person.Denied.Append(Tie).ToHashSet())
        : [];

    /// <summary>Whether something follows for people when the ruling is said.</summary>
    public bool HasEffect => Ruling.IsDenied ? Parts.Count > 1 : Standing is { IsDenied: true } && Stated is not null && OfLid is not null && OfPhone is not null && Together is null;
}
