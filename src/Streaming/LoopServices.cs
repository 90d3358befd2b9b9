using Microsoft.Extensions.Logging;

namespace Pipeline.Streaming;

/// <summary>What every loop of a process shares.</summary>
internal sealed record LoopServices(
    KafkaOptions Options, ServiceName Service, KafkaProducer Producer, BacklogGates Gates, StartUp StartUp,
    ProcessFailure Failure, StreamingMetrics Metrics, ILoggerFactory Loggers, TimeProvider Time);
