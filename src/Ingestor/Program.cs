using Pipeline.Ingestor;
using Pipeline.Streaming;

return await ServiceRunner.RunAsync(IngestorService.Create(args));
