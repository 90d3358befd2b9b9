using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pipeline.Streaming.Tests;

/// <summary>The small parts that can be wrong on their own.</summary>
public sealed class Pieces
{
    [Fact]
    public void A_halved_batch_moves_a_partition_only_as_far_as_its_half_goes()
    {
        var batch = new Batch<string>([At(0, 5), At(1, 7), At(0, 6), At(0, 8), At(2, 1)], [Next(0, 9), Next(1, 8), Next(2, 2), Next(3, 4)]);

        var (first, second) = BatchHalves.Of(batch);

        Assert.Equal([At(0, 5), At(1, 7)], first.Inputs);
        Assert.Equal([Next(0, 6), Next(1, 8)], first.Next);
        Assert.Equal([At(0, 6), At(0, 8), At(2, 1)], second.Inputs);
        // Partition 3 held nothing but what was set aside; it moves last.
        Assert.Equal([Next(0, 9), Next(2, 2), Next(3, 4)], second.Next);
    }

    [Fact]
    public void A_backlog_counts_what_is_not_committed_and_what_an_earlier_process_left()
    {
        var backlog = new Backlog();
        backlog.StartWith(partition: 0, next: 10, high: 12);
        Assert.Equal(2 * 2048, backlog.Largest);

        backlog.Handed(100_000);
        Assert.Equal((2 * 2048) + 100_000, backlog.Largest);
        for (var offset = 12; offset < 22; offset++) backlog.Written(0, offset, 10_000);
        Assert.Equal((2 * 2048) + 100_000, backlog.Largest);

        backlog.Committed(0, 12);
        Assert.Equal(100_000, backlog.Largest);
        backlog.Committed(0, 18);
        Assert.Equal(40_000, backlog.Largest);
        backlog.Committed(0, 15);
        Assert.Equal(40_000, backlog.Largest);
        backlog.Committed(0, 22);
        Assert.Equal(0, backlog.Largest);
    }

    [Fact]
    public async Task Commits_never_go_backwards_and_never_follow_the_end_of_a_tenure()
    {
        var committed = new List<long>();
        var commits = new OffsetCommits(
            "t",
            offsets =>
            {
                lock (committed) committed.AddRange(offsets.Select(one => one.Offset.Value));
            },
            NullLogger.Instance);
        using var tenure = new Assignment("t", [0]);
        commits.Begin(tenure);

        commits.Offer(tenure, [Next(0, 5, "t")]);
        Assert.True(commits.Drain(TimeSpan.FromSeconds(5)));
        commits.Offer(tenure, [Next(0, 3, "t")]);
        Assert.True(commits.Drain(TimeSpan.FromSeconds(5)));
        tenure.End();
        commits.Offer(tenure, [Next(0, 9, "t")]);
        commits.Begin(null);
        commits.Offer(tenure, [Next(0, 10, "t")]);
        Assert.True(commits.Drain(TimeSpan.FromSeconds(5)));

        Assert.True(commits.Stop());
        Assert.Equal([5], committed);
        await Task.CompletedTask;
    }

    [Fact]
    public void A_commit_that_failed_is_made_again_with_the_newest_position()
    {
        var attempts = new List<long>();
        var commits = new OffsetCommits(
            "t",
            offsets =>
            {
                lock (attempts) attempts.Add(offsets.Single().Offset.Value);
                if (attempts.Count == 1) throw new KafkaException(new Error(ErrorCode.Local_TimedOut));
            },
            NullLogger.Instance);
        using var tenure = new Assignment("t", [0]);
        commits.Begin(tenure);

        commits.Offer(tenure, [Next(0, 5, "t")]);
        commits.Offer(tenure, [Next(0, 6, "t")]);

        Assert.True(commits.Drain(TimeSpan.FromSeconds(5)));
        Assert.Equal(6, attempts[^1]);
        Assert.True(commits.Stop());
    }

    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true)]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false)]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", false)]
    [InlineData("", false)]
    public void A_trace_context_is_passed_on_only_when_it_is_one(string text, bool valid) => Assert.Equal(valid, TraceContext.IsValid(text));

    private static Input<string> At(int partition, long offset) => new("", "", new Position("t", partition, offset), DateTimeOffset.UnixEpoch, null);

    private static Position Next(int partition, long offset, string topic = "t") => new(topic, partition, offset);
}
