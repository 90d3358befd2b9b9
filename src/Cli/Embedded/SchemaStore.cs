namespace Pipeline.Cli.Embedded;

/// <summary>What a Schema Registry remembers: schemas by number, and for each subject the schemas registered under it, in order.</summary>
internal sealed class SchemaStore
{
    private readonly Lock changing = new();
    private readonly List<Schema> schemas = [];
    private readonly Dictionary<string, List<int>> subjects = new(StringComparer.Ordinal);

    /// <summary>A schema as clients send it.</summary>
    /// <param name="SchemaType"><c>PROTOBUF</c>, <c>JSON</c> or <c>AVRO</c>.</param>
    /// <param name="Text">The schema itself; for Protobuf either its source text or its serialized descriptor as base64.</param>
    /// <param name="References">What it imports.</param>
    public sealed record Schema(string SchemaType, string Text, IReadOnlyList<Reference> References)
    {
        /// <inheritdoc/>
        public bool Equals(Schema? other) =>
            other is not null && SchemaType == other.SchemaType && Text == other.Text && References.SequenceEqual(other.References);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(SchemaType, Text, References.Count);
    }

    /// <summary>One import of a schema.</summary>
    public sealed record Reference(string Name, string Subject, int Version);

    /// <summary>A schema under a subject.</summary>
    /// <param name="Subject">The subject.</param>
    /// <param name="Version">Its place under the subject, from 1.</param>
    /// <param name="Id">Its number; the same schema has one number under all subjects.</param>
    /// <param name="Schema">The schema.</param>
    public sealed record Registered(string Subject, int Version, int Id, Schema Schema);

    /// <summary>Remembers a schema under a subject; what is known already stays as it is.</summary>
    /// <exception cref="KeyNotFoundException">It imports something that is not registered; the message says what.</exception>
    public Registered Register(string subject, Schema schema)
    {
        lock (changing)
        {
            foreach (var reference in schema.References)
            {
                if (!subjects.TryGetValue(reference.Subject, out var registered) || reference.Version < 1 || reference.Version > registered.Count)
                    throw new KeyNotFoundException($"No schema reference found for subject \"{reference.Subject}\" and version {reference.Version}");
            }

            var id = schemas.IndexOf(schema) + 1;
            if (id == 0)
            {
                schemas.Add(schema);
                id = schemas.Count;
            }
            if (!subjects.TryGetValue(subject, out var versions)) subjects.Add(subject, versions = []);
            if (!versions.Contains(id)) versions.Add(id);
            return new Registered(subject, versions.IndexOf(id) + 1, id, schema);
        }
    }

    /// <summary>Whether anything has been registered under the subject.</summary>
    public bool Knows(string subject)
    {
        lock (changing) return subjects.ContainsKey(subject);
    }

    /// <summary>The subjects, in alphabetical order.</summary>
    public IReadOnlyList<string> Subjects
    {
        get
        {
            lock (changing) return [.. subjects.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>A schema under a subject, or null.</summary>
    public Registered? Find(string subject, Schema schema)
    {
        lock (changing)
        {
            var id = schemas.IndexOf(schema) + 1;
            var version = id == 0 ? 0 : subjects.GetValueOrDefault(subject, []).IndexOf(id) + 1;
            return version == 0 ? null : new Registered(subject, version, id, schema);
        }
    }

    /// <summary>The schema of a number, or null.</summary>
    public Schema? Find(int id)
    {
        lock (changing) return id >= 1 && id <= schemas.Count ? schemas[id - 1] : null;
    }

    /// <summary>The schema at a place under a subject, or null.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="version">From 1; null for the latest.</param>
    public Registered? Find(string subject, int? version)
    {
        lock (changing)
        {
            var versions = subjects.GetValueOrDefault(subject, []);
            var at = version ?? versions.Count;
            return at < 1 || at > versions.Count ? null : new Registered(subject, at, versions[at - 1], schemas[versions[at - 1] - 1]);
        }
    }
}
