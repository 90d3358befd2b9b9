using Pipeline.Sink;
using Pipeline.Streaming;

return await ServiceRunner.RunAsync(SinkService.Create(args));
