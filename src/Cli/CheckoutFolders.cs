using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Cli;

/// <summary>
/// Where the checkout lies and where the program may keep data: <c>.data/</c> of the checkout, unless <c>PIPELINE_DATA</c> names another
/// folder. The shell entry passes the checkout in <c>PIPELINE_ROOT</c>.
/// </summary>
/// <param name="Checkout">The folder that holds <c>./pipeline</c>.</param>
/// <param name="Data">The ignored data folder.</param>
internal sealed record CheckoutFolders(string Checkout, string Data)
{
    private const string Landmark = "Directory.Packages.props";

    /// <summary>From the environment, else by looking upwards from the program's own folder.</summary>
    public static CheckoutFolders Find()
    {
        var checkout = Environment.GetEnvironmentVariable("PIPELINE_ROOT");
        if (string.IsNullOrEmpty(checkout)) checkout = LookUpwards() ?? Environment.CurrentDirectory;
        checkout = Path.GetFullPath(checkout);

        var data = Environment.GetEnvironmentVariable("PIPELINE_DATA");
        return new CheckoutFolders(checkout, Path.GetFullPath(string.IsNullOrEmpty(data) ? Path.Combine(checkout, ".data") : data));
    }

    /// <summary>A folder below the data folder, made if it is not there.</summary>
    public string DataOf(params ReadOnlySpan<string> parts) => Directory.CreateDirectory(Path.Combine([Data, .. parts])).FullName;

    /// <summary>Short text that stands for a path: the same path always gives the same, two checkouts give different ones.</summary>
    public static string HashOf(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..12];

    private static string? LookUpwards()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, Landmark))) return at.FullName;
        return null;
    }
}
