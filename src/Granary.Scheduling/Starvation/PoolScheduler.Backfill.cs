using Granary.Model;

namespace Granary.Scheduling;

/// <summary>Which tasks that wait hold reservations: by the server's guard, the first in order, all up to a depth, or none.</summary>
public sealed partial class PoolScheduler
{
    /// <summary>Long enough that nothing is ever passed over for longer.</summary>
    private const long NeverStarving = long.MaxValue / 4;

    private long _guard;
    private int _mostGuards;
    private bool _strict;
    private bool _conservative;

    private PromisePolicy Promises => _spec.Policy?.Promises ?? DefaultPromises;

    private static readonly PromisePolicy DefaultPromises = new();

    /// <summary>Switches to the pool's kind of backfilling. Reservations against starvation are made anew; promises stay.</summary>
    private void SetBackfill()
    {
        var (guard, most) = Promises.Backfill switch
        {
            PromisePolicy.Easy => (0L, 1),
            PromisePolicy.Conservative or PromisePolicy.NoBackfill => (NeverStarving, 0),
            _ => (Clock.ToMicros(_options.StarvationGuard), _options.MaxStarvationReservations),
        };
        var conservative = Promises.Backfill == PromisePolicy.Conservative;
        var changed = _conservative != conservative || _guard != guard;
        (_guard, _mostGuards, _strict, _conservative) = (guard, most, guard == 0, conservative);
        _starving.SetGuard(guard);
        if (!changed) return;
        foreach (var node in _capacity.Nodes)
        {
            if (node.Plan is not { Count: > 0 } plan) continue;
            foreach (var slot in plan.ToArray())
                if (slot is { Guard: true, Task: { Claim: null, State: TaskState.Queued } }) _book.Remove(slot.Task);
            _capacity.MarkFreed(node);
        }
        _planned.Clear();
        _planLoose = false;
    }
}
