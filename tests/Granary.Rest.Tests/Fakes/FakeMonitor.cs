using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Tests.Fakes;

/// <summary>One alert of each of two levels, and whatever silences a test makes.</summary>
internal sealed class FakeMonitor(FakeCluster cluster) : IMonitorGrain
{
    private readonly List<Silence> _silences = [];
    private string _acknowledged = "";

    public Task Wake() => throw new InvalidOperationException("REST does not call this");

    public Task Unusual(string node, NodeAnomaly anomaly) => throw new InvalidOperationException("REST does not call this");

    private readonly Lock _gate = new();
    private readonly List<AnomalyOfNode> _found = [];
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Anomalies before this one are no longer known.</summary>
    public int Forgotten { get; set; }

    /// <summary>Thrown by the next watch.</summary>
    public Exception? FailNextWatch { get; set; }

    /// <summary>A predictor finds something.</summary>
    public void Find(string node, NodeAnomaly anomaly)
    {
        lock (_gate)
        {
            _found.Add(new(node, anomaly));
            _arrival.TrySetResult();
            _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>The cursor of n anomalies is n: none is 0.</summary>
    public async Task<AnomalyBatch> WatchAnomalies(long cursor, TimeSpan maxWait)
    {
        while (true)
        {
            Task next;
            lock (_gate)
            {
                if (FailNextWatch is { } failure)
                {
                    FailNextWatch = null;
                    throw failure;
                }
                if (cursor < Forgotten && maxWait > TimeSpan.Zero) return new(_found.Count, true, []);
                if (cursor < _found.Count || maxWait == TimeSpan.Zero) return new(_found.Count, false, [.. _found.Skip((int)cursor)]);
                next = _arrival.Task;
            }
            await next;
        }
    }

    public Task<IReadOnlyList<AlertView>> Alerts(bool ended)
    {
        cluster.Check();
        List<AlertView> all = [Alert("c1", AlertLevel.Critical), Alert("w1", AlertLevel.Warning)];
        if (ended) all.Add(Alert("e1", AlertLevel.None) with { Ended = cluster.Now });
        return Task.FromResult<IReadOnlyList<AlertView>>(all);
    }

    public Task<AlertView> Acknowledge(AcknowledgeRequest request)
    {
        if (request.Id is not ("c1" or "x")) throw GranaryException.NotFound($"no alert '{request.Id}' fires; 'granary alerts' lists those that do");
        _acknowledged = request.Undo ? "" : request.By;
        return Task.FromResult(Alert("c1", AlertLevel.Critical) with { Comment = request.Comment });
    }

    public Task<IReadOnlyList<Silence>> Silences() => Task.FromResult<IReadOnlyList<Silence>>([.. _silences]);

    public Task<Silence> Silence(SilenceRequest request)
    {
        if (request.Matchers.Count == 0) throw GranaryException.Invalid("a silence of everything would hide everything");
        var from = request.From ?? cluster.Now;
        if (request.For > TimeSpan.FromDays(366) || from > cluster.Now.AddDays(366)) throw GranaryException.Invalid("a silence lasts a year at most");
        var silence = new Silence { Id = $"s{_silences.Count + 1}", Matchers = request.Matchers, From = from, Until = from + request.For, By = request.By, Comment = request.Comment };
        _silences.Add(silence);
        return Task.FromResult(silence);
    }

    public Task<Silence> Expire(string id)
    {
        var silence = _silences.Find(s => s.Id == id) ?? throw GranaryException.NotFound($"no silence '{id}'");
        _silences.Remove(silence);
        return Task.FromResult(silence);
    }

    public Task<IReadOnlyList<AlertRuleView>> Rules() => Task.FromResult<IReadOnlyList<AlertRuleView>>(
        [new("disk-full", "Node", "filesystem.used/*", "Above", null, 0.85, 0.92, 0.97, TimeSpan.FromSeconds(30), "")]);

    public Task<IReadOnlyList<ScalingAdvice>> Advice() => Task.FromResult<IReadOnlyList<ScalingAdvice>>([new("default", 3, 4, "more waits", cluster.Now)]);

    public Task<NotificationBatch> Watch(long cursor, TimeSpan maxWait) => throw new InvalidOperationException("REST does not call this");

    private AlertView Alert(string id, AlertLevel level) => new()
    {
        Id = id,
        Rule = "disk-full",
        Level = level,
        Value = 0.98,
        Threshold = 0.97,
        Summary = "node n1: full",
        Since = cluster.Now,
        Changed = cluster.Now,
        AcknowledgedBy = _acknowledged,
        Labels = new Dictionary<string, string> { ["rule"] = "disk-full", ["node"] = "n1" },
    };
}
