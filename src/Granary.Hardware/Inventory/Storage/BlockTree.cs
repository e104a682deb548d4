namespace Granary.Hardware;

/// <summary>
/// Which disks lie below a block device: a partition's disk, and below device mapper and RAID what <c>slaves</c> names, to the bottom.
/// </summary>
internal sealed class BlockTree
{
    private const int Deepest = 8;

    private readonly SystemRoot _root;
    private readonly Dictionary<string, string> _diskOfPartition = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byNumber = new(StringComparer.Ordinal);
    private readonly HashSet<string> _disks;

    public BlockTree(SystemRoot root)
    {
        _root = root;
        _disks = [.. root.List("/sys/block")];
        foreach (var disk in _disks)
        {
            Number(disk, $"/sys/block/{disk}/dev");
            foreach (var part in root.List($"/sys/block/{disk}"))
            {
                if (!part.StartsWith(disk, StringComparison.Ordinal) || root.Read($"/sys/block/{disk}/{part}/partition") is null) continue;
                _diskOfPartition[part] = disk;
                Number(part, $"/sys/block/{disk}/{part}/dev");
            }
        }
    }

    /// <summary>Names of the disks below; empty when it is no block device that is known here.</summary>
    /// <param name="device"><c>/dev/NAME</c>; <c>/dev/mapper</c> and <c>/dev/root</c> are found by their number.</param>
    /// <param name="number"><c>major:minor</c>; empty when not known.</param>
    public IReadOnlyList<string> DisksBelow(string device, string number)
    {
        var name = number.Length > 0 && _byNumber.TryGetValue(number, out var found) ? found : device.StartsWith("/dev/", StringComparison.Ordinal) ? device[5..] : "";
        var disks = new SortedSet<string>(StringComparer.Ordinal);
        if (name.Length > 0) Descend(name, disks, Deepest);
        return [.. disks];
    }

    private void Descend(string name, SortedSet<string> disks, int depth)
    {
        if (depth == 0) return;
        if (_diskOfPartition.TryGetValue(name, out var disk)) name = disk;
        if (!_disks.Contains(name)) return;
        var below = _root.List($"/sys/block/{name}/slaves");
        if (below.Count == 0) disks.Add(name);
        foreach (var slave in below) Descend(slave, disks, depth - 1);
    }

    private void Number(string name, string path)
    {
        if (_root.Read(path) is { Length: > 0 } number) _byNumber[number.Trim()] = name;
    }
}
