using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>The words for grades, in Postgres, in Redis, on topics and in files.</summary>
public static class GradeWords
{
    /// <summary>The word for a grade.</summary>
    public static string Of(MappingGrade grade) => grade switch
    {
        MappingGrade.Strong => "strong",
        MappingGrade.Seed => "seed",
        _ => "quoted",
    };

    /// <summary>The grade of a word; the weakest for one that this version does not know.</summary>
    public static MappingGrade Of(string word) => TryParse(word) ?? MappingGrade.Quoted;

    /// <summary>The grade of a word, or null.</summary>
    public static MappingGrade? TryParse(string word) => word switch
    {
        "strong" => MappingGrade.Strong,
        "seed" => MappingGrade.Seed,
        "quoted" => MappingGrade.Quoted,
        _ => null,
    };
}
