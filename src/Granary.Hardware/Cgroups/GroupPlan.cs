namespace Granary.Hardware;

/// <summary>One file to be written in a new group.</summary>
/// <param name="Word">The limit it is for, in the user's words.</param>
/// <param name="Needed">The limit does not hold without it; else it only makes it better.</param>
public sealed record GroupWrite(string File, string Text, string Word, bool Needed = true);

/// <summary>A task's group in one hierarchy.</summary>
/// <param name="Hierarchy">Index into the hierarchies that were planned for.</param>
/// <param name="AtStart">The task must be in it before it runs; else when it has lived a while.</param>
/// <param name="Writes">In this order, before any process enters.</param>
public sealed record GroupPlan(int Hierarchy, bool AtStart, IReadOnlyList<GroupWrite> Writes);

/// <summary>What is made and written for one task.</summary>
/// <param name="Missing">Limits that cannot be had here, each with why.</param>
public sealed record GroupPlans(IReadOnlyList<GroupPlan> Groups, IReadOnlyList<string> Missing);

/// <summary>A hierarchy with the directory of ours in it.</summary>
/// <param name="Directory">Tasks' groups are made below it.</param>
/// <param name="Controllers">What groups below it have.</param>
/// <param name="Files">Names of the files that such a group has.</param>
/// <param name="Cpus">All CPUs of it, where it controls them.</param>
/// <param name="MemoryNodes">All NUMA nodes of it, where it controls them.</param>
public sealed record OpenHierarchy(
    CgroupVersion Version, string Directory, IReadOnlyList<CgroupController> Controllers, IReadOnlySet<string> Files, string Cpus = "", string MemoryNodes = "");
