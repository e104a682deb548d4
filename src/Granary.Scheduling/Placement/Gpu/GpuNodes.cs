using System.Numerics;

namespace Granary.Scheduling.Placement.Gpu;

/// <summary>
/// Nodes with up to sixteen devices each and what they have free, as columns: a decision reads a few words of a node, never an object.
/// Every device has 0 to 1000 thousandths free.
/// </summary>
public sealed class GpuNodes
{
    /// <summary>How many devices a node can have.</summary>
    public const int MaxGpus = 16;

    private const int LogSize = 1 << 14;

    private readonly int[] _cpuCapacity;
    private readonly int[] _memoryCapacity;
    private readonly int[] _cpu;
    private readonly int[] _memory;
    private readonly int[] _count;
    private readonly int[] _most;
    private readonly int[] _whole;
    private readonly int[] _total;
    private readonly ulong[] _model;
    private readonly ushort[] _free;
    private readonly int[] _kinds;
    private readonly int[] _log = new int[LogSize];

    /// <param name="nodes">The nodes in the order that breaks ties: of two as good, the earlier is taken.</param>
    /// <exception cref="ArgumentException">A node has more than sixteen devices or less than nothing.</exception>
    public GpuNodes(ReadOnlySpan<GpuNode> nodes)
    {
        Count = nodes.Length;
        _cpuCapacity = new int[Count];
        _memoryCapacity = new int[Count];
        _count = new int[Count];
        _most = new int[Count];
        _whole = new int[Count];
        _total = new int[Count];
        _model = new ulong[Count];
        _free = new ushort[Count * MaxGpus];
        _kinds = new int[Count * GpuKinds.Count];
        for (var i = 0; i < Count; i++)
        {
            var node = nodes[i];
            if (node.Gpus is < 0 or > MaxGpus || node.CpuMilli < 0 || node.MemoryMiB < 0)
                throw new ArgumentException($"node {i}: {node}; it must have 0 to {MaxGpus} GPUs and no negative amount");
            _cpuCapacity[i] = node.CpuMilli;
            _memoryCapacity[i] = node.MemoryMiB;
            _count[i] = node.Gpus;
            _model[i] = node.Model;
            _free.AsSpan(i * MaxGpus, node.Gpus).Fill(GpuRequest.WholeGpu);
            GpuCapacityMilli += node.Gpus * GpuRequest.WholeGpu;
            Refresh(i);
        }
        _cpu = [.. _cpuCapacity];
        _memory = [.. _memoryCapacity];
    }

    public int Count { get; }

    /// <summary>Thousandths of devices on all nodes.</summary>
    public long GpuCapacityMilli { get; private set; }

    /// <summary>Thousandths of devices given away.</summary>
    public long GpuUsedMilli { get; private set; }

    /// <summary>Grows by one with every change of a node.</summary>
    public long Changes { get; private set; }

    public int CpuFree(int node) => _cpu[node];

    public int MemoryFree(int node) => _memory[node];

    public int CpuCapacity(int node) => _cpuCapacity[node];

    public int MemoryCapacity(int node) => _memoryCapacity[node];

    public int Gpus(int node) => _count[node];

    public ulong Model(int node) => _model[node];

    /// <summary>What each device of the node has free, thousandths.</summary>
    public ReadOnlySpan<ushort> Free(int node) => _free.AsSpan(node * MaxGpus, _count[node]);

    /// <summary>The most that one device has free.</summary>
    public int MostFree(int node) => _most[node];

    /// <summary>How many devices are wholly free.</summary>
    public int WholeFree(int node) => _whole[node];

    /// <summary>Thousandths free on all devices of the node.</summary>
    public int TotalFree(int node) => _total[node];

    /// <summary>How many of what runs on the node are of <paramref name="kind"/> (see <see cref="GpuKinds"/>).</summary>
    public int Kind(int node, int kind) => _kinds[(node * GpuKinds.Count) + kind];

    /// <summary>True when the node has room: CPU, memory, model, and devices one by one rather than in sum.</summary>
    public bool Fits(int node, in GpuRequest request)
    {
        if (_cpu[node] < request.CpuMilli || _memory[node] < request.MemoryMiB) return false;
        if (request.IsCpuOnly) return true;
        if (request.Models != 0 && (request.Models & _model[node]) == 0) return false;
        return request.IsShare ? _most[node] >= request.MilliPerGpu : _whole[node] >= request.Gpus;
    }

    /// <summary>The first wholly free devices, as many as asked, a bit each; they must be there.</summary>
    public uint FirstWhole(int node, int gpus) => DeviceChoice.FirstWhole(Free(node), gpus);

    /// <summary>The device with the least free that holds the share (the first of equals), a bit.</summary>
    public uint Tightest(int node, int milli) => DeviceChoice.Tightest(Free(node), milli);

    /// <summary>Gives the request its room on <paramref name="devices"/> (a bit each).</summary>
    /// <exception cref="InvalidOperationException">There is no such room: the caller did not ask <see cref="Fits"/>.</exception>
    public void Place(int node, in GpuRequest request, uint devices)
    {
        if (!Fits(node, request) || BitOperations.PopCount(devices) != request.Gpus)
            throw new InvalidOperationException($"node {node} has no room for {request} on devices {devices:b}");
        Change(node, request, devices, 1);
    }

    /// <summary>Takes back what <see cref="Place"/> gave.</summary>
    /// <exception cref="InvalidOperationException">It was not given: a device, the CPU or the memory would be more than whole.</exception>
    public void Release(int node, in GpuRequest request, uint devices) => Change(node, request, devices, -1);

    /// <summary>Takes a node away for good: nothing fits on it any more. All that it held must have been released.</summary>
    public void Remove(int node)
    {
        if (_cpu[node] != _cpuCapacity[node] || _total[node] != _count[node] * GpuRequest.WholeGpu)
            throw new InvalidOperationException($"node {node} cannot go while it holds something");
        _cpu[node] = _cpuCapacity[node] = -1;
        GpuCapacityMilli -= _count[node] * GpuRequest.WholeGpu;
        _count[node] = 0;
        Refresh(node);
        _log[Changes++ % LogSize] = node;
    }

    /// <summary>
    /// The nodes changed since <paramref name="since"/> (a former value of <see cref="Changes"/>), oldest first, a node perhaps more than once.
    /// </summary>
    /// <returns>False when that is too long ago to be told; all may have changed.</returns>
    public bool TryReadChanges(long since, out ReadOnlySpan<int> first, out ReadOnlySpan<int> second)
    {
        first = second = default;
        var length = Changes - since;
        if (length > LogSize) return false;
        var from = (int)(since % LogSize);
        var head = (int)Math.Min(length, LogSize - from);
        first = _log.AsSpan(from, head);
        second = _log.AsSpan(0, (int)length - head);
        return true;
    }

    private void Change(int node, in GpuRequest request, uint devices, int sign)
    {
        var at = node * MaxGpus;
        for (var left = devices; left != 0; left &= left - 1)
        {
            var device = BitOperations.TrailingZeroCount(left);
            var free = _free[at + device] - (sign * request.MilliPerGpu);
            if (device >= _count[node] || free is < 0 or > GpuRequest.WholeGpu)
                throw new InvalidOperationException($"device {device} of node {node} would have {free} of {GpuRequest.WholeGpu} free");
            _free[at + device] = (ushort)free;
        }
        _cpu[node] -= sign * request.CpuMilli;
        _memory[node] -= sign * request.MemoryMiB;
        if (_cpu[node] > _cpuCapacity[node] || _memory[node] > _memoryCapacity[node])
            throw new InvalidOperationException($"node {node} would have more free than it has");
        _kinds[(node * GpuKinds.Count) + GpuKinds.Of(request)] += sign;
        GpuUsedMilli += sign * request.TotalMilli;
        Refresh(node);
        _log[Changes++ % LogSize] = node;
    }

    private void Refresh(int node)
    {
        int most = 0, whole = 0, total = 0;
        foreach (var free in Free(node))
        {
            most = Math.Max(most, free);
            total += free;
            if (free == GpuRequest.WholeGpu) whole++;
        }
        _most[node] = most;
        _whole[node] = whole;
        _total[node] = total;
    }
}
