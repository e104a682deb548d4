using System.Diagnostics.CodeAnalysis;
using Granary.EmbeddedHost.Calls;

namespace Granary.EmbeddedHost.Gateway;

/// <summary>The calls of a connection that are under way, by number.</summary>
/// <remarks>A plain dictionary under a lock: beside the system calls of a connection it costs nothing, and it is quick to start.</remarks>
internal sealed class CallTable
{
    private readonly Dictionary<long, GrainCall> _calls = [];
    private readonly Lock _gate = new();
    private volatile int _count;

    public int Count => _count;

    public bool TryAdd(ulong id, GrainCall call)
    {
        lock (_gate)
        {
            var added = _calls.TryAdd((long)id, call);
            _count = _calls.Count;
            return added;
        }
    }

    public bool TryGetValue(ulong id, [NotNullWhen(true)] out GrainCall? call)
    {
        lock (_gate)
            return _calls.TryGetValue((long)id, out call);
    }

    public bool TryRemove(ulong id, [NotNullWhen(true)] out GrainCall? call)
    {
        lock (_gate)
        {
            var removed = _calls.Remove((long)id, out call);
            _count = _calls.Count;
            return removed;
        }
    }

    public GrainCall[] TakeAll()
    {
        lock (_gate)
        {
            GrainCall[] calls = [.. _calls.Values];
            _calls.Clear();
            _count = 0;
            return calls;
        }
    }
}
