using System.Runtime.Versioning;

// The embedded servers are started with a shell, ended with signals and found where Unix systems keep them. Windows users have WSL.
[assembly: UnsupportedOSPlatform("windows")]
