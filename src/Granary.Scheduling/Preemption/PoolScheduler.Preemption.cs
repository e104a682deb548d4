using Granary.Model;
using Granary.Scheduling.Deadlines;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>
/// Who is stopped for whom. Looked at after everything that fits was placed, when something has happened since the last look, and at most
/// every <see cref="LookPause"/>; each look is bounded by the constants here, not by the queue.
/// </summary>
public sealed partial class PoolScheduler
{
    /// <summary>For how many tasks one look seeks victims.</summary>
    private const int MostSeekers = 32;

    /// <summary>How many tasks room is made for at once.</summary>
    private const int MostClaims = 64;

    /// <summary>Between two looks; twice as long after each that was in vain.</summary>
    private const long LookPause = Clock.Second / 20;

    private const long LongestLookPause = Clock.Second;

    /// <summary>A promise is in danger when its task must start within this, the usual grace of those who would be stopped.</summary>
    private const long DangerLead = 5 * Clock.Second;

    private static readonly PreemptionPolicy DefaultPreemption = new();

    private readonly List<TaskEntry> _endangered = [];
    private long _changes;
    private long _lookedAtChange = -1;
    private long _nextLook;
    private long _lookPause = LookPause;
    private long _lookAgain = long.MaxValue;
    private long _protectedUntil;

    private PreemptionPolicy Preemption => _spec.Policy?.Preemption ?? DefaultPreemption;

    /// <summary>Guarantees and shares decide the order, so that they may decide over leases too.</summary>
    private bool SharesCount => _spec.Strategy is not (PoolStrategy.Fifo or PoolStrategy.Priority);

    /// <summary>Makes room for tasks that are entitled to it, by telling others to stop.</summary>
    /// <returns>When it wants to look again though nothing else happens.</returns>
    private long Preempt(long now, EventBatch events, IPoolEffects effects)
    {
        if (_claims.Count > 0 && GiveUpClaims(now, events, effects)) return now;
        var policy = Preemption;
        if (!policy.Enabled || _placed + _running == 0 || _order.Root.Children.Count + _book.Promises.Count == 0 || !AnyoneMayPreempt(policy)) return long.MaxValue;
        if (_changes == _lookedAtChange && now < _lookAgain) return _lookAgain;
        if (now < _nextLook) return _nextLook;
        _nextLook = now + _lookPause;
        var claims = _claims.Count;
        _lookAgain = _protectedUntil = long.MaxValue;
        _seeksLeft = MostSeekers;
        if (policy.Emergency) PreemptForPromises(policy, now, events, effects);
        PreemptForAgents(policy, now, events, effects);
        if (_seeksLeft > 0) _round++;
        else _lookAgain = _nextLook; // the rest in the next look
        _lookedAtChange = _changes;
        _lookPause = _claims.Count > claims ? LookPause : Math.Min(2 * _lookPause, LongestLookPause);
        _lookAgain = Math.Min(_lookAgain, _protectedUntil);
        return _lookAgain;
    }

    private bool AnyoneMayPreempt(PreemptionPolicy policy) =>
        (policy.Emergency && _book.Promises.Count > 0)
        || (policy.WithinQueue && _lowestPriority < _highestPriority && _spec.Strategy != PoolStrategy.Fifo)
        || (SharesCount && ((policy.Reclaim && _order.AnyGuarantee) || policy.Fairness != FairnessPreemption.None));

    /// <summary>Promises whose start has come, or that have no node, as soon as waiting longer would break them.</summary>
    private void PreemptForPromises(PreemptionPolicy policy, long now, EventBatch events, IPoolEffects effects)
    {
        _endangered.Clear();
        for (int i = 0, looked = 0; i < _book.Due.Count && looked < MostSeekers; i++) looked += AddEndangered(_book.Due[i], now);
        for (int i = 0, looked = 0; i < _book.Homeless.Count && looked < MostSeekers; i++) looked += AddEndangered(_book.Homeless[i], now);
        _endangered.Sort(static (a, b) => a.Item.Deadline != b.Item.Deadline ? a.Item.Deadline.CompareTo(b.Item.Deadline) : a.Number.CompareTo(b.Number));
        foreach (var task in _endangered)
        {
            if (!MaySeek()) return;
            Seek(task, policy, _emergency, now, events, effects);
        }
    }

    /// <returns>How many it counts for: of a gang only the head, which asks for all.</returns>
    private int AddEndangered(PlanSlot slot, long now)
    {
        var task = slot.Task;
        if (task is { HeapIndex: < 0, Item.Gang: not null }) return 0;
        if (slot.Guard || task.Claim is not null || task.HeapIndex < 0) return 1;
        var latest = task.Item.Deadline - task.Item.Estimate;
        if (now > latest) return 1; // it will be late whatever is done
        var danger = latest - Math.Max(DangerLead, (long)(task.Item.Estimate * _options.DeadlineSlack / 2));
        if (danger <= now) _endangered.Add(task);
        else _lookAgain = Math.Min(_lookAgain, danger);
        return 1;
    }
}
