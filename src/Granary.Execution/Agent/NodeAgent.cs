using Granary.Abstractions;
using Granary.Execution.Handlers;
using Granary.Execution.Http;
using Granary.Execution.Manual;
using Granary.Execution.Outside;
using Granary.Execution.Processes;
using Granary.Execution.Scopes;
using Granary.Execution.Simulated;
using Granary.Execution.Telemetry;
using Granary.Hardware;
using Granary.Model;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Granary.Execution;

/// <summary>
/// Takes charge of one node: joins, polls for commands, runs them, reports what became of them, sends samples. Needs nothing but the
/// node's grain. Decisions are the <see cref="LeaseTable"/>'s, running is the executors'. When the server is away, tasks go on and
/// their ends are kept until it answers; when this agent dies, the next one finds them with the shim.
/// </summary>
public sealed partial class NodeAgent : IHostedService, IExecutorSink, IAsyncDisposable
{
    private readonly INodeGrain _node;
    private readonly NodeAgentOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TaskFiles _files;
    private readonly CheckpointWatch _checkpoints;
    private readonly Func<NodeSample> _sample;
    private readonly Func<Func<Task>, Task> _spawn;
    private readonly IExecutor? _processes;
    private readonly ProcessExecutor? _shim;
    private readonly IExecutor _handlers;
    private readonly OutsideExecutor? _outside;
    private readonly ManualExecutor? _manual;
    private readonly RefusalCount _refusals = new();
    private readonly string _session = Guid.NewGuid().ToString("N");

    private readonly Lock _gate = new();
    private readonly LeaseTable _table = new();
    private readonly TaskTraces _traces = new();
    private readonly SemaphoreSlim _dispatching = new(1, 1);
    private readonly Signal _reportsWait = new();
    private readonly Signal _allEnded = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<AgentEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _joined = new();
    private AgentOrders _orders = new();
    private AgentOrders _carriedOut = new();
    private TimeSpan _heartbeatEvery = TimeSpan.FromSeconds(1);
    private volatile bool _leaving;
    private volatile TouchWithServer _touch = new(CancellationToken.None);
    private Task? _run;

    public NodeAgent(
        IGrainFactory grains, NodeAgentOptions options, TimeProvider time, ILogger<NodeAgent> logger, HandlerRegistry? handlers = null)
        : this(grains.GetGrain<INodeGrain>(options.Node.Name), options, time, logger, handlers, null, null)
    {
    }

    /// <summary>For many simulated nodes that share a clock, and for tests.</summary>
    internal NodeAgent(
        INodeGrain node, NodeAgentOptions options, TimeProvider time, ILogger logger, HandlerRegistry? handlers = null,
        Func<NodeSample>? sample = null, IExecutor? processes = null, Func<Func<Task>, Task>? spawn = null)
    {
        _node = node;
        _spawn = spawn ?? Task.Run;
        _options = options.Validated();
        _declared = options.Declared;
        _time = time;
        _logger = logger;
        _files = new(options.DataDirectory, options.RunAs);
        _checkpoints = new(_files);
        _sample = sample ?? new MachineSampler(SystemRoot.Machine, options.DataDirectory, time).Sample;
        if (options.Node.Simulated)
        {
            _handlers = processes ?? new SimulatedExecutor(time);
            _offers = SimulatedOffers;
            return;
        }
        if (options.Accelerators.Count > 0) _accelerators = new(options.Accelerators);
        var registry = handlers ?? HandlerRegistry.Default(time);
        var hosts = HttpHosts.Parse(options.Executors.HttpHosts);
        _handlers = new HandlerExecutor(registry, time, _files, hosts is null ? null : new HttpHandler(hosts, time), logger);
        _handlerNames = [.. registry.Names];
        _manual = new ManualExecutor(new ManualBook(Path.Combine(options.EffectiveNodeDirectory, "manual")), _files, time, logger);
        if (processes is not null)
        {
            _processes = processes;
            return;
        }
        if (options.Executors.Scopes)
            _scopes = ScopeSupport.Find(options.Executors.EffectiveSearchPath, options.RunAs is not null, Posix.Sys.EffectiveUser == 0, options.Executors.SystemdDirectory).Support;
        var outside = NewOutside();
        _shim = NewProcessExecutor(outside);
        _processes = _outside = new OutsideExecutor(_shim, outside, new OutsideBook(Path.Combine(options.EffectiveNodeDirectory, "outside")), logger);
    }

    public string Session => _session;

    /// <summary>Completes when the node's grain has accepted this agent for the first time.</summary>
    public Task Joined => _joined.Task;

    /// <summary>Completes when the agent has stopped, and why.</summary>
    public Task<AgentEnd> Ended => _end.Task;

    /// <summary>Process id of the shim; 0 without one.</summary>
    internal int ShimPid => _shim?.ShimPid ?? 0;

    /// <summary>Begins and returns when what an earlier agent left running has been found; joining goes on behind.</summary>
    /// <exception cref="GranaryException">Another agent serves the directory, or the shim cannot be started.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Begin(cancellationToken);
        _run = _spawn(RunToEnd);
    }

    /// <summary>Stops the agent and leaves its processes running: the next agent adopts them.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        // first, since what runs may be waiting for a shim that cannot be had
        if (_processes is not null) await _processes.DisposeAsync();
        if (_run is not null) await _run.WaitAsync(cancellationToken);
        await DisposeAsync();
    }

    /// <summary>Runs until cancelled or fenced.</summary>
    public async Task<AgentEnd> RunAsync(CancellationToken cancellationToken)
    {
        await StartAsync(cancellationToken);
        await using (cancellationToken.Register(_stop.Cancel))
            await _run!;
        await DisposeAsync();
        return await Ended;
    }

    /// <summary>Stops every attempt with its grace, waits until the server has heard of their ends, and leaves.</summary>
    /// <exception cref="OperationCanceledException">The server or a process took longer than the token allows.</exception>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            // first nothing new, else what goes back to the queue comes straight back here
            await _node.Leaving(_session).WaitAsync(_options.CallTimeout, _time, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogServerAway(_options.Node.Name, OneLine(e));
        }
        _leaving = true;
        lock (_gate) _table.StopAll(ExitCause.Preempted, _time.GetUtcNow(), _orders);
        await CarryOut();
        while (true)
        {
            lock (_gate)
                if (_table is { LiveCount: 0, ReportCount: 0 }) break;
            await _allEnded.Wait(cancellationToken);
        }
        _end.TrySetResult(AgentEnd.Left);
        // no poll may come after the leave: to the server it would be a session that is over
        await _stop.CancelAsync();
        if (_run is not null) await _run.WaitAsync(cancellationToken);
        await _node.Leave(_session).WaitAsync(_options.CallTimeout, _time, cancellationToken);
        _shim?.EndWhenDone();
        await StopAsync(cancellationToken);
        _sharedMemory?.Remove();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_processes is not null) await _processes.DisposeAsync();
        await _handlers.DisposeAsync();
        if (_manual is not null) await _manual.DisposeAsync();
        _sharedMemory?.Dispose();
        if (_options.Cache is not null) await _options.Cache.DisposeAsync();
        _lock?.Dispose();
        _lock = null;
    }

    void IExecutorSink.Adopt(Holdings holdings)
    {
        lock (_gate)
        {
            _table.Adopt(holdings);
            AdoptAccelerators(holdings);
        }
        if (holdings.Held.Count > 0) LogAdopted(_options.Node.Name, holdings.Held.Count(h => h.End is null), holdings.Held.Count(h => h.End is not null));
    }

    void IExecutorSink.Report(IReadOnlyList<TaskReport> reports)
    {
        bool more, ended;
        reports = _traces.Tell(reports);
        lock (_gate)
        {
            foreach (var report in reports) _table.Told(report, _orders);
            more = ReleaseAccelerators(reports) || _orders.Start.Count > 0 || _orders.Forget.Count > 0;
            ended = _table is { LiveCount: 0, ReportCount: 0 };
        }
        _reportsWait.Set();
        if (ended) _allEnded.Set();
        if (more) _ = _spawn(CarryOut);
    }

    void IExecutorSink.Superseded(string why) => Fence(why);

    private async Task Begin(CancellationToken cancel)
    {
        var looking = _looking = LookForOffers(_stop.Token);
        if (_processes is not null)
        {
            if (_shim is not null) TakeLock();
            OpenSharedMemory();
            if (_shim is not null && _options.Cache is { } cache && await cache.StartAsync(cancel) is { Length: > 0 } problem) LogNoCache(_options.Node.Name, problem);
            SayRunAs();
            try
            {
                await _processes.Connect(this, cancel);
            }
            catch (IOException e)
            {
                throw GranaryException.Unavailable(e.Message);
            }
        }
        await _handlers.Connect(this, cancel);
        if (_manual is not null) await _manual.Connect(this, cancel);
        // an engine that is slow to answer is told of later
        if (!looking.IsCompleted) await Task.WhenAny(looking, Task.Delay(FirstLookWithin, CancellationToken.None));
        if (_outside is not null) _ = SweepOutside(looking, _outside);
        _reportsWait.Set();
    }

    private async Task RunToEnd()
    {
        var cancel = _stop.Token;
        try
        {
            var reporting = Reports(cancel);
            var beating = Heartbeats(cancel);
            var sweeping = SweepFiles(cancel);
            var machine = Task.WhenAll(TellInventory(cancel), FollowCalendars(cancel), FollowOffers(cancel));
            await Commands(cancel);
            await Task.WhenAll(reporting, beating, sweeping, machine);
        }
        catch (OperationCanceledException)
        {
            // asked to stop, or fenced
        }
        catch (Exception e)
        {
            LogFailed(_options.Node.Name, e);
            _end.TrySetException(e);
        }
        _end.TrySetResult(AgentEnd.Stopped);
    }

    /// <summary>Gives the executors what the table has ordered, one batch at a time, and returns when they have taken charge of it.</summary>
    private async Task CarryOut()
    {
        await _dispatching.WaitAsync();
        try
        {
            AgentOrders orders;
            List<Assignment> starts;
            lock (_gate)
            {
                (orders, _orders, _carriedOut) = (_orders, _carriedOut, _orders);
                _traces.Begin(orders.Start);
                starts = Equip(orders.Start);
                StopAwaiting(orders.Stop);
            }
            if (starts.Count > 0)
            {
                await Start(starts);
            }
            foreach (var stop in orders.Stop)
            {
                _handlers.Stop(stop);
                _processes?.Stop(stop);
                _manual?.Stop(stop);
            }
            if (orders.Forget.Count > 0)
            {
                _processes?.Acknowledge(orders.Forget);
                _manual?.Acknowledge(orders.Forget);
            }
            orders.Clear();
            // what ended before it started may have made room for the next attempt of its task
            bool more;
            lock (_gate) more = _orders.Start.Count > 0;
            if (more) _ = _spawn(CarryOut);
        }
        catch (OperationCanceledException)
        {
            // the executor was closed under us: what it took charge of it holds, the rest the server expects here and sends again
        }
        finally
        {
            _dispatching.Release();
        }
    }

    // The grain's word for a session that it does not follow, or no longer: the server was restarted, or had given this node up.
    private static bool IsRefusal(Exception e) => e is GranaryException { Code: Granary.Model.ErrorCode.Refused };

    private void Fence(string why)
    {
        if (!_end.TrySetResult(AgentEnd.Fenced)) return;
        LogFenced(_options.Node.Name, why);
        _stop.Cancel();
    }

    private static string OneLine(Exception e) => $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
}
