using Granary.Abstractions;
using Granary.Execution.Shim;
using Granary.Model;
using Microsoft.Extensions.Logging;

namespace Granary.Execution.Processes;

/// <summary>
/// Runs leases as processes through the shim. When the shim dies, a new one is started, which finds the living processes again; what
/// it does not know of has an unknown end.
/// </summary>
internal sealed partial class ProcessExecutor(ShimLaunch launch, LaunchPlanner planner, TimeProvider time, ILogger logger) : IExecutor
{
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(2);

    // Nobody waits for an acknowledgement: it only lets the shim forget. A start that goes out takes them along.
    private const int AcknowledgeAt = 64;

    private const long LargestFrame = FrameReader.MaxFrame / 8;

    private const int MostAttempts = 50;

    private const string OldShim = "the supervisor of this node is of an older build and would run the task as root: it ends when its tasks have ended, or set Node:RunAs=root";

    private const string UnawareShim = "the supervisor of this node is of an older build and cannot keep the task's processes to what it asks: it ends when its tasks have ended";

    private sealed class Held(Lease lease)
    {
        public readonly Lease Lease = lease;
        public ExitCause? Stop;
        public TimeSpan? Grace;

        /// <summary>Kept until the shim has it in its log, to hand it to the next one otherwise.</summary>
        public LaunchPlan? Plan;
        public bool Started;
    }

    private readonly Lock _gate = new();
    private readonly Dictionary<LeaseKey, Held> _held = [];
    private readonly Dictionary<long, (TaskCompletionSource Done, LeaseKey[] Keys)> _handing = [];
    private readonly List<Lease> _acknowledged = [];
    private readonly CancellationTokenSource _closing = new();
    private IExecutorSink? _sink;
    private ShimClient? _client;
    private long _sequence;
    private bool _superseded;
    private bool _adopted;

    /// <summary>Process id of the shim; for tests and messages.</summary>
    public int ShimPid { get; private set; }

    /// <summary>What tells the processes of this node's tasks from those of other nodes on the machine; empty where the shim does not say it.</summary>
    public string Instance { get; private set; } = "";

    public async Task Connect(IExecutorSink sink, CancellationToken cancel)
    {
        _sink = sink;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Open(cancel);
                return;
            }
            catch (ShimGoneException) when (attempt < MostAttempts)
            {
                // an earlier shim that was killed can accept a connection in its last moments
            }
        }
    }

    public async ValueTask Start(IReadOnlyList<Assignment> assignments)
    {
        var plans = new List<LaunchPlan>(assignments.Count);
        List<TaskReport>? failed = null;
        foreach (var assignment in assignments)
        {
            var (plan, error) = planner.Plan(assignment);
            if (plan?.User is not null && IsOldShim()) (plan, error) = (null, OldShim);
            if (plan?.Isolation is { Strict: true } && !KnowsIsolation()) (plan, error) = (null, UnawareShim);
            if (plan is not null) plans.Add(plan);
            else (failed ??= []).Add(Failed(assignment.Lease, error));
        }
        if (failed is not null) _sink!.Report(failed);
        // in frames that are far below the largest, however long the arguments are
        while (plans.Count > 0)
        {
            var (count, size) = (0, 0L);
            while (count < plans.Count && size < LargestFrame) size += SizeOf(plans[count++]);
            await Hand(plans[..count]);
            plans.RemoveRange(0, count);
        }
    }

    private bool IsOldShim()
    {
        lock (_gate) return _client is { KnowsUsers: false };
    }

    private bool KnowsIsolation()
    {
        lock (_gate) return _client is null or { KnowsIsolation: true };
    }

    private Task Hand(List<LaunchPlan> plans)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _closing.Token.ThrowIfCancellationRequested();
            foreach (var plan in plans) _held[LeaseKey.Of(plan.Lease)] = new(plan.Lease) { Plan = plan };
            _handing.Add(++_sequence, (done, [.. plans.Select(p => LeaseKey.Of(p.Lease))]));
            // without a shim they go to the next one
            _client?.Start(_sequence, plans);
            FlushAcknowledged();
        }
        return done.Task;
    }

    private static long SizeOf(LaunchPlan plan) => plan.Arguments.Sum(a => a.Length + 4L) + plan.Environment.Sum(e => e.Length + 4L);

    public void Stop(StopLease stop)
    {
        lock (_gate)
        {
            var key = LeaseKey.Of(stop.Lease);
            if (!_held.TryGetValue(key, out var held) || held.Stop is not null) return;
            (held.Stop, held.Grace) = (stop.Cause, stop.Grace);
            _client?.Stop(key, stop.Cause, stop.Grace);
        }
    }

    public void Acknowledge(IReadOnlyList<Lease> ended)
    {
        lock (_gate)
        {
            _acknowledged.AddRange(ended);
            if (_acknowledged.Count >= AcknowledgeAt) FlushAcknowledged();
        }
    }

    /// <summary>The shim may end once nothing runs.</summary>
    public void EndWhenDone()
    {
        lock (_gate)
        {
            FlushAcknowledged();
            _client?.EndWhenDone();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        ShimClient? client;
        lock (_gate)
        {
            FlushAcknowledged();
            client = _client;
            _client = null;
            foreach (var (done, _) in _handing.Values) done.TrySetCanceled();
            _handing.Clear();
        }
        client?.Dispose();
    }

    private async Task Open(CancellationToken cancel)
    {
        var socket = await launch.Connect(cancel);
        ShimClient? self = null;
        var client = new ShimClient(socket)
        {
            OnWelcome = Welcomed,
            OnReports = Heard,
            OnTaken = Taken,
            OnSuperseded = () =>
            {
                _superseded = true;
                _sink!.Superseded("another agent has connected to the shim of this node");
            },
            OnLost = () => Lost(self!),
        };
        self = client;
        await client.Begin(cancel);
    }

    private void Welcomed(ShimClient client, Welcome welcome)
    {
        ShimPid = welcome.ShimPid;
        Instance = welcome.Instance;
        if (_adopted)
        {
            Resume(client, welcome);
            LogShimBack(welcome.ShimPid, welcome.Held.Count);
            return;
        }
        _adopted = true;
        lock (_gate)
        {
            foreach (var held in welcome.Held)
                if (held.End is null) _held[LeaseKey.Of(held.Lease)] = new(held.Lease) { Started = held.Started is not null };
            _client = client;
        }
        _sink!.Adopt(new(welcome.Held, welcome.Seen));
    }

    // Lost ones do no harm: the next agent hears of those ends again and the server takes them for what they are.
    private void FlushAcknowledged()
    {
        if (_acknowledged.Count == 0 || _client is null) return;
        _client.Acknowledge(_acknowledged);
        _acknowledged.Clear();
    }

    private void Taken(long sequence)
    {
        lock (_gate)
        {
            if (!_handing.Remove(sequence, out var handed)) return;
            foreach (var key in handed.Keys)
                if (_held.TryGetValue(key, out var held)) held.Plan = null;
            handed.Done.TrySetResult();
        }
    }

    private void Heard(IReadOnlyList<TaskReport> reports)
    {
        lock (_gate)
            foreach (var report in reports)
            {
                if (report.Kind == ReportKind.Ended) _held.Remove(LeaseKey.Of(report.Lease));
                else if (_held.TryGetValue(LeaseKey.Of(report.Lease), out var held)) held.Started = true;
            }
        _sink!.Report(reports);
    }

    private void Lost(ShimClient client)
    {
        lock (_gate)
        {
            if (_client != client) return; // closed by us, or never in use
            _client = null;
        }
        if (_superseded || _closing.IsCancellationRequested) return;
        LogShimLost(ShimPid);
        _ = Task.Run(Reconnect);
    }

    private async Task Reconnect()
    {
        var backoff = TimeSpan.FromMilliseconds(20);
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                await Open(_closing.Token);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (IOException e)
            {
                LogNoShim(e.Message);
            }
            await Task.Delay(backoff, time, CancellationToken.None);
            backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
        }
    }

    // Brings the new shim and us to the same picture: what it knows, it tells; what it never heard of is handed over; the rest is lost.
    private void Resume(ShimClient client, Welcome welcome)
    {
        var news = new List<TaskReport>();
        lock (_gate)
        {
            var known = welcome.Held.ToDictionary(h => LeaseKey.Of(h.Lease));
            foreach (var held in welcome.Held)
            {
                if (!_held.TryGetValue(LeaseKey.Of(held.Lease), out var mine)) continue;
                if (held.Started is { } at && !mine.Started) news.Add(new(held.Lease, ReportKind.Started, at, null));
                mine.Started |= held.Started is not null;
                if (held.End is not null) news.Add(held.End);
            }
            foreach (var (key, mine) in _held)
                if (!known.ContainsKey(key) && mine.Plan is null)
                    news.Add(new(mine.Lease, ReportKind.Ended, time.GetUtcNow(), new ExitInfo
                    {
                        Cause = ExitCause.Unknown,
                        Message = "the supervisor of its process died and left no trace of it",
                    }));
            foreach (var report in news)
                if (report.Kind == ReportKind.Ended) _held.Remove(LeaseKey.Of(report.Lease));

            _client = client;
            foreach (var (sequence, (done, keys)) in _handing.ToArray())
            {
                var plans = keys.Where(k => !known.ContainsKey(k)).Select(k => _held.GetValueOrDefault(k)?.Plan).OfType<LaunchPlan>().ToArray();
                if (plans.Length > 0)
                {
                    client.Start(sequence, plans);
                    continue;
                }
                _handing.Remove(sequence);
                done.TrySetResult();
            }
            foreach (var (key, mine) in _held)
                if (mine.Stop is { } cause) client.Stop(key, cause, mine.Grace);
        }
        if (news.Count > 0) _sink!.Report(news);
    }

    private TaskReport Failed(Lease lease, string error) =>
        new(lease, ReportKind.Ended, time.GetUtcNow(), new ExitInfo { Cause = ExitCause.StartFailed, Message = error });

    [LoggerMessage(Level = LogLevel.Warning, Message = "The shim (process {Pid}) is gone; starting another to find its tasks")]
    private partial void LogShimLost(int pid);

    [LoggerMessage(Level = LogLevel.Information, Message = "The new shim (process {Pid}) holds {Count} tasks")]
    private partial void LogShimBack(int pid, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}")]
    private partial void LogNoShim(string reason);
}
