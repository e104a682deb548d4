using System.Globalization;
using Granary.Abstractions;
using Granary.EmbeddedHost.Simulation;
using Granary.Execution;
using Granary.Model;

namespace Granary.Faults;

/// <summary>Holds a machine's processes: takes charge of leases, remembers ends until they were acknowledged, hands both to the next agent.</summary>
internal sealed class Shim(World world, Machine machine)
{
    private sealed class Held(Lease lease)
    {
        public Lease Lease { get; } = lease;
        public DateTimeOffset? Started { get; set; }
        public TaskReport? End { get; set; }
        public Run? Run { get; set; }
        public ExitCause? Stopping { get; set; }
    }

    private readonly Dictionary<LeaseKey, Held> _held = [];
    private readonly SeenTokens _seen = new();
    private Action<IReadOnlyList<TaskReport>>? _tell;
    private bool _off;

    public int Count => _held.Count;

    public Holdings Attach(Action<IReadOnlyList<TaskReport>> tell, bool forgetOne)
    {
        _tell = tell;
        var held = _held.Values.OrderBy(h => h.Lease.Token).ToList();
        var forgotten = forgetOne ? held.FirstOrDefault(h => h.End is null && h.Started is not null) : null;
        return new Holdings(
            [.. held.Where(h => h != forgotten).Select(h => new HeldLease(h.Lease, h.Started, h.End))],
            [.. _seen.All().Where(k => forgotten is null || k != LeaseKey.Of(forgotten.Lease))]);
    }

    public void Detach() => _tell = null;

    public void Start(Assignment assignment)
    {
        var lease = assignment.Lease;
        _seen.Add(LeaseKey.Of(lease));
        var held = new Held(lease);
        if (!_held.TryAdd(LeaseKey.Of(lease), held))
        {
            world.Ledger.Violate($"lease: {lease.Task} token {lease.Token} was given to {machine.Name} twice");
            return;
        }
        world.After(world.Between(0, 30), () => Begin(held, assignment));
    }

    public void Stop(StopLease stop)
    {
        if (!_held.TryGetValue(LeaseKey.Of(stop.Lease), out var held) || held.End is not null || held.Stopping is not null) return;
        held.Stopping = stop.Cause;
        world.Story.Tell($"{machine.Name} stops {stop.Lease.Task} token {stop.Lease.Token} {stop.Cause}");
        world.After(world.Between(0, 800), () => End(held, null, new ExitInfo { Cause = stop.Cause, Signal = 15, Message = "stopped" }));
    }

    public void Acknowledge(Lease lease) => _held.Remove(LeaseKey.Of(lease));

    /// <summary>Somebody kills one of the processes; false when none runs.</summary>
    public bool KillOne(int choice)
    {
        var live = _held.Values.Where(h => h.Run is { Live: true }).OrderBy(h => h.Lease.Token).ToList();
        if (live.Count == 0) return false;
        End(live[choice % live.Count], null, new ExitInfo { Cause = ExitCause.Signal, Signal = 9, Message = "killed" });
        return true;
    }

    public void PowerOff()
    {
        _off = true;
        foreach (var held in _held.Values)
            if (held.Run is { } run) (run.Live, run.PowerLost) = (false, true); // of those that had ended, nobody may have heard
        _held.Clear();
    }

    /// <summary>What its processes hold, without those whose leases the server has given up.</summary>
    public ResourceTotal Used()
    {
        var total = default(ResourceTotal);
        foreach (var held in _held.Values)
            if (held.Run is { Live: true } run && !machine.Fenced(run)) total = total.Plus(run.Spec.Resources);
        return total;
    }

    private void Begin(Held held, Assignment assignment)
    {
        if (_off || held.End is not null) return;
        if (held.Stopping is { } cause)
        {
            End(held, null, new ExitInfo { Cause = cause, Message = "stopped before it started" });
            return;
        }
        var lease = held.Lease;
        world.Story.Tell($"{machine.Name} runs {lease.Task} attempt {lease.Attempt} token {lease.Token}");
        held.Run = world.Ledger.Started(lease, machine, assignment.Spec);
        held.Started = world.Now;
        var used = Used();
        if (!used.FitsIn(machine.Spec.Capacity))
            world.Ledger.Violate($"capacity: {machine.Name} holds cpu={used.CpuMilli}m memory={used.MemoryMiB}Mi as {lease.Task} starts");
        _tell?.Invoke([new TaskReport(lease, ReportKind.Started, world.Now, null)]);
        var labels = assignment.Spec.Labels!;
        var code = lease.Attempt <= int.Parse(labels["fail"], CultureInfo.InvariantCulture) ? 3 : 0;
        world.After(TimeSpan.FromMilliseconds(int.Parse(labels["ms"], CultureInfo.InvariantCulture)), () => End(held, code, new ExitInfo
        {
            Code = code,
            Cause = code == 0 ? ExitCause.Succeeded : ExitCause.ExitCode,
            Message = code == 0 ? "" : $"exit code {code}",
        }));
    }

    private void End(Held held, int? code, ExitInfo exit)
    {
        if (_off || held.End is not null || held.Run is null && held.Stopping is null) return;
        if (held.Run is { } run) (run.Live, run.Code) = (false, code);
        else if (held.Stopping is not null && exit.Message != "stopped before it started") return; // its beginning ends it
        held.End = new TaskReport(held.Lease, ReportKind.Ended, world.Now, exit);
        _tell?.Invoke([held.End]);
    }
}

/// <summary>Amounts of what machines have.</summary>
internal readonly record struct ResourceTotal(long CpuMilli, long MemoryMiB)
{
    public ResourceTotal Plus(ResourceSet set) => new(CpuMilli + set.CpuMilli, MemoryMiB + set.MemoryMiB);

    public bool FitsIn(ResourceSet capacity) => CpuMilli <= capacity.CpuMilli && MemoryMiB <= capacity.MemoryMiB;
}

/// <summary>One agent's hold of its machine's shim.</summary>
internal sealed class MachineExecutor(Shim shim, SimulationProcess agent, bool forgetOne) : IExecutor
{
    public Task Connect(IExecutorSink sink, CancellationToken cancel)
    {
        sink.Adopt(shim.Attach(reports => agent.Run(() => sink.Report(reports)), forgetOne));
        return Task.CompletedTask;
    }

    public ValueTask Start(IReadOnlyList<Assignment> assignments)
    {
        foreach (var assignment in assignments) shim.Start(assignment);
        return default;
    }

    public void Stop(StopLease stop) => shim.Stop(stop);

    public void Acknowledge(IReadOnlyList<Lease> ended)
    {
        foreach (var lease in ended) shim.Acknowledge(lease);
    }

    public ValueTask DisposeAsync() => default;
}
