namespace Pipeline.Identity;

/// <summary>The words that stand for <see cref="ReadNotes"/> in metrics.</summary>
public static class ReadNotesWords
{
    private static readonly (ReadNotes Note, string Word)[] All =
    [
        (ReadNotes.SuffixConflict, "suffix_conflict"),
        (ReadNotes.IdentityConflict, "identity_conflict"),
        (ReadNotes.OwnAlternate, "own_alternate"),
        (ReadNotes.FromMeCorrected, "from_me_corrected"),
        (ReadNotes.TooManyWrappers, "too_many_wrappers"),
    ];

    /// <summary>One word for each note that is set.</summary>
    public static IEnumerable<string> Words(this ReadNotes notes)
    {
        foreach (var (note, word) in All)
        {
            if ((notes & note) != 0) yield return word;
        }
    }
}
