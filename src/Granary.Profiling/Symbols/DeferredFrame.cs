using System.Globalization;

namespace Granary.Profiling;

/// <summary>A frame that is an address of a process until the names of its methods are known.</summary>
internal static class DeferredFrame
{
    public const string Module = "\u0001";

    public static string Of(int pid, ulong address, string image) => string.Create(CultureInfo.InvariantCulture, $"{pid}:{address}:{image}");

    public static Frame Resolve(Frame frame, IReadOnlyDictionary<int, MethodMap> methods)
    {
        if (frame.Module != Module) return frame;
        var fields = frame.Name.Split(':', 3);
        var (pid, address, image) = (int.Parse(fields[0], CultureInfo.InvariantCulture), ulong.Parse(fields[1], CultureInfo.InvariantCulture), fields[2]);
        if (methods.TryGetValue(pid, out var map) && map.Find(address) is { } name) return new(name, image.Length > 0 && image.EndsWith(".dll", StringComparison.Ordinal) ? image : "jit");
        return image.EndsWith(".dll", StringComparison.Ordinal) ? new($"[{image}]", image) : new("[compiled code]", "jit");
    }
}

/// <summary>Methods of one runtime by the addresses of their code.</summary>
internal sealed class MethodMap
{
    private readonly SortedList<ulong, (ulong Size, string Name)> _methods = [];

    public int Count => _methods.Count;

    public void Add(ulong start, ulong size, string name)
    {
        if (size > 0) _methods[start] = (size, name);
    }

    public string? Find(ulong address)
    {
        var (low, high) = (0, _methods.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var start = _methods.Keys[middle];
            if (address < start) high = middle - 1;
            else if (address - start >= _methods.Values[middle].Size) low = middle + 1;
            else return _methods.Values[middle].Name;
        }
        return null;
    }
}
