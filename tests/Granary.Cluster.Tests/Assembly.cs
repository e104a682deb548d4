using System.Runtime.Versioning;

// A cluster is ten processes: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: SupportedOSPlatform("linux")]
