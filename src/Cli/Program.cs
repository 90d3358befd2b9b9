using Pipeline.Cli.Commands;

return await CommandLine.RunAsync(args);
