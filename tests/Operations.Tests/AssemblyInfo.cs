using System.Runtime.Versioning;

// As the command line that is tested here.
[assembly: UnsupportedOSPlatform("windows")]

// The pipelines of these tests take all the cores they can get, so one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
