namespace Granary.Hardware;

/// <summary>Tells when CPUs have gone offline or come back (<c>/sys/devices/system/cpu/online</c>).</summary>
public sealed class OnlineCpus(SystemRoot root)
{
    private string? _last = Text(root);

    /// <returns>The CPUs that are online now, when they are others than at the last call; else null. A file that cannot be read says nothing.</returns>
    public int[]? Changed()
    {
        var now = Text(root);
        if (now is null || now == _last) return null;
        _last = now;
        return CpuList.Parse(now);
    }

    private static string? Text(SystemRoot root) => root.Read("/sys/devices/system/cpu/online") is { Length: > 0 } text ? text : null;
}
