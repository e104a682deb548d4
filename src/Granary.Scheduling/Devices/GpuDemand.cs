using Granary.Model;
using Granary.Scheduling.Journal;
using Granary.Scheduling.Placement.Gpu;

namespace Granary.Scheduling.Devices;

/// <summary>
/// What a pool's tasks ask of CPU and GPUs: the workload that fragmentation is measured against. Counts of admitted tasks; when they come to
/// <see cref="Most"/> all are halved, so that it follows what is asked lately. Kept only while some node's GPUs are told apart.
/// </summary>
internal sealed class GpuDemand
{
    private const double Most = 8192;
    private const int MostKinds = 512;

    /// <summary>So many tasks may be admitted before fragmentation is measured against them.</summary>
    private const int Stale = 64;

    private readonly SortedDictionary<(int Cpu, int Gpu), double> _counts = [];
    private FragmentationTable? _table;
    private double _total;
    private int _added;

    /// <summary>Some node's GPUs are told apart.</summary>
    public bool Watched { get; set; }

    /// <summary>Fragmentation against what was asked.</summary>
    public FragmentationTable Table
    {
        get
        {
            if (_table is not null && _added < Stale) return _table;
            _added = 0;
            var counts = new Dictionary<GpuRequest, double>();
            foreach (var ((cpu, gpu), count) in _counts)
            {
                var request = RequestOf(cpu, gpu);
                counts[request] = counts.GetValueOrDefault(request) + count;
            }
            return _table = new Fragmentation(GpuWorkload.Of(counts)).For(0);
        }
    }

    public void Add(in ResourceVector request, int tasks)
    {
        if (!Watched) return;
        var kind = (request[0], request[DeviceSet.Lane]);
        if (!_counts.TryGetValue(kind, out var count) && _counts.Count >= MostKinds) return;
        _counts[kind] = count + tasks;
        _total += tasks;
        _added += tasks;
        if (_total >= Most) Halve();
    }

    public void Write(ref JournalWriter w)
    {
        w.Unsigned((ulong)_counts.Count);
        foreach (var ((cpu, gpu), count) in _counts)
        {
            w.Number(cpu);
            w.Number(gpu);
            w.Double(count);
        }
    }

    public void Read(ref JournalReader r)
    {
        for (var kinds = r.Count(); kinds > 0; kinds--)
        {
            var (cpu, gpu, count) = (r.Int(), r.Int(), r.Double());
            if (cpu < 0 || gpu < 0 || !(count > 0)) throw r.Damaged($"counts {count} tasks of cpu {cpu} and gpu {gpu}");
            _counts[(cpu, gpu)] = count;
            _total += count;
        }
    }

    /// <summary>A device and a part of another is counted as two devices.</summary>
    private static GpuRequest RequestOf(int cpu, int gpu) => gpu switch
    {
        0 => new(cpu, 0),
        < GpuRequest.WholeGpu => new(cpu, 0, 1, gpu),
        _ => new(cpu, 0, Math.Min(GpuNodes.MaxGpus, (gpu + GpuRequest.WholeGpu - 1) / GpuRequest.WholeGpu), GpuRequest.WholeGpu),
    };

    private void Halve()
    {
        _total = 0;
        foreach (var (kind, count) in _counts.ToArray())
        {
            if (count < 1) _counts.Remove(kind);
            else _total += _counts[kind] = count / 2;
        }
    }
}
