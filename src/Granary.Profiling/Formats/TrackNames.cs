namespace Granary.Profiling;

/// <summary>Words for kinds and states in files.</summary>
internal static class TrackNames
{
    public static string Of(TrackKind kind) => kind switch
    {
        TrackKind.Cpu => "cpu",
        TrackKind.OffCpu => "off_cpu",
        TrackKind.Allocations => "allocations",
        TrackKind.PageFaults => "page_faults",
        _ => "contention",
    };

    public static TrackKind? Kind(string? name) => Enum.GetValues<TrackKind>().Cast<TrackKind?>().FirstOrDefault(k => Of(k!.Value) == name);

    public static string Of(ThreadState state) => state.ToString().ToLowerInvariant();
}
