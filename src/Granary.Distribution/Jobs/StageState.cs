using System.Runtime.InteropServices;
using Granary.Model;

namespace Granary.Distribution.Jobs;

/// <summary>How far a stage is: which partitions are closed, which wait, and what is known of their run times.</summary>
internal sealed class StageState
{
    private const int RatesKept = 64;
    private const double Newest = 0.3;

    private readonly List<double> _rates = [];
    private double[] _sorted = [];

    public StageState(WorkStage spec, int index)
    {
        (Spec, Index) = (spec, index);
        var count = spec.Partitions.Count;
        (State, Winners) = (new PartitionState[count], new long[count]);
        Ready = new ReadyQueue(spec);
        Sized = spec.Partitions.All(p => p.Bytes > 0);
        MeanUnits = Sized ? spec.Partitions.Average(p => (double)p.Bytes) : 1;
    }

    public WorkStage Spec { get; }

    public int Index { get; }

    public int Count => State.Length;

    public List<StageState> Before { get; } = [];

    public List<StageState> Behind { get; } = [];

    public PartitionState[] State { get; }

    /// <summary>Task numbers of the results that count.</summary>
    public long[] Winners { get; }

    public Dictionary<int, int> Failures { get; } = [];

    public Dictionary<int, int> Limits { get; } = [];

    public Dictionary<int, string> FailedOn { get; } = [];

    public ReadyQueue Ready { get; }

    public int Done { get; set; }

    public int Skipped { get; set; }

    public int Closed => Done + Skipped;

    /// <summary>Partitions in tasks.</summary>
    public int Running { get; set; }

    /// <summary>Tasks that have not ended.</summary>
    public int Live { get; set; }

    /// <summary>All partitions say how large they are: work is counted in bytes, else in partitions.</summary>
    public bool Sized { get; }

    public double MeanUnits { get; }

    /// <summary>Smoothed; 0 while unknown.</summary>
    public double SecondsPerUnit { get; private set; }

    public int LargestDone { get; private set; }

    public double SecondsEach => SecondsPerUnit * MeanUnits;

    /// <summary>Work a second of the last tasks that succeeded, rising.</summary>
    public ReadOnlySpan<double> SortedRates => _sorted;

    public double Units(int partition) => Sized ? Spec.Partitions[partition].Bytes : 1;

    public double Units(IReadOnlyList<int> partitions) => partitions.Sum(Units);

    /// <summary>A task that did so much has taken so long.</summary>
    public void Measured(double units, double seconds, int partitions)
    {
        seconds = Math.Max(seconds, 1e-3);
        var perUnit = seconds / units;
        SecondsPerUnit = SecondsPerUnit == 0 ? perUnit : (Newest * perUnit) + ((1 - Newest) * SecondsPerUnit);
        LargestDone = Math.Max(LargestDone, partitions);
        if (_rates.Count == RatesKept) _rates.RemoveAt(0);
        _rates.Add(units / seconds);
        Sort();
    }

    public StageSnapshot Snapshot() => new()
    {
        Closed = [.. State.Select(s => s switch { PartitionState.Done => (byte)1, PartitionState.Skipped => (byte)2, _ => (byte)0 })],
        Winners = [.. Winners],
        Failures = new(Failures),
        Limits = new(Limits),
        FailedOn = new(FailedOn),
        Rates = [.. _rates],
        SecondsPerUnit = SecondsPerUnit,
        LargestDone = LargestDone,
    };

    /// <summary>What was kept; what waits, and what is in tasks, the work finds out.</summary>
    public void Restore(StageSnapshot snapshot)
    {
        for (var p = 0; p < Count; p++)
            State[p] = snapshot.Closed[p] switch { 1 => PartitionState.Done, 2 => PartitionState.Skipped, _ => PartitionState.Blocked };
        (Done, Skipped) = (State.Count(s => s == PartitionState.Done), State.Count(s => s == PartitionState.Skipped));
        snapshot.Winners.CopyTo(Winners, 0);
        foreach (var (p, n) in snapshot.Failures) Failures[p] = n;
        foreach (var (p, n) in snapshot.Limits) Limits[p] = n;
        foreach (var (p, n) in snapshot.FailedOn) FailedOn[p] = n;
        _rates.AddRange(snapshot.Rates);
        (SecondsPerUnit, LargestDone) = (snapshot.SecondsPerUnit, snapshot.LargestDone);
        Sort();
    }

    private void Sort()
    {
        _sorted = [.. CollectionsMarshal.AsSpan(_rates)];
        Array.Sort(_sorted);
    }
}
