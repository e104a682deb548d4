using Granary.Abstractions;
using Granary.Model;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Nodes;

/// <summary>Heartbeats, upkeep, and what the pool is told of them.</summary>
public sealed partial class NodeGrain
{
    private NodeState? _told;
    private bool _telling;

    private async Task CheckHealthAsync(CancellationToken cancellationToken)
    {
        if (state.State.Joined && _health.Check(Steady))
        {
            LogHealth(log, _name, _health.Condition, _health.Silence(Steady).TotalSeconds);
            if (_health.Condition == NodeCondition.Lost)
            {
                _session = null; // whoever comes back must join again and be told which of its leases were fenced
                _commands.Close();
                state.State.Joined = false;
                await state.WriteOrReadAgainAsync();
            }
        }
        await TellPoolAsync();
    }

    /// <summary>
    /// What this grain knows of the node's state the pool must come to know, though it could not be told at first (its journal could not be written)
    /// or the server died in between: the timer calls this until it has been told.
    /// </summary>
    private async Task TellPoolAsync()
    {
        var current = CurrentState;
        if (_telling || _told == current || state.State.JoinedAt is null) return;
        _telling = true;
        try
        {
            await grains.GetGrain<IPoolGrain>(Spec.Pool).NodeChanged(_name, current);
            _told = current;
        }
        catch (GranaryException e) when (e.Code == Model.ErrorCode.NotFound)
        {
            _told = current; // the server died before this node was made known: its agent's next join does that
        }
        finally
        {
            _telling = false;
        }
    }

    /// <summary>Any call of the current session is a sign of life; one of an older session is refused for good.</summary>
    private Task CheckSessionAsync(string session)
    {
        if (session != _session)
            throw GranaryException.Refused($"node {_name}: this agent's session is over (it was silent too long, or another agent took the node); it must join again");
        var recovered = _health.Condition == NodeCondition.Suspect;
        _health.Heard(Steady);
        return recovered ? TellPoolAsync() : Task.CompletedTask;
    }

    private async Task<NodeView> SetUpkeepAsync(NodeState upkeep)
    {
        var spec = Spec;
        if (state.State.Upkeep != upkeep)
        {
            state.State.Upkeep = upkeep;
            await state.WriteOrReadAgainAsync();
        }
        if (state.State.Joined) await grains.GetGrain<IPoolGrain>(spec.Pool).NodeChanged(_name, CurrentState);
        return View();
    }

    private NodeState CurrentState => state.State switch
    {
        { Spec: null } => NodeState.Declared,
        _ when _health.Condition == NodeCondition.Lost => NodeState.Lost,
        { Joined: false, JoinedAt: not null } => NodeState.Down,
        { Joined: false } => NodeState.Declared,
        _ when _health.Condition == NodeCondition.Suspect => NodeState.Suspect,
        _ when _leaving => NodeState.Draining,
        _ => state.State.Upkeep,
    };

    /// <summary>A clock that nobody sets: whether a node is silent must not depend on what the wall clock says.</summary>
    private DateTimeOffset Steady => DateTimeOffset.UnixEpoch + clock.GetElapsedTime(_began);

    private NodeView View() => new()
    {
        Spec = Spec,
        State = CurrentState,
        LastSeen = _health.LastHeard is { } heard ? clock.GetUtcNow() - (Steady - heard) : null,
        Joined = state.State.JoinedAt,
        Sample = _sample,
        AgentVersion = state.State.AgentVersion,
        RunsAs = state.State.RunsAs,
    };

    private async Task RegisterAsync(NodeSpec spec)
    {
        var directory = grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key);
        await directory.AddPool(spec.Pool);
        await directory.AddNode(_name);
    }

    private static IReadOnlyDictionary<string, string>? Merge(IReadOnlyDictionary<string, string>? declared, IReadOnlyDictionary<string, string>? own)
    {
        if (declared is null || declared.Count == 0) return own;
        if (own is null || own.Count == 0) return declared;
        var merged = new Dictionary<string, string>(declared);
        foreach (var (key, value) in own) merged[key] = value;
        return merged;
    }

    [LoggerMessage(1, LogLevel.Warning, "node {Node} is {Condition}: not heard of for {Seconds:F1} s")]
    private static partial void LogHealth(ILogger logger, string node, NodeCondition condition, double seconds);

    [LoggerMessage(2, LogLevel.Information, "node {Node}: a new agent takes over from an earlier one")]
    private static partial void LogReplaced(ILogger logger, string node);
}
