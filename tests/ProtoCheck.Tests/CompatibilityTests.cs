namespace Pipeline.ProtoCheck.Tests;

public class CompatibilityTests
{
    private const string Released = """
        enum Kind { KIND_UNSPECIFIED = 0; KIND_DIRECT = 1; KIND_GROUP = 2; }
        message Person { string name = 1; }
        message Animal { string name = 1; }
        message Event {
          message Part { int32 number = 1; }
          reserved 90;
          string id = 1;
          int64 business = 2;
          Kind kind = 3;
          Person peer = 4;
          repeated string phones = 5;
          optional string text = 6;
          string session = 7;
          map<string, int32> counts = 8;
          oneof body { string message = 10; Person contact = 11; }
          oneof extra { string note = 20; }
        }
        """;

    [Theory]
    [InlineData("string session = 7;", "string session = 7; string added = 30;")]
    [InlineData("string session = 7;", "string session_name = 7;")]
    [InlineData("string session = 7;", "bytes session = 7;")]
    [InlineData("string session = 7;", "reserved 7;")]
    [InlineData("string session = 7;", "oneof fresh { string session = 7; string other = 30; }")]
    [InlineData("int64 business = 2;", "uint32 business = 2;")]
    [InlineData("Kind kind = 3;", "int32 kind = 3;")]
    [InlineData("optional string text = 6;", "string text = 6;")]
    [InlineData("KIND_GROUP = 2;", "KIND_GROUP = 2; KIND_CHANNEL = 3;")]
    [InlineData("KIND_GROUP = 2;", "reserved 2;")]
    [InlineData("Person contact = 11;", "Person contact = 11; string added = 30;")]
    [InlineData("oneof extra { string note = 20; }", "reserved 20;")]
    [InlineData("oneof extra { string note = 20; }", "string note = 20;")]
    [InlineData("oneof extra { string note = 20; }", "oneof renamed { string note = 20; }")]
    [InlineData("message Part { int32 number = 1; }", "message Part { int32 number = 1; } message Whole { int32 number = 1; }")]
    public void What_reads_every_released_record_is_allowed(string before, string after) => Assert.Empty(Change(before, after));

    [Theory]
    // Fields.
    [InlineData("string session = 7;", "int32 session = 7;", "Event.session = 7", "has type int32 now, and had string")]
    [InlineData("int64 business = 2;", "sint64 business = 2;", "Event.business = 2", "has type sint64 now, and had int64")]
    [InlineData("int64 business = 2;", "fixed64 business = 2;", "Event.business = 2", "has type fixed64 now, and had int64")]
    [InlineData("Person peer = 4;", "string peer = 4;", "Event.peer = 4", "has type string now, and had test.v1.Person")]
    [InlineData("Person peer = 4;", "Animal peer = 4;", "Event.peer = 4", "has type test.v1.Animal now, and had test.v1.Person")]
    [InlineData("map<string, int32> counts = 8;", "map<string, string> counts = 8;", "Event.counts = 8", "as a map, its value has type string now, and had int32")]
    [InlineData("map<string, int32> counts = 8;", "repeated Person counts = 8;", "Event.counts = 8", "is repeated now, and was a map")]
    [InlineData("repeated string phones = 5;", "string phones = 5;", "Event.phones = 5", "is singular now, and was repeated")]
    [InlineData("Kind kind = 3;", "repeated Kind kind = 3;", "Event.kind = 3", "is repeated now, and was singular")]
    [InlineData("string session = 7;", "", "Event.session = 7", "is gone and its number is free")]
    [InlineData("string session = 7;", "string session = 12;", "Event.session = 7", "is gone and its number is free")]
    [InlineData("reserved 90;", "string reused = 90;", "Event.reused = 90", "takes a reserved number")]
    // Oneofs.
    [InlineData("Person contact = 11;", "string other = 12; } reserved 11; oneof spare { string empty = 13;", "Event.contact = 11", "is gone from the oneof body")]
    [InlineData("oneof body { string message = 10;", "oneof body { string id = 1; string session = 7; string message = 10;", "Event.body", "holds fields that a writer could set together")]
    [InlineData("oneof extra { string note = 20; }", "oneof extra { string note = 20; Person peer = 4; }", "Event.extra", "holds fields that a writer could set together")]
    // Enums.
    [InlineData("KIND_GROUP = 2;", "KIND_CHANNEL = 2;", "Kind.KIND_GROUP = 2", "is called KIND_CHANNEL now")]
    [InlineData("KIND_GROUP = 2;", "", "Kind.KIND_GROUP = 2", "is gone and its number is free")]
    // Messages, and the index that stands in front of every record.
    [InlineData("message Animal { string name = 1; }", "", "Animal", "is gone")]
    [InlineData("message Part { int32 number = 1; }", "", "Event.Part", "is gone")]
    [InlineData("message Part { int32 number = 1; }", "message Part { string number = 1; }", "Event.Part.number = 1", "has type string now, and had int32")]
    [InlineData("message Part { int32 number = 1; }", "message Whole { int32 number = 1; } message Part { int32 number = 1; }", "Event.Part", "is message 2 of its message, and was message 1")]
    [InlineData("message Person { string name = 1; }", "message First { string name = 1; } message Person { string name = 1; }", "Person", "is message 2 of its file, and was message 1")]
    [InlineData("package test.v1;", "package test.v2;", "package test.v2", "was package test.v1")]
    public void What_would_misread_a_released_record_is_refused_with_its_place(string before, string after, string place, string what)
    {
        var refusal = Assert.Single(Change(before, after), refusal => refusal.Place == place);
        Assert.Equal("test/v1/event.proto", refusal.File);
        Assert.Equal("1.0", refusal.Release);
        Assert.StartsWith(what, refusal.What, StringComparison.Ordinal);
        Assert.NotEmpty(refusal.Advice);
    }

    [Fact]
    public void A_file_that_is_gone_is_refused()
    {
        var refusal = Assert.Single(Compatibility.Compare("1.0", Read(("event.proto", Released), ("other.proto", "message Other {}")), Read(("event.proto", Released))));
        Assert.Equal("proto/test/v1/other.proto: the file: is gone (released in 1.0).\n    Keep the file: a schema in the registry refers to its imports by their path.", refusal.ToString());
    }

    [Fact]
    public void A_number_that_one_release_has_freed_is_still_refused_by_the_release_before_it()
    {
        // Compared with the last release alone this would pass: 7 was not there any more.
        var first = Read(("event.proto", "message Event { string id = 1; string session = 7; }"));
        var second = Read(("event.proto", "message Event { string id = 1; }"));
        var now = Read(("event.proto", "message Event { string id = 1; int32 session = 7; }"));
        Assert.Empty(Compatibility.Compare("1.1", second, now));
        Assert.Equal("Event.session = 7", Assert.Single(Compatibility.Compare("1.0", first, now)).Place);
    }

    [Fact]
    public void What_protoc_does_not_understand_is_told_in_its_words() =>
        Assert.Contains("event.proto:", Assert.Throws<InvalidDataException>(() => Read(("event.proto", "message {"))).Message);

    [Fact]
    public void The_schemas_of_the_product_read_every_release()
    {
        var proto = Path.Combine(Checkout(), "proto");
        var releases = ProtoFolder.ReleasesOf(proto);
        Assert.Contains(releases, release => release.Version == "1.0");
        var current = ProtoFolder.Read(proto);
        Assert.DoesNotContain(current, file => file.Name.StartsWith("released", StringComparison.Ordinal));
        Assert.Empty(releases.SelectMany(release => Compatibility.Compare(release.Version, ProtoFolder.Read(release.Path), current)));
    }

    private static List<Refusal> Change(string before, string after)
    {
        var whole = File("event.proto", Released);
        Assert.Contains(before, whole);
        return [.. Compatibility.Compare("1.0", Read(("event.proto", Released)), ReadWhole(("event.proto", Apply(whole, before, after))))];
    }

    // A field that moves into a oneof leaves its old place.
    private static string Apply(string whole, string before, string after)
    {
        foreach (var moved in new[] { "string id = 1;", "string session = 7;", "Person peer = 4;" })
            if (after.Contains(moved) && !before.Contains(moved)) whole = whole.Replace("  " + moved, "", StringComparison.Ordinal);
        return whole.Replace(before, after, StringComparison.Ordinal);
    }

    private static string File(string name, string body) => $"syntax = \"proto3\";\npackage test.v1;\n// {name}\n{body}";

    private static IReadOnlyList<Google.Protobuf.Reflection.FileDescriptor> Read(params (string Name, string Body)[] files) =>
        ReadWhole([.. files.Select(file => (file.Name, File(file.Name, file.Body)))]);

    private static IReadOnlyList<Google.Protobuf.Reflection.FileDescriptor> ReadWhole(params (string Name, string Text)[] files)
    {
        var folder = Directory.CreateTempSubdirectory("proto-check-");
        try
        {
            var inner = folder.CreateSubdirectory("test/v1").FullName;
            foreach (var (name, text) in files) System.IO.File.WriteAllText(Path.Combine(inner, name), text);
            return ProtoFolder.Read(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Checkout()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (System.IO.File.Exists(Path.Combine(at.FullName, "Pipeline.sln"))) return at.FullName;
        throw new InvalidOperationException("No Pipeline.sln above the tests.");
    }
}
