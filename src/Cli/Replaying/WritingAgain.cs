using System.Globalization;
using System.Security.Cryptography;
using Pipeline.Cli.Operations;
using Pipeline.Contracts;

namespace Pipeline.Cli.Replaying;

/// <summary>The options of a replay that writes records again instead of moving offsets.</summary>
/// <param name="Businesses">Whose records.</param>
/// <param name="Until">Where to end.</param>
/// <param name="Rate">Records a second.</param>
/// <param name="Resolve">Whether the Resolver may ask.</param>
/// <param name="Resume">One that was interrupted.</param>
internal sealed record WritingAgain(IReadOnlyList<string> Businesses, string? Until, int? Rate, string? Resolve, string? Resume)
{
    private const string Live = "live";
    private const string CacheOnly = "cache-only";

    /// <summary>Whether any of them was given.</summary>
    public bool IsAsked => Businesses.Count > 0 || Until is not null || Rate is not null || Resolve is not null || IsResumed;

    /// <summary>Whether it goes on with an earlier one.</summary>
    public bool IsResumed => Resume is not null;

    /// <summary>Checks what can be checked before anything is opened.</summary>
    /// <exception cref="PipelineException">The options do not fit together.</exception>
    public void Check(bool hasScenario, bool exports)
    {
        _ = Numbers();
        _ = End();
        if (Resolve is not (null or Live or CacheOnly)) throw Wrong("--resolve is cache-only or live.");
        if (IsAsked && exports) throw Wrong("--export is a plan of offsets, and --business, --until, --rate, --resolve and --resume move none.");
        if (IsResumed && (hasScenario || Businesses.Count > 0 || Until is not null || Rate is not null || Resolve is not null)) throw Wrong("--resume goes on as the replay was begun; no other option says where and what.");
    }

    /// <summary>Begins one.</summary>
    public async Task<int> RunAsync(Terminal terminal, OperatingTools tools, CheckoutFolders folders, OffsetMove.Request request, CancellationToken cancellation)
    {
        var isRaw = request.Groups.All(one => one.Group == Topics.Groups.Resolver);
        if (Resolve is not null && !isRaw) throw Wrong("--resolve is for the resolver; the other stages ask nobody.");
        var run = new Reemission(terminal, tools, FolderOf(folders), TimeProvider.System);
        var state = await run.PrepareAsync(request, End(), topic => new ReemissionState
        {
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)),
            Topic = topic,
            Businesses = Numbers(),
            CacheOnly = isRaw && Resolve != Live,
            Rate = Rate,
            Ranges = [],
        }, cancellation);
        return await run.RunAsync(state, request.Execute, cancellation);
    }

    /// <summary>Goes on with one.</summary>
    public Task<int> ResumeAsync(Terminal terminal, OperatingTools tools, CheckoutFolders folders, bool execute, CancellationToken cancellation)
    {
        var folder = FolderOf(folders);
        return new Reemission(terminal, tools, folder, TimeProvider.System).RunAsync(ReemissionState.Load(folder, Resume!), execute, cancellation);
    }

    private static string FolderOf(CheckoutFolders folders) => folders.DataOf("replays");

    private List<long> Numbers() => [.. Businesses.Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong("--business is a whole number."))];

    private Reemission.End? End()
    {
        if (Until is null) return null;
        return long.TryParse(Until, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? new Reemission.End(null, offset) : new Reemission.End(ReplayTime.Parse(Until, "--until"), null);
    }

    private static PipelineException Wrong(string what) => new(what, "See ./pipeline replay --help", ExitCode.Usage);
}
