using Pipeline.Resolver;
using Pipeline.Streaming;

return await ServiceRunner.RunAsync(ResolverService.Create(args));
