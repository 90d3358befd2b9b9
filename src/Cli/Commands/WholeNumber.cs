using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Pipeline.Cli.Commands;

/// <summary>Options that take a whole number within limits. They say what they take, whatever was typed.</summary>
internal static class WholeNumber
{
    /// <summary>With a usual value.</summary>
    public static Option<int> Option(string name, string description, string value, int least, int most, int usual) => new(name)
    {
        Description = description,
        HelpName = value,
        DefaultValueFactory = _ => usual,
        CustomParser = result => Parse(result, name, least, most) ?? 0,
    };

    /// <summary>Without one.</summary>
    public static Option<int?> Optional(string name, string description, string value, int least, int most) => new(name)
    {
        Description = description,
        HelpName = value,
        CustomParser = result => Parse(result, name, least, most),
    };

    /// <summary>One that may be given with a number, or alone, which stands for a number.</summary>
    public static Option<int?> Switch(string name, string description, string value, int least, int most, int alone) => new(name)
    {
        Description = description,
        HelpName = value,
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result => result.Tokens.Count == 0 ? alone : Parse(result, name, least, most),
    };

    private static int? Parse(ArgumentResult result, string name, int least, int most)
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        result.AddError(most == int.MaxValue ? $"{name} is a whole number from {least}." : $"{name} is a whole number from {least} to {most}.");
        return null;
    }
}
