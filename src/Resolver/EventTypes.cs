using Pipeline.Contracts;

namespace Pipeline.Resolver;

/// <summary>The CloudEvents types of the topics <c>enriched</c> and <c>lid-mappings</c>.</summary>
public static class EventTypes
{
    /// <summary>The type of a row of the LID table; without a value, of its end.</summary>
    public const string LidMapping = "whatsapp.lid-mapping.v1";

    /// <summary>The type of an event.</summary>
    public static string Of(EnrichedEvent enriched) => enriched.BodyCase switch
    {
        EnrichedEvent.BodyOneofCase.Message => "whatsapp.message.enriched.v1",
        EnrichedEvent.BodyOneofCase.MappingLearned => "whatsapp.mapping-learned.enriched.v1",
        EnrichedEvent.BodyOneofCase.NameLearned => "whatsapp.name-learned.enriched.v1",
        EnrichedEvent.BodyOneofCase.Receipt => "whatsapp.receipt.enriched.v1",
        EnrichedEvent.BodyOneofCase.PairDenied => "whatsapp.pair-denied.enriched.v1",
        _ => "whatsapp.message-update.enriched.v1",
    };
}
