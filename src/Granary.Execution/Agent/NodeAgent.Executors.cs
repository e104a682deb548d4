using Granary.Abstractions;
using Granary.Execution.Containers;
using Granary.Execution.Outside;
using Granary.Execution.Scopes;
using Granary.Model;
using Microsoft.Extensions.Logging;

namespace Granary.Execution;

/// <summary>Which executor gets what, and what the server is told that this node carries out.</summary>
public sealed partial class NodeAgent
{
    private static readonly TimeSpan FirstLookWithin = TimeSpan.FromSeconds(1);

    private static readonly IReadOnlyDictionary<string, string> SimulatedOffers = new[] { "container", ContainerEngine.Podman, ContainerEngine.Docker, "scope", "http", "manual" }
        .ToDictionary(o => Executors.Prefix + o, _ => Executors.Yes, StringComparer.Ordinal);

    private readonly ScopeSupport? _scopes;
    private readonly IReadOnlyList<string> _handlerNames = [];
    private volatile IReadOnlyList<ContainerEngine> _engines = [];
    private volatile Task _looking = Task.CompletedTask;
    private volatile IReadOnlyDictionary<string, string> _offers = SimulatedOffers;

    private Dictionary<ExecutorKind, IOutside> NewOutside()
    {
        var instance = ContainerRuns.InstanceOf(_options.EffectiveNodeDirectory);
        var outside = new Dictionary<ExecutorKind, IOutside>
        {
            [ExecutorKind.Container] = new ContainerRuns(() => _engines, ContainerMounts.Parse(_options.Executors.ContainerMounts), _files, _options.RunAs, instance),
        };
        if (_scopes is not null) outside[ExecutorKind.Scope] = new ScopeRuns(_scopes, _files, _options.RunAs, instance);
        return outside;
    }

    /// <summary>A simulated node has one executor for all.</summary>
    private async Task Start(List<Assignment> starts)
    {
        if (_processes is null)
        {
            await _handlers.Start(starts);
            return;
        }
        var first = ExecutorOf(starts[0].Spec);
        if (starts.TrueForAll(s => ExecutorOf(s.Spec) == first))
        {
            await first.Start(starts);
            return;
        }
        foreach (var group in starts.GroupBy(s => ExecutorOf(s.Spec))) await group.Key.Start([.. group]);
    }

    private IExecutor ExecutorOf(TaskSpec spec) => Executors.Of(spec) switch
    {
        ExecutorKind.Handler or ExecutorKind.Http => _handlers,
        ExecutorKind.Manual => _manual!,
        _ => _processes!,
    };

    /// <summary>What ran in an earlier agent's own memory left no trace.</summary>
    private static bool RunsInAgent(TaskSpec spec) => Executors.Of(spec) is ExecutorKind.Handler or ExecutorKind.Http;

    private async Task AnswerCompletion(CompleteLease completion, long requestId)
    {
        try
        {
            // it waits for the disk
            var answer = await Task.Run(() => _manual?.Complete(completion) ?? LeaseCompletion.NotHere);
            await _node.Completed(_session, requestId, answer).WaitAsync(_options.CallTimeout, _time, _stop.Token);
        }
        catch (Exception e)
        {
            LogCompletionUnanswered(completion.Lease.Task, OneLine(e)); // who said it says it again, and is told that it is done
        }
    }

    private async Task LookForOffers(CancellationToken cancel)
    {
        if (_options.Node.Simulated) return;
        var offers = new Dictionary<string, string>(StringComparer.Ordinal);
        void Offer(string label) => offers[label] = Executors.Yes;

        Offer(Executors.Prefix + "manual");
        if (Http.HttpHosts.Parse(_options.Executors.HttpHosts) is not null) Offer(Executors.Prefix + "http");
        if (_scopes is not null) Offer(Executors.Prefix + "scope");
        foreach (var name in _handlerNames)
            if (!Executors.OwnHandlers.Contains(name)) Offer(Executors.HandlerPrefix + name);
        _offers = new Dictionary<string, string>(offers, StringComparer.Ordinal);
        if (_shim is null) return;
        var (engines, _) = await ContainerEngine.Find(_options.Executors.Containers, _options.Executors.EffectiveSearchPath, cancel);
        _engines = engines;
        foreach (var engine in engines)
        {
            Offer(Executors.Prefix + "container");
            Offer(Executors.Prefix + engine.Name);
        }
        _offers = offers;
    }

    private static async Task SweepOutside(Task looked, OutsideExecutor outside)
    {
        try
        {
            await looked;
        }
        catch (OperationCanceledException)
        {
            return; // the agent is going
        }
        await outside.Sweep();
    }

    /// <summary>Joins again when an engine has come or gone: a join is how a server learns of labels.</summary>
    private async Task FollowOffers(CancellationToken cancel)
    {
        if (_shim is null || _options.Executors.Containers == "off") return;
        await Joined.WaitAsync(cancel);
        await _looking.WaitAsync(cancel); // what answers late is told now, not with the next look
        while (true)
        {
            if (_told is { } told && !LabelSet.Same(told.Labels, NodeNow.Labels))
                _touch.Lost(GranaryException.Unavailable($"node {_options.Node.Name}: what it carries out has changed"));
            await Task.Delay(_options.Executors.LookEvery, _time, cancel);
            await LookForOffers(cancel);
        }
    }

    private IReadOnlyDictionary<string, string>? LabelsNow
    {
        get
        {
            var (own, offers) = (_options.Node.Labels, _offers);
            var mixed = _options.Accelerators.Where(a => a.Kind == "gpu").Select(a => a.MemoryMiB).Distinct().Count() > 1;
            if (own is not { Count: > 0 } && !mixed) return offers;
            var all = new Dictionary<string, string>(own ?? new Dictionary<string, string>(), StringComparer.Ordinal);
            if (mixed) all[LabelSet.Gpus] = LabelSet.Mixed;
            foreach (var (label, value) in offers) all[label] = value;
            return all;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "That {Task} was completed could not be answered ({Reason})")]
    private partial void LogCompletionUnanswered(TaskId task, string reason);
}
