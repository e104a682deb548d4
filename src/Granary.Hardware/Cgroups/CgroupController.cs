namespace Granary.Hardware;

/// <summary>What control groups control, in the words of version 2.</summary>
public enum CgroupController
{
    Memory,
    Cpu,
    Io,
    Pids,
    Cpuset,

    /// <summary>Stops all processes of a group at once. A controller of its own in version 1; in version 2 every group has it.</summary>
    Freezer,
}
