using Pipeline.Cli.Conversations;

namespace Pipeline.Cli.Tests;

public class ConversationTablesTests
{
    private readonly StringWriter output = new();

    [Fact]
    public void A_plain_table_is_at_most_100_columns_wide_and_has_no_escape_sequences()
    {
        Show(new StoredConversation(1, false, "Dana", "+972555550101", ["82399031480511", "203914857316042", "118205371648903", "149027736510284"], 12));
        Assert.All(output.ToString().Split('\n'), line => Assert.True(line.Length <= 100, line));
        Assert.DoesNotContain('\u001b', output.ToString());
    }

    [Fact]
    public void A_name_cannot_smuggle_control_characters_or_markup_into_the_terminal()
    {
        Show(new StoredConversation(1, false, "[red]\u001b[2JDana\r\n\u2028[/]", null, [], 1));
        Assert.Contains("[red][2JDana[/]", output.ToString());
        Assert.DoesNotContain('\u001b', output.ToString());
    }

    [Fact]
    public void A_long_list_is_cut_and_says_so()
    {
        Show([.. Enumerable.Range(0, 75).Select(number => new StoredConversation(1, false, $"Person {number}", null, [], 1))]);
        Assert.Contains("… and 15 more", output.ToString());
    }

    [Fact]
    public void People_and_groups_are_counted_apart()
    {
        Show(new StoredConversation(1, false, "Dana", "+972555550101", [], 1), new StoredConversation(1, true, "Friday football …000001", null, [], 1));
        Assert.Contains("1 of them, and 1 groups", output.ToString());
        Assert.Contains("Friday football …000001", output.ToString());
    }

    private void Show(params StoredConversation[] conversations) => new ConversationTables(new Terminal(output, output, live: false)).ShowAfter(conversations);
}
