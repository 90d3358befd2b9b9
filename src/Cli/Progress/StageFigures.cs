namespace Pipeline.Cli.Progress;

/// <summary>How far one service has got.</summary>
/// <param name="Name">The service.</param>
/// <param name="Records">Records it has finished.</param>
/// <param name="Lag">Records waiting for it.</param>
/// <param name="PerSecond">Records a second, over the last few seconds.</param>
internal sealed record StageFigures(string Name, long Records, long Lag, double PerSecond);
