using System.Diagnostics;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Pipeline.ProtoCheck;

/// <summary>Folders of <c>.proto</c> files, and what protoc understands of them.</summary>
internal static class ProtoFolder
{
    private const string Released = "released";

    /// <summary>The kept copies, oldest first: <c>released/&lt;version&gt;</c>.</summary>
    public static IReadOnlyList<(string Version, string Path)> ReleasesOf(string folder)
    {
        var kept = Path.Combine(folder, Released);
        return !Directory.Exists(kept) ? [] :
            [.. Directory.GetDirectories(kept).Select(path => (Version: Path.GetFileName(path), path)).OrderBy(release => Version.TryParse(release.Version, out var version) ? version : new Version(0, 0))];
    }

    /// <summary>Every file of a folder, kept copies and what Google ships left out.</summary>
    /// <exception cref="InvalidDataException">protoc does not understand a file; the message is its own.</exception>
    public static IReadOnlyList<FileDescriptor> Read(string folder)
    {
        var root = Path.GetFullPath(folder);
        var files = Directory.GetFiles(root, "*.proto", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, file))
            .Where(file => !file.StartsWith(Released + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0) throw new InvalidDataException($"{folder} has no .proto file.");

        var set = FileDescriptorSet.Parser.ParseFrom(Describe(root, files));
        // Imports come before what imports them, as BuildFromByteStrings wants it.
        return [.. FileDescriptor.BuildFromByteStrings(set.File.Select(file => file.ToByteString())).Where(file => !file.Name.StartsWith("google/", StringComparison.Ordinal))];
    }

    private static byte[] Describe(string root, IEnumerable<string> files)
    {
        var output = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Told("Protoc"), ["--proto_path=" + root, "--proto_path=" + Told("StandardImports"), "--include_imports", "--descriptor_set_out=" + output, .. files])
            {
                RedirectStandardError = true,
            };
            using var protoc = Process.Start(start)!;
            var complaint = protoc.StandardError.ReadToEnd();
            protoc.WaitForExit();
            if (protoc.ExitCode != 0) throw new InvalidDataException(complaint.Trim());
            return File.ReadAllBytes(output);
        }
        finally
        {
            File.Delete(output);
        }
    }

    private static string Told(string what) =>
        typeof(ProtoFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(told => told.Key == what).Value!;
}
