using System.Buffers.Binary;
using System.Text;
using Granary.Hardware;

namespace Granary.Profiling;

/// <summary>
/// Turns perf records into samples with named stacks. Call chains are by frame pointers, which the kernel follows; code without them shows its
/// innermost function alone.
/// </summary>
internal sealed class PerfSampler : IDisposable
{
    private const ulong FirstContext = unchecked((ulong)-4095);
    private const ulong KernelContext = unchecked((ulong)-128);
    private const ulong UserContext = unchecked((ulong)-512);

    private readonly PerfSession _session;
    private readonly PerfRecords _records = new();
    private readonly PerfEvent _what;
    private readonly StackTable _table;
    private readonly Symbolizer _symbols;
    private readonly SystemRoot _root;
    private readonly ulong _began;
    private readonly HashSet<int>? _wanted;
    private readonly Dictionary<int, string> _names = [];
    private readonly List<ProfileSample> _samples = [];
    private readonly List<int> _chain = [];

    /// <param name="pids">Null for everything that runs.</param>
    /// <param name="beganNs">By the monotonic clock.</param>
    /// <exception cref="PerfUnavailableException">In one line why not.</exception>
    public PerfSampler(PerfEvent what, IReadOnlyCollection<int>? pids, SystemRoot root, StackTable table, Symbolizer symbols, ulong beganNs)
    {
        (_what, _root, _table, _symbols, _began) = (what, root, table, symbols, beganNs);
        _session = PerfSession.Open(what, pids, root);
        _wanted = pids is not null && _session.IsWholeMachine ? [.. pids] : null;
    }

    /// <summary>Samples that the kernel dropped since the ring was full.</summary>
    public long Lost { get; private set; }

    public bool WithKernel => _session.WithKernel;

    public ProfileTrack Track => new(_what.Track, _samples);

    /// <summary>Names are looked up now: a process that ends takes its list of mappings with it.</summary>
    public void Drain()
    {
        _session.Drain(_records);
        _records.Sort();
        for (var i = 0; i < _records.Count; i++) Take(_records[i]);
        _records.Clear();
    }

    public void Dispose() => _session.Dispose();

    private void Take(ReadOnlySpan<byte> record)
    {
        var body = record[8..];
        switch (PerfRecords.HeaderOf(record).Type)
        {
            case PerfRecordType.Sample:
                Sample(body);
                break;
            case PerfRecordType.Mapping2 when body.Length > 64:
                // pid, tid, address, length, offset, major, minor, inode, generation, protection, flags, name
                if ((Word(body, 56) & 4) == 0 || !Wants((int)Word(body, 0))) break;
                var start = Long(body, 8);
                _symbols.Map((int)Word(body, 0), new(start, start + Long(body, 16), Long(body, 24), Long(body, 40), Text(body[64..])));
                break;
            case PerfRecordType.Name when body.Length > 8 && Wants((int)Word(body, 0)):
                _names[(int)Word(body, 4)] = Text(body[8..]);
                const ushort exec = 1 << 13;
                if ((PerfRecords.HeaderOf(record).Misc & exec) != 0) _symbols.Exec((int)Word(body, 0));
                break;
            case PerfRecordType.Fork when body.Length >= 16:
                var (child, parent) = ((int)Word(body, 0), (int)Word(body, 4));
                if (child == parent || !Wants(parent)) break;
                _symbols.Fork(parent, child);
                _wanted?.Add(child);
                break;
            case PerfRecordType.Lost when body.Length >= 16:
                Lost += (long)Long(body, 8);
                break;
            case PerfRecordType.LostSamples when body.Length >= 8:
                Lost += (long)Long(body, 0);
                break;
            default:
                break;
        }
    }

    // pid, tid, time, period of what is timed, number of addresses, addresses from the innermost to the outermost
    private void Sample(ReadOnlySpan<byte> body)
    {
        var chain = _what.IsFrequency ? 32 : 24;
        if (body.Length < chain) return;
        var (pid, tid, time, period) = ((int)Word(body, 0), (int)Word(body, 4), Long(body, 8), _what.IsFrequency ? Long(body, 16) : _what.Period);
        if (pid <= 0 || !Wants(pid)) return;
        var count = (int)Math.Min(Long(body, chain - 8), (ulong)((body.Length - chain) / 8));
        _chain.Clear();
        var user = true;
        for (var i = 0; i < count; i++)
        {
            var address = Long(body, chain + (8 * i));
            if (address >= FirstContext)
            {
                if (address == KernelContext) user = false;
                else if (address == UserContext) user = true;
                continue;
            }
            // all but the innermost are return addresses: the call is before them
            if (_chain.Count > 0 && address > 0) address--;
            var frame = user ? _symbols.User(pid, address) : _symbols.Kernel(address);
            // a file without symbols is one frame, however deep it is in itself
            if (_chain.Count == 0 || _chain[^1] != frame || !_table.Frames[frame].Name.StartsWith('[')) _chain.Add(frame);
        }
        var stack = _table.Push(StackTable.Empty, NameOf(pid, tid));
        for (var i = _chain.Count - 1; i >= 0; i--) stack = _table.Push(stack, _chain[i]);
        var at = time <= _began ? 0f : (float)((time - _began) / 1e9);
        _samples.Add(new(at, stack, (long)period * _what.WeightPerPeriod, tid));
    }

    private bool Wants(int pid) => _wanted is null || _wanted.Contains(pid);

    private string NameOf(int pid, int tid)
    {
        if (_names.TryGetValue(tid, out var name)) return name;
        name = _root.Read($"/proc/{pid}/task/{tid}/comm") ?? _root.Read($"/proc/{pid}/comm") ?? $"process {pid}";
        return _names[tid] = name;
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private static ulong Long(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    private static uint Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
