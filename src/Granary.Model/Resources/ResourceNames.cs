namespace Granary.Model;

/// <summary>The names of the built-in resources in files, options and JSON.</summary>
public static class ResourceNames
{
    public const string Cpu = "cpu";
    public const string Memory = "memory";
    public const string Gpu = "gpu";
    public const string GpuMemory = "gpu_memory";
    public const string Network = "network";
    public const string Storage = "storage";

    /// <summary>Built-in names in the order of a resource vector's lanes.</summary>
    public static IReadOnlyList<string> BuiltIn { get; } = [Cpu, Memory, Gpu, GpuMemory, Network, Storage];

    public static bool IsBuiltIn(string name) => BuiltIn.Contains(name, StringComparer.Ordinal);
}
