using Pipeline.Identity.Fuzzing;

namespace Pipeline.Identity.Tests;

/// <summary>Recorded payloads, damaged at random from a fixed seed. <c>./pipeline fuzz</c> does the same a million times.</summary>
public class FuzzTests
{
    [Fact]
    public void No_damage_throws_and_no_LID_becomes_a_phone()
    {
        var payloads = new DamagedPayloads(Path.Combine(AppContext.BaseDirectory, "Corpus", "cases.jsonl"), 20261120);
        for (var round = 0; round < 20_000; round++)
        {
            var payload = payloads.Next();
            using var document = RawBody.TryParse(payload.Bytes);
            var parts = document is null ? [new EventPart("messages", "", 0, payload.Bytes)] : EventSplitter.Split(payload.Source, payload.EventType, document.RootElement);
            foreach (var part in parts)
            {
                var item = new RawItem(payload.Source, payload.EventType, part.Part, part.Delivery, part.Json, payload.Own, DateTimeOffset.UnixEpoch);
                var read = EventReader.Read(item);
                Assert.Equal(EventIds.Of(1, item), EventIds.Of(1, payload.Source, payload.EventType, part));
                Assert.Empty(PhonesOfLids.In(read, part.Json, payload.Own));
            }
        }
    }
}
