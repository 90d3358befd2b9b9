using System.Globalization;
using Spectre.Console;

namespace Pipeline.Cli.Conversations;

/// <summary>The two lists that a demo ends with: the conversations by raw address, and the conversations by person.</summary>
internal sealed class ConversationTables(Terminal terminal)
{
    private const int MostRows = 60;
    private const int LongestCell = 40;

    /// <summary>One line for each raw address.</summary>
    public void ShowBefore(IReadOnlyList<RawChats.RawChat> chats)
    {
        terminal.Say($"BEFORE: one conversation for each raw address. {chats.Count} of them, and a LID looks like a phone.");
        var table = NewTable("business", "chat address", "name", "messages");
        foreach (var chat in chats.Take(MostRows)) AddRow(table, Number(chat.Business), chat.Address, chat.Name, Number(chat.Messages));
        Show(table, chats.Count);
    }

    /// <summary>One line for each conversation.</summary>
    public void ShowAfter(IReadOnlyList<StoredConversation> conversations)
    {
        var groups = conversations.Count(conversation => conversation.IsGroup);
        terminal.Say($"AFTER: one conversation for each person. {conversations.Count - groups} of them, and {groups} groups.");
        var table = NewTable("business", "name", "phone", "LID", "messages");
        foreach (var conversation in conversations.Take(MostRows))
        {
            AddRow(
                table,
                Number(conversation.Business),
                conversation.Name,
                conversation.Phone ?? (conversation.IsGroup ? "" : "not known yet"),
                string.Join(", ", conversation.Lids),
                Number(conversation.Messages));
        }
        Show(table, conversations.Count);
    }

    private static Table NewTable(params string[] headings)
    {
        var table = new Table().Border(TableBorder.Simple).BorderColor(Color.Grey);
        foreach (var heading in headings)
        {
            var column = new TableColumn(heading).NoWrap();
            table.AddColumn(heading is "messages" or "business" ? column.RightAligned() : column);
        }
        return table;
    }

    private static void AddRow(Table table, params string[] cells) =>
        table.AddRow(cells.Select(cell => (Spectre.Console.Rendering.IRenderable)new Spectre.Console.Text(Shown(cell)) { Overflow = Overflow.Ellipsis }).ToArray());

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Shown(string text)
    {
        var runes = Terminal.Harmless(text).EnumerateRunes().ToList();
        return runes.Count <= LongestCell ? string.Concat(runes) : string.Concat(runes.Take(LongestCell - 1)) + "…";
    }

    private void Show(Table table, int rows)
    {
        terminal.Canvas.Write(table);
        if (rows > MostRows) terminal.Say($"  … and {rows - MostRows} more");
        terminal.Say();
    }
}
