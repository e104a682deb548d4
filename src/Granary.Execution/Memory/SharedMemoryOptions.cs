using Granary.Model;

namespace Granary.Execution.Memory;

/// <summary>Memory that a node's tasks share, where they ask for it.</summary>
/// <param name="Bytes">For objects, at least 4 KiB.</param>
/// <param name="PerAgent">What one agent may have of it; 0 for no limit.</param>
public sealed record SharedMemoryOptions(long Bytes, long PerAgent)
{
    /// <summary>Where pools are made.</summary>
    public string Directory { get; init; } = "/dev/shm";

    /// <summary>How often what dead processes held is taken back, and cold objects are compressed. Default 10 s.</summary>
    public TimeSpan UpkeepEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Reads the settings <c>Node:SharedMemory</c> and <c>Node:SharedMemoryPerAgent</c>; null where the first is empty.</summary>
    /// <exception cref="GranaryException">Invalid, naming the one that is wrong.</exception>
    public static SharedMemoryOptions? Parse(string bytes, string perAgent)
    {
        if (bytes.Length == 0) return null;
        var options = new SharedMemoryOptions(Read("Node:SharedMemory", bytes), perAgent.Length == 0 ? 0 : Read("Node:SharedMemoryPerAgent", perAgent));
        return options.Bytes is < 4096 or > 1L << 40 ? throw GranaryException.Invalid($"Node:SharedMemory is '{bytes}'; 4Ki to 1Ti is right") : options;
    }

    private static long Read(string setting, string text) =>
        Quantity.TryParseBytes(text, out var bytes, out var error) ? bytes : throw GranaryException.Invalid($"{setting}: {error}");
}
