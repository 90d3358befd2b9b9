using Google.Protobuf;

namespace Pipeline.Contracts;

/// <summary>One topic: its name, the type of its values, and how its records are kept.</summary>
/// <param name="Name">The full name, prefix included: lower-case letters, digits, dots and hyphens.</param>
/// <param name="Compacted">True when Kafka keeps the last record of each key; false when it keeps records by time.</param>
public sealed record Topic<T>(string Name, bool Compacted = false)
    where T : class, IMessage<T>, new()
{
    /// <summary>The Schema Registry subject of the values (topic-name strategy).</summary>
    public string Subject => Name + "-value";

    /// <summary>The dead-letter topic that belongs to this topic: same keys, same partitions, original bytes.</summary>
    public string DeadLetters { get; init; } = Name + Topics.DeadLetterSuffix;
}

/// <summary>
/// The whole pipeline on one page. Nobody writes a topic name anywhere else.
/// <code>
/// Ingestor ──raw──► Resolver ──enriched──► ThreadLinker ──linked──► Sink
///                       └──lid-mappings (compacted)     CRM ──leads──► ThreadLinker
/// </code>
/// Every topic but <c>lid-mappings</c> is keyed by the business id as decimal text, so the events of one business stay in order
/// and the same business sits in the same partition number of each topic.
/// </summary>
public sealed class Topics
{
    /// <summary>What the dead-letter topic of a topic adds to its name.</summary>
    public const string DeadLetterSuffix = ".dlq";

    /// <param name="prefix">Goes before every name, for example <c>whatsapp.</c> (<c>Topics__Prefix</c>).</param>
    /// <param name="inputPrefix">
    /// Goes before the topics that come from outside, <see cref="Raw"/> and <see cref="Leads"/>, where they are somebody else's
    /// (<c>Topics__InputPrefix</c>); null when they are named as the others. What is set aside of them is ours, and named so.
    /// </param>
    /// <exception cref="ArgumentException">The prefix has a character that Kafka metrics or tools would confuse.</exception>
    public Topics(string prefix = "whatsapp.", string? inputPrefix = null)
    {
        foreach (var text in new[] { prefix, inputPrefix ?? "" })
            if (text.Any(c => !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-')) || text.StartsWith('.') || text.Length > 200)
                throw new ArgumentException($"Topics:Prefix '{text}' may hold only lower-case letters, digits, dots and hyphens, and no leading dot.", nameof(prefix));

        const string raw = "raw.v1", leads = "leads.v1";
        Raw = new((inputPrefix ?? prefix) + raw) { DeadLetters = prefix + raw + DeadLetterSuffix };
        Enriched = new(prefix + "enriched.v1");
        Linked = new(prefix + "linked.v1");
        LidMappings = new(prefix + "lid-mappings.v1", Compacted: true);
        Leads = new((inputPrefix ?? prefix) + leads) { DeadLetters = prefix + leads + DeadLetterSuffix };
    }

    /// <summary>Ingestor → Resolver. What producers sent, verbatim. Key: business id.</summary>
    public Topic<RawEvent> Raw { get; }

    /// <summary>Resolver → ThreadLinker. People resolved. Key: business id.</summary>
    public Topic<EnrichedEvent> Enriched { get; }

    /// <summary>ThreadLinker → Sink. Conversation assigned. Key: business id.</summary>
    public Topic<LinkedEvent> Linked { get; }

    /// <summary>Resolver → whoever wants the table. Compacted. Key: <c>business|lid</c>.</summary>
    public Topic<LidMapping> LidMappings { get; }

    /// <summary>A CRM → ThreadLinker. Leads given from outside. Key: business id.</summary>
    public Topic<LeadGiven> Leads { get; }

    /// <summary>Every topic with the file that describes its values, dead-letter topics left out.</summary>
    public IReadOnlyList<TopicDescription> All =>
    [
        new(Raw.Name, Raw.Subject, Raw.Compacted, RawEvent.Descriptor),
        new(Enriched.Name, Enriched.Subject, Enriched.Compacted, EnrichedEvent.Descriptor),
        new(Linked.Name, Linked.Subject, Linked.Compacted, LinkedEvent.Descriptor),
        new(LidMappings.Name, LidMappings.Subject, LidMappings.Compacted, LidMapping.Descriptor),
        new(Leads.Name, Leads.Subject, Leads.Compacted, LeadGiven.Descriptor),
    ];

    /// <summary>The key of a record that belongs to one business.</summary>
    public static string KeyOf(long businessId) => businessId.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The key of a record of <see cref="LidMappings"/>.</summary>
    public static string KeyOf(long businessId, string lid) => $"{KeyOf(businessId)}|{lid}";

    /// <summary>The consumer groups, in the order of the pipeline.</summary>
    public static class Groups
    {
        /// <summary>Reads <see cref="Raw"/>.</summary>
        public const string Resolver = "whatsapp-resolver";

        /// <summary>Reads <see cref="Enriched"/>.</summary>
        public const string ThreadLinker = "whatsapp-threadlinker";

        /// <summary>Reads <see cref="Leads"/>.</summary>
        public const string Leads = "whatsapp-leads";

        /// <summary>Reads <see cref="Linked"/>.</summary>
        public const string Sink = "whatsapp-sink";
    }
}
