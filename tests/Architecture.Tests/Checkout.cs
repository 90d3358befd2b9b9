namespace Pipeline.Architecture.Tests;

/// <summary>Where the checkout lies.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string Folder(string relative) => Path.Combine(Root, relative);

    private static string Find(string from)
    {
        for (var at = new DirectoryInfo(from); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Pipeline.sln"))) return at.FullName;
        throw new InvalidOperationException($"No Pipeline.sln above {from}.");
    }
}
