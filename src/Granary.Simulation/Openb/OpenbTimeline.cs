using Granary.Scheduling.Placement.Gpu;

namespace Granary.Simulation.Openb;

/// <summary>
/// The trace at its own times: pods come when they came and run for as long as they ran. What fits nowhere waits, and is tried again in the order
/// of arrival whenever something ends; later pods of other requests may pass it. Seconds since the first arrival.
/// </summary>
internal sealed class OpenbTimeline
{
    private readonly IReadOnlyList<OpenbPod> _pods;
    private readonly GpuNodes _nodes;
    private readonly GpuPolicy _policy;
    private readonly double[] _slow;
    private readonly int[] _attempt;
    private readonly uint[] _devices;
    private readonly int[] _node;
    private readonly PriorityQueue<(int Pod, int Attempt), (long At, int Pod)> _ends = new();
    private readonly Dictionary<GpuRequest, PriorityQueue<int, int>> _waiting = [];
    private int _waitingPods;

    /// <param name="slow">How many times longer a pod runs on each node.</param>
    public OpenbTimeline(OpenbTrace trace, GpuNodes nodes, GpuPolicy policy, double[] slow)
    {
        _pods = [.. trace.Pods.Where(p => p.Created is not null).OrderBy(p => p.Created)];
        _nodes = nodes;
        _policy = policy;
        _slow = slow;
        _attempt = new int[_pods.Count];
        _devices = new uint[_pods.Count];
        _node = new int[_pods.Count];
        Array.Fill(_node, -1);
        Starts = new long[_pods.Count];
        Ends = new long[_pods.Count];
        Rejected = new bool[_pods.Count];
        Array.Fill(Ends, -1);
    }

    public int Pods => _pods.Count;

    public long[] Starts { get; }

    /// <summary>-1 for what never ended.</summary>
    public long[] Ends { get; }

    public bool[] Rejected { get; }

    public long Decisions { get; private set; }

    /// <summary>Thousandths of devices given away, times seconds.</summary>
    public double Work { get; private set; }

    /// <summary>The same of what there was, until the last end.</summary>
    public double Offered { get; private set; }

    public long Submitted(int pod) => _pods[pod].Created!.Value - _pods[0].Created!.Value;

    /// <param name="losses">Nodes that go, in order of time.</param>
    public void Run(IReadOnlyList<(long At, int Node)> losses, CancellationToken cancel)
    {
        long now = 0;
        double work = 0, offered = 0;
        for (int next = 0, loss = 0; next < _pods.Count || _ends.Count > 0;)
        {
            cancel.ThrowIfCancellationRequested();
            var at = next < _pods.Count ? Submitted(next) : long.MaxValue;
            if (_ends.TryPeek(out _, out var end)) at = Math.Min(at, end.At);
            if (loss < losses.Count) at = Math.Min(at, losses[loss].At);
            work += (double)_nodes.GpuUsedMilli * (at - now);
            offered += (double)_nodes.GpuCapacityMilli * (at - now);
            now = at;
            var freed = EndDue(now);
            if (freed) (Work, Offered) = (work, offered);
            for (; loss < losses.Count && losses[loss].At <= now; loss++) freed |= Lose(losses[loss].Node);
            if (freed) Retry(now);
            for (; next < _pods.Count && Submitted(next) <= now; next++) Arrive(next, now);
        }
    }

    private bool EndDue(long now)
    {
        var any = false;
        while (_ends.TryPeek(out var ended, out var key) && key.At <= now)
        {
            _ends.Dequeue();
            if (ended.Attempt != _attempt[ended.Pod]) continue;
            Ends[ended.Pod] = now;
            Free(ended.Pod);
            any = true;
        }
        return any;
    }

    private void Arrive(int pod, long now)
    {
        if (!Holds(_pods[pod].Request)) Rejected[pod] = true;
        else if (IsBehind(pod) || !TryStart(pod, now)) Wait(pod);
    }

    /// <summary>True when some node, empty, would hold it; nodes that are gone do not count.</summary>
    private bool Holds(in GpuRequest request)
    {
        for (var node = 0; node < _nodes.Count; node++)
        {
            if (_nodes.CpuCapacity(node) >= request.CpuMilli && _nodes.MemoryCapacity(node) >= request.MemoryMiB && _nodes.Gpus(node) >= request.Gpus
                && (request.Models == 0 || (request.Models & _nodes.Model(node)) != 0)) return true;
        }
        return false;
    }

    private bool IsBehind(int pod) => _waitingPods > 0 && _waiting.TryGetValue(_pods[pod].Request, out var queue) && queue.Count > 0;

    private bool TryStart(int pod, long now)
    {
        var request = _pods[pod].Request;
        var node = _policy.Choose(_nodes, request, out var devices);
        Decisions++;
        if (node < 0) return false;
        _nodes.Place(node, request, devices);
        _node[pod] = node;
        _devices[pod] = devices;
        Starts[pod] = now;
        var runs = _pods[pod].Deleted!.Value - (_pods[pod].Started ?? _pods[pod].Created!.Value);
        _ends.Enqueue((pod, ++_attempt[pod]), (now + (long)Math.Ceiling(Math.Max(0, runs) * _slow[node]), pod));
        return true;
    }

    private void Wait(int pod)
    {
        var request = _pods[pod].Request;
        if (!_waiting.TryGetValue(request, out var queue)) _waiting.Add(request, queue = new());
        queue.Enqueue(pod, pod);
        _waitingPods++;
    }

    /// <summary>Tries what waits, the earliest first; of equal requests the others need not be tried when one fits nowhere.</summary>
    private void Retry(long now)
    {
        if (_waitingPods == 0) return;
        var heads = new PriorityQueue<PriorityQueue<int, int>, int>();
        foreach (var queue in _waiting.Values)
            if (queue.TryPeek(out var head, out _)) heads.Enqueue(queue, head);
        while (heads.TryDequeue(out var queue, out var pod))
        {
            if (!TryStart(pod, now)) continue;
            queue.Dequeue();
            _waitingPods--;
            if (queue.TryPeek(out var next, out _)) heads.Enqueue(queue, next);
        }
    }

    /// <summary>A node goes: what ran there waits again, from its beginning.</summary>
    private bool Lose(int node)
    {
        var any = false;
        for (var pod = 0; pod < _node.Length; pod++)
        {
            if (_node[pod] != node) continue;
            Free(pod);
            _attempt[pod]++;
            Wait(pod);
            any = true;
        }
        _nodes.Remove(node);
        return any;
    }

    private void Free(int pod)
    {
        _nodes.Release(_node[pod], _pods[pod].Request, _devices[pod]);
        _node[pod] = -1;
    }
}
