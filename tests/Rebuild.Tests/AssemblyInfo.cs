using System.Runtime.Versioning;

// As the command line that is tested here.
[assembly: UnsupportedOSPlatform("windows")]

// Each run takes all the cores it can get, so one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
