namespace Pipeline.Telemetry;

/// <summary>Whether anything is to be sent by OTLP. Without an endpoint nothing is, although the standard names a default.</summary>
internal static class OtlpVariables
{
    /// <summary>True when an endpoint is named and the signal is not switched off.</summary>
    /// <param name="signal"><c>METRICS</c> or <c>TRACES</c>.</param>
    public static bool AskFor(string signal) =>
        (IsSet("OTEL_EXPORTER_OTLP_ENDPOINT") || IsSet($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"))
        && !Is($"OTEL_{signal}_EXPORTER", "none")
        && !Is("OTEL_SDK_DISABLED", "true");

    private static bool IsSet(string variable) => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(variable));

    private static bool Is(string variable, string value) => string.Equals(Environment.GetEnvironmentVariable(variable)?.Trim(), value, StringComparison.OrdinalIgnoreCase);
}
