using System.Runtime.Versioning;

// Servers and tasks are real processes: more of them at once than this makes every wait longer and finds nothing more.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
[assembly: SupportedOSPlatform("linux")]
