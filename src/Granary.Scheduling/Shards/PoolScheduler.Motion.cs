using System.Buffers;
using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Dependencies;
using Granary.Scheduling.Journal;
using Granary.Scheduling.Shards;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

/// <summary>
/// Waiting tasks go from one part of a sharded pool to another. They leave this part's queues durably before the other part hears of them, wait
/// in neither meanwhile, and are told of by this part until the other has them durably. Tickets count the departures of a part, one at a time:
/// a part takes each ticket once, whatever is repeated.
/// </summary>
public sealed partial class PoolScheduler
{
    /// <summary>Begins the section of a snapshot that only pools have whose tasks have moved between parts.</summary>
    private const byte MotionSection = 3;

    private readonly SortedDictionary<int, long> _taken = [];
    private readonly HashSet<long> _arrived = [];
    private readonly OutcomeSet _left = new();
    private long _tickets;
    private YieldedTasks? _leaving;
    private PoolScheduler? _leavingTasks;

    /// <summary>Tasks on their way to another part.</summary>
    public YieldedTasks? Leaving => _leaving;

    private int LeavingCount => _leaving is null ? 0 : NumberRuns.Count(_leaving.Runs);

    /// <summary>Lets go of waiting tasks that another part is to have; while some are on their way, tells which. Null for none.</summary>
    public YieldedTasks? Yield(YieldRequest request, long now, EventBatch events, IPoolEffects effects)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_leaving is not null || request.Most <= 0) return _leaving;
        var numbers = request.Everything ? PickConnected(request) : PickReady(request);
        if (numbers.Count == 0) return null;
        numbers.Sort();
        Emit(new PoolEvent(EventKind.Yielded, now, Token: _tickets + 1, Value: request.To, Detail: NumberRuns.Of(numbers)), events, effects);
        return _leaving;
    }

    /// <summary>Takes the tasks that part <paramref name="from"/> let go of; a ticket that was taken before changes nothing.</summary>
    public void Take(int from, YieldedTasks tasks, long now, EventBatch events, IPoolEffects effects)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        if (_taken.GetValueOrDefault(from) >= tasks.Ticket) return;
        foreach (var agent in tasks.Agents)
            if (_order.Find(agent) is null) Emit(new PoolEvent(EventKind.AgentSet, now, Detail: new AgentSpec { Id = agent }), events, effects);
        Emit(new PoolEvent(EventKind.TasksTaken, now, Token: tasks.Ticket, Value: from, Detail: tasks.Tasks), events, effects);
    }

    /// <summary>The tasks of the ticket are in the other part.</summary>
    public void EndYield(long ticket, long now, EventBatch events, IPoolEffects effects)
    {
        if (_leaving?.Ticket == ticket) Emit(new PoolEvent(EventKind.YieldEnded, now, Token: ticket), events, effects);
    }

    /// <summary>The task was here and is in another part now, or on its way there.</summary>
    public bool IsElsewhere(long number) => _left.Contains(number) || (_leaving is { } leaving && NumberRuns.Contains(leaving.Runs, number));

    /// <summary>Whoever asks has not heard yet; the front knows.</summary>
    private GranaryException Moved(long number, string what) => GranaryException.Unavailable($"task {IdOf(number)} has gone to another part of pool {_pool}; {what} again");

    private void ApplyYielded(in PoolEvent e)
    {
        var runs = (long[])e.Detail!;
        var tasks = new List<TaskEntry>(NumberRuns.Count(runs));
        foreach (var number in NumberRuns.Each(runs)) tasks.Add(Live(number));
        foreach (var task in tasks)
        {
            _capture?.Keep(task);
            task.Node = null; // where it ran last is no node of the other part
        }
        var agents = tasks.Select(t => t.Item.Agent.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        _leaving = new YieldedTasks(e.Token, (int)e.Value, runs, agents, Pack(tasks));
        _tickets = e.Token;
        foreach (var task in tasks) Leave(task);
    }

    private void ApplyTaken(in PoolEvent e)
    {
        _taken[(int)e.Value] = e.Token;
        foreach (var task in Unpack((byte[])e.Detail!))
        {
            _arrived.Add(task.Number);
            _left.Remove(task.Number);
            _lastToken = Math.Max(_lastToken, task.Token);
            _nextNumber = Math.Max(_nextNumber, task.Number + 1);
            _order.Place(task.Item.Agent);
        }
        _planStale = true;
    }

    private void ApplyYieldEnded()
    {
        foreach (var number in NumberRuns.Each(_leaving!.Runs)) _left.Add(number);
        (_leaving, _leavingTasks) = (null, null);
    }

    /// <summary>The task is in this part's queues no more, and has not ended.</summary>
    private void Leave(TaskEntry task)
    {
        var item = task.Item;
        _planLoose = true;
        RemoveQueued(task);
        EndMove(task);
        _tasks.Remove(task);
        ForgetMarks(task);
        _arrived.Remove(task.Number);
        _graph.Forget(task.Number);
        item.Live--;
        _order.Place(item.Agent);
        if (item.Live == 0) Drop(item);
    }

    /// <summary>The tasks as the other part needs them, with those they waited for that have succeeded.</summary>
    private byte[] Pack(IReadOnlyList<TaskEntry> ascending)
    {
        var output = new ArrayBufferWriter<byte>();
        var w = new JournalWriter(output);
        w.Byte(SnapshotVersion);
        var items = ascending.Select(t => t.Item).Distinct().ToArray();
        var waited = items.SelectMany(i => i.After.Concat(i.AfterItems.SelectMany(r => Enumerable.Range(0, r.Count).Select(k => r.First + k))));
        ModelCodec.Write(ref w, NumberRuns.Of([.. waited.Where(_graph.Succeeded.Contains).Distinct().Order()]));
        w.Unsigned((ulong)ascending.Count);
        var writer = new TaskWriter();
        foreach (var task in ascending) writer.Write(ref w, new TaskImage(task), new ItemImage(task.Item));
        w.Flush();
        return output.WrittenSpan.ToArray();
    }

    private List<TaskEntry> Unpack(byte[] packed)
    {
        var r = new JournalReader(packed);
        r.Begin(SnapshotVersion, "moved tasks");
        foreach (var number in NumberRuns.Each(ModelCodec.ReadNumbers(ref r))) _graph.Succeeded.Add(number);
        var tasks = ReadTasks(ref r);
        return r.AtEnd ? tasks : throw r.Damaged("goes on after its end");
    }

    /// <summary>What is on its way, as a pool of its own: only to be asked.</summary>
    private PoolScheduler? LeavingTasks()
    {
        if (_leaving is null || _leavingTasks is not null) return _leavingTasks;
        var tasks = new PoolScheduler(_pool, _options);
        foreach (var agent in _leaving.Agents) tasks._order.AddAgent(new AgentSpec { Id = agent }, tasks._lanes);
        tasks.Unpack(_leaving.Tasks);
        return _leavingTasks = tasks;
    }

    private static readonly WaitExplanation OnItsWay = new(WaitReason.Share, "it is on its way to another part of the pool", "wait", 0);

    private TaskView? GetLeaving(long number, long now) => LeavingTasks()?._tasks.Find(number) is { } task ? Moving(_leavingTasks!.ViewOf(task, now)) : null;

    private IEnumerable<TaskView> ListLeaving(TaskQuery query, long now) => LeavingTasks()?.List(query, now).Select(Moving) ?? [];

    private static TaskView Moving(TaskView task) => task with { Reason = OnItsWay.Evidence, WaitReason = OnItsWay.Reason, Position = 0 };

    private void WriteMotion(ref JournalWriter w)
    {
        if (_tickets == 0 && _taken.Count == 0 && _released == 0 && _shards is null or { HasMoves: false }) return;
        w.Byte(MotionSection);
        w.Number(_tickets);
        w.Unsigned((ulong)_taken.Count);
        foreach (var (from, ticket) in _taken)
        {
            w.Number(from);
            w.Number(ticket);
        }
        ModelCodec.Write(ref w, NumberRuns.Of([.. _arrived.Order()]));
        WriteNumbers(ref w, _left);
        w.Flag(_leaving is not null);
        if (_leaving is not null)
        {
            w.Number(_leaving.To);
            ModelCodec.Write(ref w, _leaving.Runs);
            w.Unsigned((ulong)_leaving.Agents.Count);
            foreach (var agent in _leaving.Agents) w.Text(agent);
            w.Bytes(_leaving.Tasks);
        }
        WriteReleased(ref w);
        Shards.WriteMoves(ref w);
    }

    /// <summary>Reads the section if it is there; returns the byte after it.</summary>
    private byte ReadMotion(ref JournalReader r, byte section)
    {
        if (section != MotionSection) return section;
        _tickets = r.Number();
        for (var parts = r.Count(); parts > 0; parts--) _taken[r.Int()] = r.Number();
        _arrived.UnionWith(NumberRuns.Each(ModelCodec.ReadNumbers(ref r)));
        ReadNumbers(ref r, _left);
        if (r.Flag())
        {
            var (to, runs, agents) = (r.Int(), ModelCodec.ReadNumbers(ref r), new string[r.Count()]);
            for (var i = 0; i < agents.Length; i++) agents[i] = r.Text();
            _leaving = new YieldedTasks(_tickets, to, runs, agents, r.Bytes());
        }
        ReadReleased(ref r);
        Shards.ReadMoves(ref r);
        return r.Byte();
    }
}
