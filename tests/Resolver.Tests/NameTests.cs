using Pipeline.Contracts;
using static Pipeline.Resolver.Tests.Resolving;

namespace Pipeline.Resolver.Tests;

/// <summary>What somebody is called, as the stage tells it.</summary>
[Collection(nameof(Stores))]
public sealed class NameTests(Stores stores) : OnStores(stores)
{
    [Fact]
    public async Task A_name_of_the_address_book_is_told_with_the_phone_that_the_table_knows()
    {
        var stage = New();
        await stage.RunAsync(Mapping("82399031480511@lid", "972555550101@s.whatsapp.net"));
        var told = Assert.Single(await stage.RunAsync(Contact("""{"id":"82399031480511@lid","name":"Dana Cohen","notify":"D"}""")));

        var name = told.NameLearned;
        Assert.Equal((NameLearned.Types.Kind.Contact, "Dana Cohen", ""), (name.Kind, name.Name, name.GroupId));
        Assert.Equal(("+972555550101", "82399031480511", Party.Types.Source.Table), (name.Person.Phone, name.Person.Lid, name.Person.Source));
        Assert.Equal(1760000000, name.At.Seconds);
        Assert.Equal("whatsapp.name-learned.enriched.v1", EventTypes.Of(told));
    }

    [Fact]
    public async Task A_pair_in_the_entry_is_told_before_the_name()
    {
        var told = await New().RunAsync(Contact("""{"id":"82399031480511@lid","phoneNumber":"972555550101@s.whatsapp.net","name":"Dana Cohen","verifiedName":"Acme Ltd"}"""));
        Assert.Equal(
            [EnrichedEvent.BodyOneofCase.MappingLearned, EnrichedEvent.BodyOneofCase.NameLearned, EnrichedEvent.BodyOneofCase.NameLearned],
            told.Select(one => one.BodyCase));
        Assert.All(told.Skip(1), one => Assert.Equal("+972555550101", one.NameLearned.Person.Phone));
        Assert.Equal(3, told.Select(one => one.EventId).Distinct().Count());
    }

    [Fact]
    public async Task An_unknown_LID_of_the_address_book_is_named_and_not_asked_for()
    {
        var told = Assert.Single(await New().RunAsync(Contact("""{"id":"82399031480511@lid","name":"Dana Cohen"}""")));
        Assert.Equal(("", "82399031480511"), (told.NameLearned.Person.Phone, told.NameLearned.Person.Lid));
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM lid_parked"));
    }

    [Fact]
    public async Task The_same_event_has_the_same_id_whatever_has_been_learned_since()
    {
        var stage = New();
        var entry = Contact("""{"id":"82399031480511@lid","name":"Dana Cohen"}""");
        var first = Assert.Single(await stage.RunAsync(entry));
        await stage.RunAsync(Mapping("82399031480511@lid", "972555550101@s.whatsapp.net"));
        var again = Assert.Single(await stage.RunAsync(entry));
        Assert.Equal((first.EventId, "+972555550101"), (again.EventId, again.NameLearned.Person.Phone));
    }

    [Fact]
    public async Task A_subject_is_told_of_its_group()
    {
        var told = Assert.Single(await New().RunAsync(Raw("groups.update", "item", """{"id":"120363000000000001@g.us","subject":"Friday football"}""")));
        Assert.Equal(
            (NameLearned.Types.Kind.Subject, "120363000000000001", "Friday football", null),
            (told.NameLearned.Kind, told.NameLearned.GroupId, told.NameLearned.Name, told.NameLearned.Person));
    }

    [Fact]
    public async Task A_verified_name_follows_the_message_it_came_with()
    {
        var stage = New();
        await stage.RunAsync(Mapping("82399031480511@lid", "972555550101@s.whatsapp.net"));
        var told = await stage.RunAsync(Raw(
            "messages.upsert", "messages",
            """{"key":{"remoteJid":"82399031480511@lid","id":"A"},"messageTimestamp":1760000100,"verifiedBizName":"Acme Ltd","message":{"conversation":"x"}}"""));
        Assert.Equal([EnrichedEvent.BodyOneofCase.Message, EnrichedEvent.BodyOneofCase.NameLearned], told.Select(one => one.BodyCase));
        Assert.Equal(("Acme Ltd", "+972555550101", 1760000100L), (told[1].NameLearned.Name, told[1].NameLearned.Person.Phone, told[1].NameLearned.At.Seconds));
    }

    private static RawEvent Contact(string json) => Raw("contacts.upsert", "item", json);
}
