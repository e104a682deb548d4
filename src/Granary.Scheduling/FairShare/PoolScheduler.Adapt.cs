using Granary.Model;
using Granary.Scheduling.FairShare;
using Granary.Scheduling.Journal;

namespace Granary.Scheduling;

/// <summary>Factors of agents' weights, by the agent's index in the pool.</summary>
public sealed record AdaptedWeights(IReadOnlyList<AdaptedWeight> Weights)
{
    public bool Equals(AdaptedWeights? other) => other is not null && Weights.SequenceEqual(other.Weights);

    public override int GetHashCode() => Weights.Count;

    public override string ToString() => string.Join(", ", Weights);
}

/// <param name="Agent">Index in the order of declaration.</param>
/// <param name="Factor">Its weight is multiplied by this.</param>
public readonly record struct AdaptedWeight(int Agent, double Factor);

public sealed partial class PoolScheduler
{
    /// <summary>A factor that moves less than this is left as it is.</summary>
    private const double LeastStep = 0.005;

    private AdaptPolicy? _adapt;
    private long _nextAdapt;

    private void ApplyAdapting(AdaptPolicy? policy)
    {
        _adapt = policy;
        _nextAdapt = 0;
        if (policy is not null) return;
        foreach (var agent in _order.Agents) (agent.Factor, agent.Feedback) = (1, null);
    }

    /// <summary>At fixed intervals: what agents got of what they were owed moves their weights. The event holds what was decided.</summary>
    private void AdaptWeights(long now, EventBatch events, IPoolEffects effects)
    {
        if (_adapt is null || now < _nextAdapt) return;
        var interval = Clock.ToMicros(_adapt.Interval);
        var begun = _nextAdapt != 0;
        _nextAdapt = (now / interval + 1) * interval;
        var typical = begun ? TypicalWait() : null;
        List<AdaptedWeight> moved = [];
        foreach (var agent in _order.Agents)
        {
            var feedback = agent.Feedback ??= new Feedback();
            if (begun && (agent.Factor != 1 || !feedback.IsEmpty))
            {
                var next = AdaptiveWeights.Next(agent.Factor, AdaptiveWeights.Error(feedback, typical), _adapt);
                if (Math.Abs(next - 1) < LeastStep / 2) next = 1;
                if (Math.Abs(next - agent.Factor) >= LeastStep || (next == 1 && agent.Factor != 1)) moved.Add(new AdaptedWeight(agent.Index, next));
            }
            feedback.Clear();
        }
        if (moved.Count > 0) Emit(new PoolEvent(EventKind.WeightsAdapted, now, Detail: new AdaptedWeights(moved)), events, effects);
    }

    private long NextAdapt() => _adapt is null || _tasks.Count == 0 ? long.MaxValue : _nextAdapt;

    private void ApplyAdapted(AdaptedWeights adapted)
    {
        foreach (var (index, factor) in adapted.Weights)
        {
            var agent = _order.Agents[index];
            agent.Factor = factor;
            if (agent.Ready > 0) _order.Place(agent);
        }
    }

    /// <summary>The median over agents of their long waits.</summary>
    private double? TypicalWait()
    {
        var waits = _order.Agents.Select(a => a.Feedback?.LongWait).OfType<double>().Order().ToArray();
        return waits.Length == 0 ? null : waits[waits.Length / 2];
    }

    private void WriteAdapted(ref JournalWriter w)
    {
        var moved = _order.Agents.Where(a => a.Factor != 1).ToArray();
        w.Unsigned((ulong)moved.Length);
        foreach (var agent in moved)
        {
            w.Number(agent.Index);
            w.Double(agent.Factor);
        }
    }

    private void ReadAdapted(ref JournalReader r)
    {
        for (var agents = r.Count(); agents > 0; agents--)
        {
            var index = r.Int();
            if (index < 0 || index >= _order.Agents.Count) throw r.Damaged($"names agent {index} of {_order.Agents.Count}");
            _order.Agents[index].Factor = r.Double();
        }
        _order.PlaceAll();
    }
}
