using Pipeline.Cli.Replaying;

namespace Pipeline.Cli.Tests.Replaying;

public class PlanLineTests
{
    [Fact]
    public void A_plan_of_one_group_is_read_without_a_header() =>
        Assert.Equal([new(null, "orders", 0, 17), new(null, "orders", 1, 4)], PlanLine.Parse(["orders,0,17", "", "orders,1,4"], "plan.csv"));

    [Fact]
    public void A_plan_of_several_groups_names_them() =>
        Assert.Equal([new("billing", "orders", 0, 17), new("mail", "orders", 0, 4)], PlanLine.Parse(["billing,orders,0,17", "\"mail\",\"orders\",0,4"], "plan.csv"));

    [Fact]
    public void The_lines_of_rpk_are_read_too() =>
        Assert.Equal([new(null, "orders", 0, 17), new(null, "orders", 1, 4)], PlanLine.Parse(["orders 0 17", "orders\t1   4"], "seek.txt"));

    [Theory]
    [InlineData("orders,0")]
    [InlineData("orders,zero,17")]
    [InlineData("orders,0,-1")]
    [InlineData(",0,17")]
    [InlineData(",orders,0,17")]
    [InlineData("orders 0 17 20")]
    [InlineData("GROUP TOPIC PARTITION NEW-OFFSET")]
    public void Anything_else_is_refused_with_its_line(string line)
    {
        var refused = Assert.Throws<PipelineException>(() => PlanLine.Parse(["orders,7,1", line], "plan.csv"));
        Assert.StartsWith("plan.csv, line 2: ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, refused.ExitCode);
    }

    [Fact]
    public void A_partition_may_not_stand_there_twice() =>
        Assert.Throws<PipelineException>(() => PlanLine.Parse(["orders,0,17", "orders,0,18"], "plan.csv"));

    [Fact]
    public void Some_lines_with_a_group_and_some_without_are_no_plan() =>
        Assert.Throws<PipelineException>(() => PlanLine.Parse(["orders,0,17", "mail,orders,1,18"], "plan.csv"));

    [Fact]
    public void An_empty_file_is_no_plan() => Assert.Throws<PipelineException>(() => PlanLine.Parse(["", " "], "plan.csv"));

    [Fact]
    public void What_is_exported_for_one_group_leaves_the_group_out() =>
        Assert.Equal(["orders,0,17", "orders,1,4"], PlanLine.ToCsv([new("mail", "orders", 0, 17, null, 0), new("mail", "orders", 1, 4, 9, 5)]));

    [Fact]
    public void What_is_exported_for_several_groups_is_read_again()
    {
        var exported = PlanLine.ToCsv([new("mail", "orders", 0, 17, null, 0), new("billing", "orders", 0, 4, 9, 5)]).ToList();
        Assert.Equal(["mail,orders,0,17", "billing,orders,0,4"], exported);
        Assert.Equal([new("mail", "orders", 0, 17), new("billing", "orders", 0, 4)], PlanLine.Parse(exported, "plan.csv"));
    }
}
