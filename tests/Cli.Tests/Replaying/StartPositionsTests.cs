using Pipeline.Cli.Replaying;
using Pipeline.Streaming;

namespace Pipeline.Cli.Tests.Replaying;

/// <summary>Scenarios that need no broker. A partition that holds the offsets 100 to 199, with the group at 150.</summary>
public class StartPositionsTests
{
    private static readonly PartitionLag Partition = new("orders", 3, Low: 100, High: 200, Committed: 150);
    private readonly List<string> warnings = [];

    [Theory]
    [InlineData(120, 120)]
    [InlineData(100, 100)]
    [InlineData(200, 200)]
    public async Task An_offset_in_range_is_taken(long asked, long offset)
    {
        Assert.Equal(offset, await FindAsync(new Scenario.ToOffset(asked)));
        Assert.Empty(warnings);
    }

    [Fact]
    public async Task An_offset_that_is_too_high_is_set_to_the_end_with_Kafkas_warning()
    {
        Assert.Equal(200, await FindAsync(new Scenario.ToOffset(201)));
        Assert.Equal(["WARN: New offset (201) is higher than latest offset for topic partition orders-3. Value will be set to 200"], warnings);
    }

    [Fact]
    public async Task An_offset_that_is_gone_is_set_to_the_first_that_is_left()
    {
        Assert.Equal(100, await FindAsync(new Scenario.ToOffset(99)));
        Assert.Equal(["WARN: New offset (99) is lower than earliest offset for topic partition orders-3. Value will be set to 100"], warnings);
    }

    [Theory]
    [InlineData(-10, 140)]
    [InlineData(10, 160)]
    [InlineData(-1000, 100)]
    [InlineData(1000, 200)]
    [InlineData(long.MinValue, 100)]
    [InlineData(long.MaxValue, 200)]
    public async Task A_shift_is_counted_from_where_the_group_stands(long records, long offset) => Assert.Equal(offset, await FindAsync(new Scenario.ShiftBy(records)));

    [Fact]
    public async Task A_group_that_stands_nowhere_cannot_be_shifted()
    {
        var refused = await Assert.ThrowsAsync<PipelineException>(() => FindAsync(new Scenario.ShiftBy(1), Partition with { Committed = null }));
        Assert.Equal("Cannot shift offset for partition orders-3 since there is no current committed offset", refused.Message);
    }

    [Fact]
    public async Task The_ends_and_the_present_are_scenarios()
    {
        Assert.Equal(100, await FindAsync(new Scenario.ToEarliest()));
        Assert.Equal(200, await FindAsync(new Scenario.ToLatest()));
        Assert.Equal(150, await FindAsync(new Scenario.ToCurrent()));
        Assert.Equal(200, await FindAsync(new Scenario.ToCurrent(), Partition with { Committed = null }));
    }

    [Fact]
    public async Task A_plan_leaves_out_what_it_does_not_name()
    {
        PartitionLag[] partitions = [Partition, Partition with { Partition = 4 }];
        var plan = new Scenario.Planned([new PlanLine("mail", "orders", 4, 111), new PlanLine("billing", "orders", 3, 112)]);
        Assert.Equal([new Position("orders", 4, 111)], await Starts().FindAsync(plan, "mail", partitions, default));
    }

    private async Task<long> FindAsync(Scenario scenario, PartitionLag? partition = null) => Assert.Single(await Starts().FindAsync(scenario, "mail", [partition ?? Partition], default)).Offset;

    private StartPositions Starts() => new(new OffsetsByTime(new KafkaOptions(), new ServiceName("tests")), warnings.Add);
}
