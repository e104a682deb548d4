using Granary.Abstractions;
using Granary.Execution.Accelerators;
using Granary.Model;

namespace Granary.Execution;

/// <summary>Which accelerators attempts hold. It is kept in a file, since their processes outlive an agent: the next one reads it.</summary>
public sealed partial class NodeAgent
{
    private const string AcceleratorFile = "accelerators.json";
    private const string SpeedFile = "accelerator-speeds.json";

    private readonly AcceleratorBinding? _accelerators;

    // Until who holds what they need has ended here: the server may know of an end, or have given up an attempt, before its process is gone.
    private readonly List<Assignment> _awaiting = [];

    private string AcceleratorPath => Path.Combine(_options.EffectiveNodeDirectory, AcceleratorFile);

    private string SpeedPath => Path.Combine(_options.EffectiveNodeDirectory, SpeedFile);

    /// <summary>Under the gate: gives starts their accelerators; those that have to wait are kept back, those that never can have them end.</summary>
    private List<Assignment> Equip(List<Assignment> starts)
    {
        if (_accelerators is null || (_awaiting.Count == 0 && !starts.Exists(_accelerators.Concerns))) return starts;
        List<Assignment> all = [.. _awaiting, .. starts], ready = [];
        _awaiting.Clear();
        var changed = false;
        foreach (var start in all)
        {
            if (!_accelerators.Concerns(start))
            {
                ready.Add(start);
            }
            else if (_accelerators.Bind(start, out var never) is { } bound)
            {
                changed = true;
                ready.Add(start with { Spec = start.Spec with { Environment = AcceleratorEnvironment.Merge(bound, start.Spec.Environment) } });
            }
            else if (never.Length == 0) _awaiting.Add(start);
            else EndBeforeStart(start.Lease, ExitCause.StartFailed, never);
        }
        if (changed) Keep(AcceleratorPath, _accelerators.Save());
        return ready;
    }

    /// <summary>Under the gate: takes the stops of what has not been started out of a list, and tells their ends.</summary>
    private void StopAwaiting(List<StopLease> stops)
    {
        if (_awaiting.Count == 0) return;
        foreach (var stop in stops)
        {
            var at = _awaiting.FindIndex(a => a.Lease == stop.Lease);
            if (at < 0) continue;
            _awaiting.RemoveAt(at);
            EndBeforeStart(stop.Lease, stop.Cause, "stopped before it started");
        }
    }

    private void EndBeforeStart(Lease lease, ExitCause cause, string message)
    {
        _table.Told(new(lease, ReportKind.Ended, _time.GetUtcNow(), new ExitInfo { Cause = cause, Message = message }), _orders);
        _reportsWait.Set();
    }

    /// <summary>Under the gate: attempts have ended.</summary>
    /// <returns>True when others wait for what they held.</returns>
    private bool ReleaseAccelerators(IReadOnlyList<TaskReport> reports)
    {
        if (_accelerators is null) return false;
        var (released, learned) = (false, false);
        foreach (var report in reports)
            if (report is { Kind: ReportKind.Ended, Exit: var exit } && _accelerators.Release(LeaseKey.Of(report.Lease), exit is { Cause: ExitCause.Succeeded } ? exit.WallTime : null))
                (released, learned) = (true, learned || exit is { Cause: ExitCause.Succeeded });
        if (released) Keep(AcceleratorPath, _accelerators.Save());
        if (learned) Keep(SpeedPath, _accelerators.SaveSpeeds());
        return released && _awaiting.Count > 0;
    }

    /// <summary>Under the gate: what an earlier agent gave to attempts that still live.</summary>
    private void AdoptAccelerators(Holdings holdings)
    {
        if (_accelerators is null) return;
        _accelerators.RestoreSpeeds(TextOf(SpeedPath));
        _accelerators.Restore(TextOf(AcceleratorPath), holdings.Held.Where(h => h.End is null).Select(h => LeaseKey.Of(h.Lease)).ToHashSet());
    }

    private static string TextOf(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static void Keep(string path, string text)
    {
        try
        {
            File.WriteAllText(path + ".new", text);
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // a full disk: only the death of this agent as well would lose it
        }
    }
}
