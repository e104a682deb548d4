using Granary.Hardware;

namespace Granary.Execution.Limits;

/// <summary>
/// Gives whole logical CPUs to tasks that ask for them and says which ones the others share. Pure: it binds nothing itself.
/// Not for concurrent use.
/// </summary>
public sealed class CoreAllocator
{
    private readonly LogicalCpu[] _cpus;
    private readonly bool[] _taken;
    private readonly bool[] _gone;
    private int[] _all;
    private int _free;

    public CoreAllocator(CpuTopology topology)
    {
        _cpus = [.. topology.Cpus];
        _taken = new bool[_cpus.Length];
        _gone = new bool[_cpus.Length];
        _all = [.. _cpus.Select(c => c.Id)];
        _free = _cpus.Length;
        Shared = _all;
    }

    /// <summary>CPUs of tasks without cores of their own: those that are left, or all when none is.</summary>
    public IReadOnlyList<int> Shared { get; private set; }

    /// <summary>Grows whenever <see cref="Shared"/> changes.</summary>
    public int Generation { get; private set; }

    /// <summary>True when every task may use every CPU.</summary>
    public bool AllShared => Shared.Count == _all.Length;

    /// <summary>
    /// Takes <paramref name="count"/> CPUs: from the NUMA node with the fewest free ones that holds them all (best fit keeps large
    /// nodes whole), within it whole cores before halves of shared ones; across nodes only when no single one has enough.
    /// </summary>
    /// <returns>CPU numbers in ascending order; empty when fewer are free.</returns>
    public int[] Take(int count)
    {
        if (count <= 0 || count > _free) return [];
        var free = Enumerable.Range(0, _cpus.Length).Where(IsFree).ToArray();
        var nodes = free.GroupBy(i => _cpus[i].NumaNode).OrderBy(g => g.Count()).ThenBy(g => g.Key).ToArray();
        var fitting = nodes.FirstOrDefault(g => g.Count() >= count);
        var chosen = (fitting is null ? nodes.Reverse().SelectMany(InCoreOrder) : InCoreOrder(fitting)).Take(count).ToArray();

        foreach (var i in chosen) _taken[i] = true;
        Changed();
        return [.. chosen.Select(i => _cpus[i].Id).Order()];
    }

    /// <summary>Marks CPUs that a task already has (found after a restart).</summary>
    public void Claim(IReadOnlyCollection<int> cpus) => Set(cpus, taken: true);

    public void Release(IReadOnlyCollection<int> cpus) => Set(cpus, taken: false);

    private void Set(IReadOnlyCollection<int> cpus, bool taken)
    {
        if (cpus.Count == 0) return;
        for (var i = 0; i < _cpus.Length; i++)
        {
            if (_taken[i] == taken || !cpus.Contains(_cpus[i].Id)) continue;
            _taken[i] = taken;
        }
        Changed();
    }

    /// <summary>Which CPUs there are now. One that went offline is given to nobody; whoever has it keeps the right to it until it is replaced.</summary>
    public void SetOnline(IReadOnlyCollection<int> online)
    {
        var changed = false;
        for (var i = 0; i < _cpus.Length; i++)
        {
            var gone = !online.Contains(_cpus[i].Id);
            changed |= _gone[i] != gone;
            _gone[i] = gone;
        }
        if (!changed) return;
        _all = [.. _cpus.Where((_, i) => !_gone[i]).Select(c => c.Id)];
        Changed();
    }

    /// <summary>Gives others in the place of a task's CPUs that went offline.</summary>
    /// <returns>The same when all of them are online; else as many others. Where so many are not free, those of its own that are left, or none: then it shares.</returns>
    public int[] Replace(int[] cpus)
    {
        var left = cpus.Where(c => !_gone[Array.FindIndex(_cpus, k => k.Id == c) is >= 0 and var at ? at : 0]).ToArray();
        if (left.Length == cpus.Length) return cpus;
        Release(cpus);
        var taken = Take(cpus.Length);
        if (taken.Length > 0) return taken;
        Claim(left);
        return left;
    }

    private bool IsFree(int i) => !_taken[i] && !_gone[i];

    // cores with all their threads free first, threads of one core side by side
    private IEnumerable<int> InCoreOrder(IEnumerable<int> free) => free
        .GroupBy(i => (_cpus[i].Package, _cpus[i].Core))
        .OrderBy(core => _cpus.Count(c => (c.Package, c.Core) == core.Key) - core.Count())
        .ThenBy(core => core.Key)
        .SelectMany(core => core);

    private void Changed()
    {
        _free = Enumerable.Range(0, _cpus.Length).Count(IsFree);
        Shared = _free == 0 || _free == _all.Length ? _all : [.. _cpus.Where((_, i) => IsFree(i)).Select(c => c.Id)];
        Generation++;
    }
}
