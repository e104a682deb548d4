using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling;
using Granary.Scheduling.Shards;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Granary.Grains.Shards;

/// <summary>What the front of a sharded pool needs of the grain it lives in: the pool's own journal.</summary>
internal interface IFrontJournal
{
    PoolScheduler Scheduler { get; }

    /// <summary>Tasks have stopped waiting in the parts.</summary>
    void Drained(long tasks);

    /// <summary>Decides within the turn and returns once it is durable.</summary>
    Task<T> DecideAsync<T>(Func<PoolScheduler, long, EventBatch, IPoolEffects, T> decide);
}

/// <summary>
/// A sharded pool as one: the pool's grain answers through it. It gives out numbers and says which part has what, durably, before a part is asked;
/// everything else is the parts'. It runs in the grain's turns.
/// </summary>
internal sealed partial class ShardFront
{
    private readonly string _pool;
    private readonly int _count;
    private readonly IFrontJournal _journal;
    private readonly IPoolGrain[] _parts;
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _clock;
    private readonly GrainOptions _options;
    private readonly StopSignal _stop;
    private readonly ILogger _log;
    private readonly ShardRouter _router;
    private readonly ShardLoad[] _loads;
    private readonly Dictionary<string, bool[]> _homes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _gone = new(StringComparer.Ordinal);
    private Task _ready = Task.CompletedTask;
    private bool _told;
    private bool _divideDue;
    private int _ticks;
    private bool _ended;

    public ShardFront(string pool, IFrontJournal journal, IGrainFactory grains, TimeProvider clock, GrainOptions options, StopSignal stop, ILogger log)
    {
        _grains = grains;
        (_pool, _journal, _clock, _options, _stop, _log) = (pool, journal, clock, options, stop, log);
        _count = journal.Scheduler.Spec.Shards;
        _parts = [.. Enumerable.Range(0, _count).Select(i => grains.GetGrain<IPoolGrain>(ShardNames.Of(pool, i)))];
        _loads = [.. Enumerable.Range(0, _count).Select(_ => new ShardLoad())];
        _router = new ShardRouter(Book, _count);
        _waiting = new ShardWaiting(_count);
        LearnNodes();
        for (var i = 0; i < _count; i++) _settled[i] = Book.LastTicket(i) == 0; // the front before this one may have died on the way
    }

    public int Count => _count;

    private ShardBook Book => _journal.Scheduler.Shards;

    public void End() => _ended = true;

    /// <summary>Once in a quarter of a second: asks the parts what they hold, once in a second or while work moves, and mends what could not be told.</summary>
    public void Tick()
    {
        if (_ended || (++_ticks % 4 != 0 && !_hasMoved) || !_asking.IsCompleted) return;
        _hasMoved = false;
        _asking = AskAsync();
    }

    public async Task<PoolView> Configure()
    {
        _told = false;
        await ReadyAsync();
        return await Describe();
    }

    public Task SetAgents() => TellAgainAsync();

    public Task SetGroups() => TellAgainAsync();

    private Task TellAgainAsync()
    {
        _divideDue = true;
        return ReadyAsync();
    }

    /// <summary>Completes when every part knows the pool's rules and what agents are owed, which it may not since one of us died in between.</summary>
    private async Task ReadyAsync()
    {
        while (!_told || _divideDue)
        {
            if (_ready.IsCompleted) _ready = TellAsync();
            await _ready;
        }
    }

    private async Task TellAsync()
    {
        if (!_told)
        {
            var spec = _journal.Scheduler.Spec;
            await AllAsync(part => part.Configure(spec));
            _told = spec == _journal.Scheduler.Spec;
            _divideDue = true;
        }
        _divideDue = false;
        try
        {
            await DivideAsync();
        }
        catch
        {
            _divideDue = true;
            throw;
        }
    }

    /// <summary>Tells every part its part of what agents and groups are owed.</summary>
    private async Task DivideAsync()
    {
        var (agents, groups) = (_journal.Scheduler.DeclaredAgents, _journal.Scheduler.DeclaredGroups);
        if (agents.Count == 0 && groups.Count == 0) return;
        var parts = _router.Parts;
        var byPart = Enumerable.Range(0, _count).Select(_ => new List<AgentSpec>(agents.Count)).ToArray();
        var groupsByPart = Enumerable.Range(0, _count).Select(_ => new List<GroupSpec>(groups.Count)).ToArray();
        foreach (var agent in agents)
        {
            var present = _loads.Select(l => l.ByAgent.GetValueOrDefault(agent.Id) > 0).ToArray();
            var homes = ShardParts.Homes(agent, parts, present);
            if (agent.Limit.IsZero) _homes.Remove(agent.Id);
            else _homes[agent.Id] = homes;
            // how fast it may submit is the front's to say
            var divided = ShardParts.Divide(agent.Terms?.Rate is null ? agent : agent with { Terms = agent.Terms with { Rate = null } }, parts, homes);
            for (var i = 0; i < _count; i++) byPart[i].Add(divided[i]);
        }
        foreach (var group in groups)
        {
            var divided = ShardParts.Divide(group, parts);
            for (var i = 0; i < _count; i++) groupsByPart[i].Add(divided[i]);
        }
        await AllAsync(async (part, i) =>
        {
            if (groupsByPart[i].Count > 0) await part.SetGroups(groupsByPart[i]);
            if (byPart[i].Count > 0) await part.SetAgents(byPart[i]);
        });
    }

    private Task AllAsync(Func<IPoolGrain, Task> call) => Task.WhenAll(_parts.Select(call));

    private Task AllAsync(Func<IPoolGrain, int, Task> call) => Task.WhenAll(_parts.Select(call));

    private Task<T[]> AllAsync<T>(Func<IPoolGrain, Task<T>> call) => Task.WhenAll(_parts.Select(call));

    [LoggerMessage(1, LogLevel.Warning, "pool {Pool}: its part {Shard} does not answer, what could go there goes elsewhere: {Error}")]
    private static partial void LogNotAnswering(ILogger logger, string pool, int shard, string error);

    [LoggerMessage(2, LogLevel.Warning, "pool {Pool}: its parts could not be told what agents are owed, they will be: {Error}")]
    private static partial void LogNotTold(ILogger logger, string pool, string error);

    [LoggerMessage(3, LogLevel.Information, "pool {Pool}: node {Node} moved from part {From} to part {To}")]
    private static partial void LogMoved(ILogger logger, string pool, string node, int from, int to);
}
