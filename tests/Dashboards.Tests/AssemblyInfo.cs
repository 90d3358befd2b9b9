using System.Runtime.Versioning;

// As the command line that is used here.
[assembly: UnsupportedOSPlatform("windows")]

// One pipeline at a time takes all the cores it can get.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
