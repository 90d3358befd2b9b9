using Confluent.Kafka;

namespace Pipeline.Streaming;

/// <summary>Takes the delivery report of one record. Called by librdkafka's thread, so nothing may leave it.</summary>
/// <param name="acknowledgements">Whom to tell.</param>
/// <param name="gate">The gate before the topic, where there is one.</param>
/// <param name="bytes">The record's size, for the gate.</param>
/// <param name="index">Which record of the write, or which input of the batch, it is.</param>
internal sealed class Delivery(Acknowledgements acknowledgements, BacklogGate? gate, int bytes, int index)
{
    /// <summary>The callback.</summary>
    public void Report(DeliveryReport<byte[], byte[]> report)
    {
        try
        {
            gate?.Reported(report, bytes);
        }
#pragma warning disable CA1031 // The caller is native code. The gate only slows writers down; the report itself must arrive.
        catch (Exception)
        {
        }
#pragma warning restore CA1031
        acknowledgements.Report(report.Error, index);
    }

    /// <summary>The record is about to be handed over.</summary>
    public void Handed() => gate?.Handed(bytes);

    /// <summary>It was not taken.</summary>
    public void Withdrawn() => gate?.Withdrawn(bytes);
}
