using System.Text;

namespace Granary.Hardware;

/// <summary>
/// Devices by the name that a file of /proc gives them, in the order of the file, which hardly ever changes: each is found where it was.
/// </summary>
internal sealed class DeviceTable<T>(int most, Func<string, T> make, Action<T> gone)
    where T : class
{
    private readonly List<Entry> _entries = [];
    private int _next;
    private long _tick;

    public int Count => _entries.Count;

    public void Begin()
    {
        _next = 0;
        _tick++;
    }

    /// <returns>Null when there are too many already.</returns>
    public T? Find(ReadOnlySpan<byte> name)
    {
        var at = _next < _entries.Count && name.SequenceEqual(_entries[_next].Name) ? _next : Search(name);
        if (at < 0)
        {
            if (_entries.Count >= most) return null;
            at = _entries.Count;
            _entries.Add(new(name.ToArray(), make(Encoding.UTF8.GetString(name))));
        }
        _next = at + 1;
        _entries[at].Tick = _tick;
        return _entries[at].Device;
    }

    /// <summary>Forgets those that the file did not name.</summary>
    public void End()
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            if (_entries[i].Tick == _tick) continue;
            gone(_entries[i].Device);
            _entries.RemoveAt(i);
        }
    }

    private int Search(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _entries.Count; i++)
            if (name.SequenceEqual(_entries[i].Name)) return i;
        return -1;
    }

    private sealed class Entry(byte[] name, T device)
    {
        public readonly byte[] Name = name;
        public readonly T Device = device;
        public long Tick;
    }
}
