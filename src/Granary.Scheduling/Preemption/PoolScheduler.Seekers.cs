using Granary.Model;
using Granary.Scheduling.Preemption;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>Which agents look for tasks to stop, when, and for which of their own.</summary>
public sealed partial class PoolScheduler
{
    private PriorityQueue<AgentEntry, SeekingTurn>? _seekers;
    private int _seeksLeft;
    private long _round; // of looks, until all agents that may gain have had a turn
    private int _lowestPriority = int.MaxValue;
    private int _highestPriority = int.MinValue;

    /// <summary>Agents in the order in which they would be served; where one look is not enough for all, the next goes on with those that had no turn.</summary>
    private void PreemptForAgents(PreemptionPolicy policy, long now, EventBatch events, IPoolEffects effects)
    {
        if (!MaySeek()) return;
        var seekers = _seekers ??= new PriorityQueue<AgentEntry, SeekingTurn>(new SeekingOrder(_order));
        seekers.Clear();
        var patience = Clock.ToMicros(policy.Patience);
        for (var i = 0; i < _order.Agents.Count; i++)
        {
            var agent = _order.Agents[i];
            if (agent.Ready == 0 || !MayGain(agent, policy)) continue;
            var from = Math.Max(agent.WaitingSince + patience, agent.SeekAt);
            if (from <= now) seekers.Enqueue(agent, new SeekingTurn(agent, agent.SoughtIn == _round));
            else _lookAgain = Math.Min(_lookAgain, from);
        }
        while (MaySeek() && seekers.TryDequeue(out var agent, out var turn))
        {
            if (turn.Again && agent.SoughtIn == _round) _round++; // all others had theirs
            var claims = _claims.Count;
            PreemptFor(agent, policy, now, events, effects);
            agent.SoughtIn = _round;
            Rest(agent, inVain: _claims.Count == claims, policy, now);
        }
    }

    /// <summary>
    /// An agent that sought in vain rests before it seeks again, twice as long each time; one that is owed a guarantee at most two seconds. So a
    /// pool in which nothing can be gained does not pay for looking. A better task of its own, or the end of one, ends the rest.
    /// </summary>
    private void Rest(AgentEntry agent, bool inVain, PreemptionPolicy policy, long now)
    {
        var most = IsOwed(agent, policy) ? 2 * Clock.Second : 30 * Clock.Second;
        agent.SeekPause = inVain ? Math.Clamp(2 * agent.SeekPause, LookPause, most) : 0;
        agent.SeekAt = inVain ? now + agent.SeekPause : 0;
    }

    private void EndRest(AgentEntry agent)
    {
        agent.SeekAt = agent.SeekPause = 0;
        agent.SoughtIn = -1;
        _lookPause = LookPause;
        _nextLook = Math.Min(_nextLook, _order.Now + LookPause);
    }

    private bool MaySeek() => _seeksLeft > 0 && _claims.Count < MostClaims;

    /// <summary>A quick test, for certain when false.</summary>
    private bool MayGain(AgentEntry agent, PreemptionPolicy policy)
    {
        if (policy.Fairness != FairnessPreemption.None && SharesCount) return true;
        return IsOwed(agent, policy) || (policy.WithinQueue && _spec.Strategy != PoolStrategy.Fifo && agent.Leases.Count > 0 && agent.LowestHeldPriority < _highestPriority);
    }

    /// <summary>Its guarantee, or one above it, is not met.</summary>
    private bool IsOwed(AgentEntry agent, PreemptionPolicy policy)
    {
        if (!policy.Reclaim || !SharesCount || !_order.AnyGuarantee) return false;
        for (OrderNode? owner = agent; owner is not null; owner = owner.Parent)
            if (owner.HasGuarantee && (owner.Guarantee - owner.EffectiveUse).Clamped() is var owed && !owed.FitsIn(ResourceVector.Zero)) return true;
        return false;
    }
}
