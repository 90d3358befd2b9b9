using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Options;

namespace Pipeline.Streaming;

/// <summary>
/// Refuses Kafka settings that would break a promise, that belong to a property of <see cref="KafkaOptions"/>, or that librdkafka does
/// not know. Looks at all of them, connects to nothing.
/// </summary>
internal sealed class UnsafeKafkaSettings(PlaintextRule plaintext) : IValidateOptions<KafkaOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, KafkaOptions options)
    {
        var faults = new List<string>();
        foreach (var (layer, settings) in new[] { ("Client", options.Client), ("Consumer", options.Consumer), ("Producer", options.Producer) })
            foreach (var (written, value) in settings)
                if (FaultOf(KafkaConfig.NameOf(written), value) is { } fault)
                    faults.Add($"Kafka:{layer}:{written}: {fault}");
        if (PlaintextFaultOf(options) is { } readable) faults.Add(readable);

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private string? PlaintextFaultOf(KafkaOptions options)
    {
        var protocol = options.Client.FirstOrDefault(setting => KafkaConfig.NameOf(setting.Key) == "security.protocol").Value ?? "plaintext";
        if (!protocol.Contains("plaintext", StringComparison.OrdinalIgnoreCase)) return null;
        var away = options.BootstrapServers.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(host => !plaintext.Allows(host));
        return away is null ? null : $"Kafka:Client:security.protocol: {protocol} to {away} is not protected: {PlaintextRule.Advice} (ssl, sasl_ssl)";
    }

    private string? FaultOf(string name, string value) => name switch
    {
        "enable.auto.commit" or "enable.auto.offset.store" or "auto.commit.enable" =>
            Unless(value is "false", "must stay false: offsets are committed after the effect, by the loop"),
        "enable.idempotence" =>
            Unless(value is "true", "must stay true: without it a retry can repeat or reorder records"),
        "acks" or "request.required.acks" =>
            Unless(value is "all" or "-1", "must stay all: anything less loses acknowledged records when a broker fails"),
        "auto.offset.reset" =>
            Unless(value is "earliest" or "smallest" or "beginning" or "error", "must be earliest or error: latest skips what was written before the group was first seen"),
        "partitioner" =>
            Unless(value is "murmur2_random", "must stay murmur2_random: another one breaks the order of a business between producers"),
        "message.timeout.ms" or "delivery.timeout.ms" =>
            Unless(value is "0", "must stay 0: a record that is given up leaves a gap in the order"),
        "isolation.level" =>
            Unless(value is "read_committed", "must stay read_committed: aborted records are not events"),
        "partition.assignment.strategy" =>
            Unless(!value.Contains("cooperative", StringComparison.Ordinal), "must be eager (range or roundrobin): cooperative rebalancing with explicit commits is not proven"),
        "ssl.endpoint.identification.algorithm" =>
            Unless(value is "https" || plaintext.AllowsUnverified, "must stay https: without it anybody with any certificate may be the broker"),
        "enable.ssl.certificate.verification" =>
            Unless(value is "true" || plaintext.AllowsUnverified, "must stay true: without it anybody may be the broker"),
        "transactional.id" => "is set by Kafka:Transactions and Kafka:InstanceId",
        "bootstrap.servers" or "metadata.broker.list" => "is set by Kafka:BootstrapServers",
        "client.id" => "is set by Kafka:ClientId",
        "group.instance.id" => "is set by Kafka:InstanceId",
        "session.timeout.ms" => "is set by Kafka:SessionTimeout",
        "group.id" => "belongs to the service",
        _ when name.StartsWith("dotnet.", StringComparison.Ordinal) => "belongs to the loop",
        _ => FaultByLibrary(name, value),
    };

    private static string? Unless(bool fine, string fault) => fine ? null : fault;

    private static unsafe string? FaultByLibrary(string name, string value)
    {
        var configuration = LibRdKafka.NewConfiguration();
        try
        {
            var error = stackalloc byte[512];
            return LibRdKafka.Set(configuration, name, value, error, 512) switch
            {
                0 => null,
                -2 => "librdkafka knows no such setting",
                // librdkafka quotes the value in its message, and the value may be a secret.
                _ when IsSecret(name) => "librdkafka refuses the value",
                _ => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(error)),
            };
        }
        finally
        {
            LibRdKafka.DestroyConfiguration(configuration);
        }
    }

    private static bool IsSecret(string name) =>
        name.Contains("password", StringComparison.Ordinal) || name.Contains("secret", StringComparison.Ordinal)
        || name.Contains("key", StringComparison.Ordinal) || name.Contains("oauthbearer", StringComparison.Ordinal) || name.Contains("pem", StringComparison.Ordinal);
}
