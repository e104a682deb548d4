using System.Globalization;
using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Admission;
using Granary.Scheduling.Load;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>What is more than a pool may hold, or comes faster than an agent may submit, is refused with the time after which to ask again.</summary>
public sealed partial class PoolScheduler
{
    private readonly DrainMeter _drain = new();
    private readonly Dictionary<string, long> _asking = new(StringComparer.Ordinal);
    private long _specBytes;

    /// <summary>Bytes of the specifications that live tasks hold.</summary>
    internal long SpecBytes => _specBytes;

    /// <summary>Whether the pool has room, before anything else is looked at: a refusal costs next to nothing.</summary>
    private void CheckRoom(SubmitBatch batch, long now) => CheckRoom(batch, _queued, _ => 0, now);

    /// <param name="queued">Tasks that wait.</param>
    /// <param name="elsewhere">Those of an agent that wait in parts of this pool.</param>
    private void CheckRoom(SubmitBatch batch, long queued, Func<string, long> elsewhere, long now)
    {
        var tasks = PoolLimits.TasksIn(batch);
        if (tasks > _options.MaxQueued - queued)
            throw Full($"pool {_pool} holds {Text(queued)} waiting tasks of at most {Text(_options.MaxQueued)}; {Text(tasks)} more do not fit", "Scheduler:MaxQueued", tasks, queued, _options.MaxQueued, now);
        if (_specBytes >= _options.MaxSpecBytes)
            throw Full($"pool {_pool} holds {Text(_specBytes >> 20)} MiB of specifications of at most {Text(_options.MaxSpecBytes >> 20)} MiB", "Scheduler:MaxSpecBytes", 1, Math.Max(1, _queued), Math.Max(1, _queued), now);
        CountAsked(batch);
        foreach (var (name, count) in _asking)
        {
            var agent = _order.Find(name);
            var own = (agent?.Queued ?? 0) + elsewhere(name);
            if (count > _options.MaxQueuedPerAgent - own)
                throw Full($"agent {name} has {Text(own)} waiting tasks of at most {Text(_options.MaxQueuedPerAgent)} in pool {_pool}; {Text(count)} more do not fit", "Scheduler:MaxQueuedPerAgent", count, own, _options.MaxQueuedPerAgent, now);
            if (agent?.Spec.Terms?.Rate is { } rate) CheckRate(agent, rate, count, now);
        }
    }

    /// <summary>Called once nothing else can refuse the batch.</summary>
    private void TakeTokens()
    {
        foreach (var (name, count) in _asking)
            if (_order.Find(name) is { Spec.Terms.Rate: not null, Bucket: { } bucket }) bucket.Take(count);
    }

    private void CheckRate(AgentEntry agent, SubmitRate rate, long count, long now)
    {
        var wait = (agent.Bucket ??= new TokenBucket()).WaitFor(count, rate, now);
        if (wait == 0) return;
        if (wait == long.MaxValue)
            throw GranaryException.Refused($"agent {agent.Name} may submit {Text(rate.Burst)} tasks at once; {Text(count)} are more: submit fewer at a time, or raise its burst");
        throw GranaryException.Busy(
            $"agent {agent.Name} may submit {rate.RateText()} with bursts of {Text(rate.Burst)}; {Text(count)} more can come in {Clock.TextUp(wait)}", Clock.ToSpan(wait));
    }

    private void CountAsked(SubmitBatch batch)
    {
        _asking.Clear();
        for (var i = 0; i < (batch.Items?.Count ?? 0); i++)
            if (batch.Items![i] is { Spec.Agent: { } name, Count: > 0 } item)
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_asking, name, out _) += item.Count;
    }

    private GranaryException Full(string what, string setting, long asked, long held, long most, long now)
    {
        if (asked > most) return GranaryException.Refused($"{what}, now or later; submit fewer at a time, or raise {setting}");
        var wait = _drain.RetryAfter(asked - (most - held), now);
        return GranaryException.Busy($"{what}; come back in {Clock.TextUp(Clock.ToMicros(wait))}, or raise {setting}", wait);
    }

    private static string Text(long count) => count.ToString(CultureInfo.InvariantCulture);
}
