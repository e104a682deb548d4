using System.Threading.Channels;
using Granary.Abstractions;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Run;

/// <summary>Applies a fleet and follows it to its end: hears changes, reads what waits and the nodes now and then, tells the view.</summary>
internal sealed class FleetRun(GranaryClient client, FleetSpec fleet, string title, ProgressView view, TimeProvider time)
{
    private const int EventsShown = 5;

    /// <summary>How many waiting tasks are asked for their reasons at a time: beyond it the counts are of a part.</summary>
    private const int ReasonsRead = 5000;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Every this many looks the tasks themselves are read, in case a change was never told.</summary>
    private const int ReadEvery = 10;

    private readonly List<string> _pools = [.. fleet.Tasks.Select(t => t.Pool).Distinct(StringComparer.Ordinal)];
    private readonly List<double> _readings = [];
    private readonly Queue<string> _events = new();
    private FleetProgress? _progress;
    private Utilisation _nodes = Utilisation.None;
    private ResourceSet _capacity = ResourceSet.Zero;
    private IReadOnlyList<AgentShare> _before = [];
    private DateTimeOffset _started;

    /// <summary>Tasks that have not ended; empty before the fleet was applied.</summary>
    public IReadOnlyList<TaskId> Open => _progress is null ? [] : [.. _progress.Tasks.Where(t => !t.State.IsFinal()).Select(t => t.Id)];

    public bool Applied => _progress is not null;

    /// <summary>Returns when every task has ended.</summary>
    public async Task Follow(CancellationToken cancel)
    {
        _before = await Shares(cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var heard = Channel.CreateUnbounded<ChangeBatch>();
        // Watching begins before the tasks exist, so that none of their changes is missed.
        var watches = new List<Task>();
        try
        {
            foreach (var pool in await Known(cancel)) watches.Add(await Watch(pool, heard.Writer, stop.Token));
            _started = time.GetUtcNow();
            var applied = await client.ApplyAsync(fleet, null, cancel);
            foreach (var note in applied.Notes) view.Tell("note: " + note);
            foreach (var refused in applied.RefusedReservations) view.Tell("refused: " + refused);
            _progress = new FleetProgress(Tracked(fleet.Named(), applied));
            foreach (var pool in _pools.Skip(watches.Count)) watches.Add(await Watch(pool, heard.Writer, stop.Token));
            await Read(cancel);
            await Loop(heard.Reader, watches, cancel);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(watches).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            view.End();
        }
    }

    /// <summary>What it came to, so far.</summary>
    public async Task<RunReport> Report(CancellationToken cancel) => new ReportBuilder
    {
        Fleet = fleet,
        Tasks = await client.GetAsync([.. _progress!.Tasks.Select(t => t.Id)], cancel),
        SharesBefore = _before,
        SharesAfter = await Shares(cancel),
        Capacity = _capacity,
        CpuReadings = _readings,
        Took = time.GetUtcNow() - _started,
    }.Build();

    private async Task Loop(ChannelReader<ChangeBatch> heard, IReadOnlyList<Task> watches, CancellationToken cancel)
    {
        var looks = 0;
        var lastLook = DateTimeOffset.MinValue;
        while (true)
        {
            while (heard.TryRead(out var batch)) await Take(batch, cancel);
            if (time.GetUtcNow() - lastLook >= LookEvery)
            {
                await Look(cancel);
                if (++looks % ReadEvery == 0) await Read(cancel);
                lastLook = time.GetUtcNow();
            }
            view.Show(Status());
            if (_progress!.IsDone) return;
            if (watches.FirstOrDefault(w => w.IsFaulted) is { } broken) await broken;
            using var tick = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var pause = Task.Delay(view.Every, time, tick.Token);
            await Task.WhenAny(pause, _progress.Tasks.Count < 10_000 ? heard.WaitToReadAsync(tick.Token).AsTask() : pause);
            await tick.CancelAsync();
            cancel.ThrowIfCancellationRequested();
        }
    }

    private async Task Take(ChangeBatch batch, CancellationToken cancel)
    {
        foreach (var change in batch.Changes)
        {
            if (_progress!.Apply(change) is not { } task || RunEvent.Of(task) is not { } text) continue;
            view.Tell(text);
            _events.Enqueue(text);
            if (_events.Count > EventsShown) _events.Dequeue();
        }
        if (batch.Gap) await Read(cancel);
    }

    /// <summary>The tasks that have not ended, as the server knows them now.</summary>
    private async Task Read(CancellationToken cancel) => _progress!.Apply(await client.GetAsync(Open, cancel));

    /// <summary>Why tasks wait, and how busy the nodes are.</summary>
    private async Task Look(CancellationToken cancel)
    {
        var query = new TaskQuery { States = [TaskState.Queued], Limit = 1000 };
        foreach (var pool in _pools)
        {
            var waiting = new List<TaskView>();
            await foreach (var task in client.ListAsync(pool, query, cancel))
            {
                waiting.Add(task);
                if (waiting.Count == ReasonsRead) break;
            }
            _progress!.Apply(waiting);
        }
        var nodes = (await client.NodesAsync(cancel)).Where(n => _pools.Contains(n.Spec.Pool)).ToList();
        _nodes = Utilisation.Of(nodes);
        if (_nodes.Nodes > 0) _readings.Add(_nodes.Cpu);
        var ready = nodes.Where(n => n.State == NodeState.Ready).ToList();
        if (ready.Count > 0)
        {
            _capacity = new ResourceSet
            {
                CpuMilli = ready.Sum(n => n.Spec.Capacity.CpuMilli),
                MemoryMiB = ready.Sum(n => n.Spec.Capacity.MemoryMiB),
            };
        }
    }

    private RunStatus Status() => new()
    {
        Title = title,
        Elapsed = time.GetUtcNow() - _started,
        Left = TimeLeft.Of(_progress!.Tasks, _capacity, time.GetUtcNow()),
        All = _progress.All(),
        Domains = _progress.Domains(),
        Nodes = _nodes,
        Events = [.. _events],
    };

    /// <summary>Completes once the watch has begun; its result is the watch itself.</summary>
    private async Task<Task> Watch(string pool, ChannelWriter<ChangeBatch> heard, CancellationToken cancel)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watch = Task.Run(
            async () =>
            {
                await foreach (var batch in client.WatchBatchesAsync(pool, 0, cancel))
                {
                    heard.TryWrite(batch);
                    begun.TrySetResult();
                }
            },
            cancel);
        await Task.WhenAny(begun.Task, watch);
        return watch;
    }

    /// <summary>Of the fleet's pools those that exist already, in the same order.</summary>
    private async Task<IReadOnlyList<string>> Known(CancellationToken cancel)
    {
        var names = await client.PoolNamesAsync(cancel);
        return [.. _pools.TakeWhile(names.Contains)];
    }

    private async Task<IReadOnlyList<AgentShare>> Shares(CancellationToken cancel)
    {
        var shares = new List<AgentShare>();
        var names = await client.PoolNamesAsync(cancel);
        foreach (var pool in _pools.Where(names.Contains)) shares.AddRange(await client.SharesAsync(pool, cancel));
        return shares;
    }

    private static List<TrackedTask> Tracked(FleetSpec fleet, AppliedFleet applied)
    {
        var domains = fleet.Agents.ToDictionary(a => a.Id, Domain.Of, StringComparer.Ordinal);
        return [.. fleet.Tasks.SelectMany(t => applied.Tasks[t.Spec.Name]
            .Select(id => new TrackedTask(id, t.Spec, domains.GetValueOrDefault(t.Spec.Agent, t.Spec.Agent))))];
    }
}
