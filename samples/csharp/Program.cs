// Reads whatsapp.linked.v1 and prints how many messages each conversation has.
//   dotnet run --project samples/csharp -- --brokers 127.0.0.1:9092            to the end of the topic, then prints
//   dotnet run --project samples/csharp -- --brokers 127.0.0.1:9092 --follow   goes on, and prints on Ctrl-C
using System.Text;
using Confluent.Kafka;
using Pipeline.Contracts;
using Samples.ReadLinked;

string Given(string name, string usual) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : usual;
var topic = Given("--topic", "whatsapp.linked.v1");
var follow = args.Contains("--follow");

using var ending = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    ending.Cancel();
};

var conversations = new Conversations();
using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
{
    BootstrapServers = Given("--brokers", "127.0.0.1:9092"),
    GroupId = Given("--group", "sample-csharp"),
    AutoOffsetReset = AutoOffsetReset.Earliest,
    // What was read is kept in memory only, so nothing is committed and every start begins at the beginning. With a database: store the
    // effect first, commit then (or store the offset with the effect), and keep ce_id under a unique constraint.
    EnableAutoCommit = false,
    EnablePartitionEof = true,
    IsolationLevel = IsolationLevel.ReadCommitted,
}).Build();
consumer.Subscribe(topic);

var atEnd = new HashSet<TopicPartition>();
try
{
    while (follow || consumer.Assignment.Count == 0 || atEnd.Count < consumer.Assignment.Count)
    {
        var record = consumer.Consume(ending.Token);
        if (record.IsPartitionEOF)
        {
            atEnd.Add(record.TopicPartition);
            continue;
        }
        var id = Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes("ce_id"));
        conversations.Take(id, LinkedEvent.Parser.ParseFrom(Frame.Strip(record.Message.Value)));
    }
}
catch (OperationCanceledException)
{
    // Ctrl-C: what was read so far is printed.
}
finally
{
    consumer.Close();
}

foreach (var (key, messages) in conversations.List()) Console.WriteLine($"{key}\t{messages}");
Console.WriteLine($"{conversations.Events} events, {conversations.Repeated} repeated, {conversations.Merges} merges");
