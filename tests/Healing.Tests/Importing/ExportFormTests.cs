using System.Text;
using Pipeline.Healing.Importing;
using static Pipeline.Healing.Tests.Importing.Exports;

namespace Pipeline.Healing.Tests.Importing;

public class ExportFormTests
{
    private const string Phone = """{"key":{"id":"A1","fromMe":false,"remoteJid":"972501234567@s.whatsapp.net"},"messageTimestamp":1760000000}""";
    private const string Lid = """{"key":{"id":"A2","fromMe":false,"remoteJid":"82399031480511@lid"},"messageTimestamp":1760000000}""";

    [Fact]
    public void A_list_an_object_of_lists_lines_and_pages_say_the_same() => Assert.All(
        new[] { $"[{Phone},{Lid}]", $"\uFEFF[\n  {Phone},\n  {Lid}\n]", $"{Phone}\n{Lid}\n", $"{Phone}\r\n\r\n{Lid}", $"[{Phone}]\n[{Lid}]", $$"""{"messages":[{{Phone}},{{Lid}}]}""", "{\"data\":{\"messages\":{\"records\":[" + Phone + "]}}} {\"data\":{\"messages\":{\"records\":[" + Lid + "]}}}" },
        text => Assert.Equal(2, Evolution(text).Chats.Count));

    [Fact]
    public void A_broken_line_is_told_by_its_number_and_the_others_are_read()
    {
        var history = Evolution($"{Phone}\n{{\"key\":{{\"remoteJid\":\n{Lid}\n{{\"what\":\"is this\"}}\n");

        Assert.Equal(2, history.Messages);
        Assert.Equal([new UnreadLine(2, "no JSON"), new UnreadLine(4, "neither a message, a chat, a contact nor an instance of Evolution")], history.Unread);
    }

    [Fact]
    public void A_broken_entry_of_a_list_is_told_by_its_line_and_the_others_are_read()
    {
        var history = Evolution($"[\n{Phone},\n{{\"key\": nonsense}},\n{Lid},\n17\n]");

        Assert.Equal(2, history.Messages);
        Assert.Equal([new UnreadLine(3, "no JSON"), new UnreadLine(5, "no object")], history.Unread);
    }

    [Fact]
    public void A_file_that_was_cut_off_is_read_as_far_as_it_goes()
    {
        var history = Evolution($"[{Phone},\n{Lid[..40]}");

        Assert.Equal(1, history.Messages);
        Assert.Equal(new UnreadLine(2, "the file ends inside of what begins here"), history.Unread[0]);
    }

    [Fact]
    public void Something_else_altogether_is_refused_in_one_line() =>
        Assert.Equal([new UnreadLine(1, "neither a JSON list nor a JSON object begins here; the rest of the file is not read")], Evolution("id,name\n1,Dana\n").Unread);

    [Fact]
    public void A_message_without_a_chat_is_told() =>
        Assert.Equal([new UnreadLine(1, "a message that cannot be read: missing_remote_jid")], Evolution("""[{"key":{"id":"A1"},"messageTimestamp":1}]""").Unread);

    [Fact]
    public void A_large_export_is_not_held_in_memory()
    {
        const int Messages = 40_000;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var file = new Repeated("[", Encoding.UTF8.GetBytes(Phone.Replace("\"messageTimestamp\"", $"\"message\":{{\"conversation\":\"{new string('x', 2000)}\"}},\"messageTimestamp\"", StringComparison.Ordinal) + ","), Messages);

        var history = HistoryImport.Read(file, ExportSource.Evolution, isCsv: false);

        Assert.Equal(Messages, history.Messages);
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 10_000_000);
        Assert.Equal(2, history.UnreadCount + 1);
    }

    /// <summary>A file of one part, many times.</summary>
    private sealed class Repeated(string begin, byte[] part, int times) : MemoryStream
    {
        private readonly byte[] start = Encoding.UTF8.GetBytes(begin);
        private long at;

        public override long Length => start.Length + (long)part.Length * times;

        public override long Position { get => at; set => at = value; }

        public override int Read(Span<byte> buffer)
        {
            var read = 0;
            for (; read < buffer.Length && at < Length; read++, at++) buffer[read] = at < start.Length ? start[at] : part[(at - start.Length) % part.Length];
            return read;
        }
    }
}
