using Granary.Abstractions;
using Granary.Model;
using Granary.Optimization.Live;

namespace Granary.Grains.Optimization;

/// <summary>What is kept across restarts, and how many nodes there should be.</summary>
public sealed partial class OptimizerGrain
{
    private const string Scale = "scale:";

    private PoolScaling _scaling = null!;
    private PoolScalingView? _advice;
    private IReadOnlyList<(string Node, double Cores)> _nodes = [];
    private (double[] Change, string Note) _expected = ([], "the load of now");

    private void Recall()
    {
        var kept = state.State;
        _learners = new(kept.Learned is { } known ? new(known.Policy, known.LogDeviation, known.Choices, known.Counts, known.Means) : null, Seed(_name));
        foreach (var (name, pairs) in kept.Pairs)
        {
            ContestPairs given = new(pairs.Incumbent, pairs.Candidate);
            if (!name.StartsWith(Scale, StringComparison.Ordinal))
            {
                if (_contest.Names.Contains(name, StringComparer.Ordinal)) _contest.Restore(name, given);
            }
            else if (_scaling.Contest.Names.Contains(name[Scale.Length..], StringComparer.Ordinal)) _scaling.Contest.Restore(name[Scale.Length..], given);
        }
    }

    /// <summary>The same for the same pool, and other pools try other things.</summary>
    private static long Seed(string name) => name.Aggregate(17L, (seed, c) => unchecked(seed * 31 + c));

    private async Task RememberAsync()
    {
        foreach (var name in _contest.Names) state.State.Pairs[name] = Kept(_contest.Pairs(name));
        foreach (var name in _scaling.Contest.Names) state.State.Pairs[Scale + name] = Kept(_scaling.Contest.Pairs(name));
        var known = _learners.State;
        state.State.Learned = _learners.Rounds > 0 ? new(known.Policy, known.LogDeviation, known.Choices, known.Counts, known.Means) : null;
        await state.WriteStateAsync();

        static KeptPairs Kept(ContestPairs pairs) => new([.. pairs.Incumbent], [.. pairs.Candidate]);
    }

    private async Task<IReadOnlyList<(string Node, double Cores)>> NodesAsync()
    {
        var names = await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Nodes();
        var views = (await Task.WhenAll(names.Select(n => grains.GetGrain<INodeGrain>(n).Describe()))).Where(v => v.Spec.Pool == _name).ToList();
        _nodes = [.. views.Where(v => v.State == NodeState.Ready && v.Spec.Capacity.CpuMilli > 0).Select(v => (v.Spec.Name, v.Spec.Capacity.CpuMilli / 1000.0))];
        return [.. views.Where(v => v.State is not (NodeState.Declared or NodeState.Down)).Select(v => (v.Spec.Name, v.Spec.Capacity.CpuMilli / 1000.0))];
    }

    private void ObserveScale()
    {
        if (_nodes.Count == 0) return; // without any there is no telling what one would serve
        _scaling.Observe(_history.Load, _nodes.Count, _nodes.Average(n => n.Cores), _expected.Change);
    }

    private async Task AdviseScaleAsync()
    {
        if (_scaling.Advise() is { } advice)
            _advice = new(advice.Nodes, _nodes.Count == 0 ? 0 : _nodes.Average(n => n.Cores), advice.Recommended, advice.Method, advice.Reason, advice.Load, advice.Peak, advice.CostPerHour,
                advice.CoolingSteps > 0 ? clock.GetUtcNow() + advice.CoolingSteps * options.Value.SampleEvery : null, _expected.Note,
                [.. advice.Methods.Select(m => new PoolScalingMethod(m.Name, m.Nodes, m.Judged, m.Right, m.Short, m.Over, m.Cost, m.Acting))]);
        _expected = await NodeForecasts.ChangeAsync(grains, _nodes, options.Value.SampleEvery, new PoolScalingOptions().Horizon);
    }
}
