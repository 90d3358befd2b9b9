using Pipeline.Streaming;
using Pipeline.ThreadLinker;

return await ServiceRunner.RunAsync(ThreadLinkerService.Create(args));
