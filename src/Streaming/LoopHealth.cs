namespace Pipeline.Streaming;

/// <summary>What the health endpoints know of one loop. Written by the poll thread, read by requests.</summary>
internal sealed class LoopHealth(TimeProvider time)
{
    // A rebalance is normal life: a member that is waiting for its partitions stays ready this long.
    private static readonly TimeSpan RebalanceGrace = TimeSpan.FromSeconds(60);

    // Well above the longest thing the poll thread ever waits for (a rebalance's drain), well below what a human waits.
    private static readonly TimeSpan TickLimit = TimeSpan.FromSeconds(30);

    private long lastTick = time.GetTimestamp();
    private long unassignedSince = time.GetTimestamp();
    private Tenure? tenure;
    private bool running;

    /// <summary>The poll thread has begun; from now on it must tick.</summary>
    public void Begin()
    {
        Tick();
        Volatile.Write(ref unassignedSince, time.GetTimestamp());
        Volatile.Write(ref running, true);
    }

    /// <summary>The poll thread has ended on purpose.</summary>
    public void End() => Volatile.Write(ref running, false);

    /// <summary>The poll thread is alive.</summary>
    public void Tick() => Volatile.Write(ref lastTick, time.GetTimestamp());

    /// <summary>The group gave this member its partitions (possibly none).</summary>
    public void Assigned(Tenure given) => Volatile.Write(ref tenure, given);

    /// <summary>The partitions are gone; a new assignment is due.</summary>
    public void Unassigned()
    {
        Volatile.Write(ref unassignedSince, time.GetTimestamp());
        Volatile.Write(ref tenure, null);
    }

    /// <summary>What this member holds now; null while a new assignment is due.</summary>
    public Tenure? Tenure => Volatile.Read(ref tenure);

    /// <summary>The poll thread ticked recently, or has nothing to do yet.</summary>
    public bool IsLive => !Volatile.Read(ref running) || time.GetElapsedTime(Volatile.Read(ref lastTick)) < TickLimit;

    /// <summary>Partitions are assigned, or will be after a rebalance that has not lasted too long.</summary>
    public bool IsReady => Volatile.Read(ref running) && (Tenure is not null || time.GetElapsedTime(Volatile.Read(ref unassignedSince)) < RebalanceGrace);
}
