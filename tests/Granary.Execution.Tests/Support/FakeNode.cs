using Granary.Abstractions;
using Granary.Model;

namespace Granary.Execution.Tests.Support;

/// <summary>The node's grain as an agent sees it: hands out commands in order, keeps what was reported, can be away or refuse.</summary>
internal sealed class FakeNode : INodeGrain
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly object _gate = new();
    private readonly List<(long Number, NodeCommand Command)> _commands = [];
    private readonly List<TaskReport> _reports = [];
    private readonly List<JoinRequest> _joins = [];
    private readonly List<byte[]> _told = [];
    private readonly Dictionary<long, TaskCompletionSource<LogChunk>> _logs = [];
    private readonly Dictionary<long, TaskCompletionSource<LeaseCompletion>> _completions = [];
    private long _last;
    private TaskCompletionSource _changed = NewChange();
    private Exception? _failure;
    private int _life;
    private bool _refuseUntilJoin;

    public JoinReply Reply { get; set; } = new([], [], TimeSpan.FromSeconds(1));
    public long Acknowledged { get; private set; }
    public int Heartbeats { get; private set; }

    /// <summary>Calls that failed because of <see cref="Fail"/>.</summary>
    public int Failures { get; private set; }

    public bool HasLeft { get; private set; }

    public IReadOnlyList<TaskReport> Reports
    {
        get
        {
            lock (_gate) return [.. _reports];
        }
    }

    public IReadOnlyList<byte[]> Inventories
    {
        get
        {
            lock (_gate) return [.. _told];
        }
    }

    public IReadOnlyList<JoinRequest> Joins
    {
        get
        {
            lock (_gate) return [.. _joins];
        }
    }

    /// <summary>Every call fails with this from now on; null for a server that answers.</summary>
    public void Fail(Exception? failure) => Change(() => _failure = failure);

    /// <summary>The session is refused until it has joined again, as after a restart of the server.</summary>
    public void RefuseOnce() => Change(() => _refuseUntilJoin = true);

    public void Push(params NodeCommand[] commands) => Change(() =>
    {
        foreach (var command in commands) _commands.Add((++_last, command));
    });

    public void Start(params Assignment[] assignments) => Push([.. assignments.Select(a => new NodeCommand { Start = a })]);

    public void Stop(Lease lease, ExitCause cause, TimeSpan? grace = null) => Push(new NodeCommand { Stop = new(lease, cause, grace) });

    /// <summary>Waits until a condition on what is known here holds.</summary>
    public async Task Until(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (condition()) return;
                changed = _changed.Task;
            }
            try
            {
                await changed.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{what}: not within {Patience.TotalSeconds} s; reported so far: {string.Join("; ", Reports.Select(Describe))}");
            }
        }
    }

    public async Task<TaskReport> Report(Lease lease, ReportKind kind)
    {
        await Until(() => _reports.Exists(r => r.Lease == lease && r.Kind == kind), $"{kind} of {lease.Task}");
        return Reports.First(r => r.Lease == lease && r.Kind == kind);
    }

    public async Task<ExitInfo> End(Lease lease) => (await Report(lease, ReportKind.Ended)).Exit!;

    public async Task<LogChunk> Log(LogRequest request)
    {
        var answer = new TaskCompletionSource<LogChunk>(TaskCreationOptions.RunContinuationsAsynchronously);
        var id = Random.Shared.NextInt64();
        lock (_gate) _logs.Add(id, answer);
        Push(new NodeCommand { ReadLog = request, RequestId = id });
        return await answer.Task.WaitAsync(Patience);
    }

    private readonly Dictionary<long, TaskCompletionSource<ProfileAnswer>> _profiles = [];

    public async Task<ProfileAnswer> Ask(ProfileQuestion question)
    {
        var answer = new TaskCompletionSource<ProfileAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var id = Random.Shared.NextInt64();
        lock (_gate) _profiles.Add(id, answer);
        Push(new NodeCommand { Profile = question, RequestId = id });
        return await answer.Task.WaitAsync(Patience);
    }

    public Task<string> Greet(string session) => Task.FromResult("");

    public Task<JoinReply> Join(JoinRequest request)
    {
        lock (_gate)
            if (_failure is { } failure) throw failure;
        Change(() =>
        {
            _joins.Add(request);
            _refuseUntilJoin = false;
        });
        return Task.FromResult(Reply);
    }

    public async Task<NodeCommands> Poll(PollRequest request)
    {
        var end = Task.Delay(request.MaxWait);
        int life;
        lock (_gate) life = _life;
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (life != _life) break;
                ThrowIfFailing();
                if (request.Acknowledged > Acknowledged)
                {
                    Acknowledged = request.Acknowledged;
                    Change(() => { });
                }
                _commands.RemoveAll(c => c.Number <= request.Acknowledged);
                if (_commands.Count > 0) return new(_commands[^1].Number, [.. _commands.Select(c => c.Command)]);
                changed = _changed.Task;
            }
            if (await Task.WhenAny(changed, end) == end) return new(request.Acknowledged, []);
        }
        // whoever asked the server that died is never answered
        await new TaskCompletionSource().Task;
        return new(0, []);
    }

    /// <summary>The server dies and another takes its place: polls under way are never answered, the session is not known until the next join.</summary>
    public void Replace() => Change(() =>
    {
        _life++;
        _refuseUntilJoin = true;
    });

    public Task Report(string session, IReadOnlyList<TaskReport> reports)
    {
        ThrowIfFailing();
        Change(() => _reports.AddRange(reports));
        return Task.CompletedTask;
    }

    public Task Heartbeat(string session, NodeSample sample)
    {
        ThrowIfFailing();
        Change(() => Heartbeats++);
        return Task.CompletedTask;
    }

    public Task Leaving(string session) => Task.CompletedTask;

    public Task Leave(string session)
    {
        Change(() => HasLeft = true);
        return Task.CompletedTask;
    }

    public Task<ProfileAnswer> Profile(ProfileQuestion question) => throw NotForAgents();

    public Task ProfileTold(string session, long requestId, ProfileAnswer answer)
    {
        lock (_gate) _profiles[requestId].TrySetResult(answer);
        return Task.CompletedTask;
    }

    public Task LogRead(string session, long requestId, LogChunk chunk)
    {
        lock (_gate) _logs[requestId].TrySetResult(chunk);
        return Task.CompletedTask;
    }

    /// <summary>What a person says, as the node's grain passes it on; the agent's answer.</summary>
    public async Task<LeaseCompletion> Complete(CompleteLease completion)
    {
        var answer = new TaskCompletionSource<LeaseCompletion>(TaskCreationOptions.RunContinuationsAsynchronously);
        var id = Random.Shared.NextInt64();
        lock (_gate) _completions.Add(id, answer);
        Push(new NodeCommand { Complete = completion, RequestId = id });
        return await answer.Task.WaitAsync(Patience);
    }

    public Task Completed(string session, long requestId, LeaseCompletion answer)
    {
        lock (_gate) _completions[requestId].TrySetResult(answer);
        return Task.CompletedTask;
    }

    public Task<NodeView> Declare(NodeSpec spec) => throw NotForAgents();
    public Task Send(IReadOnlyList<NodeCommand> commands) => throw NotForAgents();
    public Task<LogChunk> ReadLog(LogRequest request) => throw NotForAgents();
    public Task<NodeView> Cordon() => throw NotForAgents();
    public Task<NodeView> Uncordon() => throw NotForAgents();
    public Task<NodeView> Drain() => throw NotForAgents();
    public Task TakeInventory(string session, byte[] inventory)
    {
        ThrowIfFailing();
        Change(() => _told.Add(inventory));
        return Task.CompletedTask;
    }

    public Task<byte[]> Inventory() => throw NotForAgents();
    public Task<NodeView> Describe() => throw NotForAgents();
    public Task Watch(string pool) => throw NotForAgents();

    public static string Describe(TaskReport report) => $"{report.Lease.Task}#{report.Lease.Token} {report.Kind} {report.Exit?.Cause} {report.Exit?.Message}";

    private static InvalidOperationException NotForAgents() => new("an agent never calls this");

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void ThrowIfFailing()
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                Failures++;
                throw _failure;
            }
            if (_refuseUntilJoin) throw GranaryException.Refused("join again");
        }
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            var changed = _changed;
            _changed = NewChange();
            changed.SetResult();
        }
    }
}
