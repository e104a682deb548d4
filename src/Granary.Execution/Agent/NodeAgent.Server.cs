using Granary.Abstractions;
using Granary.Model;

namespace Granary.Execution;

/// <summary>What the agent and its server say to each other: joins, commands, reports, heartbeats, pieces of output.</summary>
public sealed partial class NodeAgent
{
    // Joins, then polls until a call fails; then joins again, since the server may have become another one meanwhile.
    private async Task Commands(CancellationToken cancel)
    {
        var backoff = new Backoff(_options.ShortestBackoff, _options.LongestBackoff, _time);
        var first = true;
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await Join(first, cancel);
                first = false;
                backoff.Reset();
                using var touch = new TouchWithServer(cancel);
                _touch = touch;
                long taken = 0;
                while (!cancel.IsCancellationRequested)
                {
                    var commands = await touch.While(_node.Poll(new(_session, taken, _options.PollWait)), _options.PollWait + _options.CallTimeout, _time);
                    if (commands.Commands.Count > 0) await Take(commands.Commands);
                    taken = Math.Max(taken, commands.Last);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                if (IsRefusal(e) && _refusals.Add(_time.GetUtcNow()))
                {
                    Fence(OneLine(e));
                    return;
                }
                if (backoff.IsFirst) LogServerAway(_options.Node.Name, OneLine(e));
                await backoff.Wait(cancel);
            }
        }
    }

    private async Task Join(bool first, CancellationToken cancel)
    {
        var ticket = await _node.Greet(_session).WaitAsync(_options.CallTimeout, _time, cancel);
        List<Lease> live;
        lock (_gate) live = _table.Leases();
        var spec = _told = NodeNow;
        var reply = await _node.Join(new(_session, spec, live, _options.Version, ticket, RunsAs)).WaitAsync(_options.CallTimeout, _time, cancel);
        if (reply.HeartbeatEvery > TimeSpan.Zero) _heartbeatEvery = reply.HeartbeatEvery;
        lock (_gate)
        {
            // A process lease that nobody has seen here never ran here. What ran in an earlier agent's own memory left no trace, so
            // for handlers only this agent's own life counts.
            _table.Joined(_leaving ? reply with { Expected = [] } : reply, a => !first || (!RunsInAgent(a.Spec) && _processes is not null), _time.GetUtcNow(), _orders);
        }
        await CarryOut();
        _reportsWait.Set();
        _inventoryDue = true;
        // with what was declared for it the node has another capacity than it has just told
        if (Declare(reply.Declared) && NodeNow is var now && (now.Capacity != spec.Capacity || now.Traits != spec.Traits))
        {
            await Join(false, cancel);
            return;
        }
        LogJoined(_options.Node.Name, live.Count, reply.Expected.Count, reply.Stale.Count);
        _joined.TrySetResult();
    }

    private async Task Take(IReadOnlyList<NodeCommand> commands)
    {
        lock (_gate)
        {
            foreach (var command in commands)
            {
                // one that arrives while we leave is the server's to place elsewhere once we have left
                if (command.Start is { } start)
                {
                    if (!_leaving) _table.Offer(start, _orders);
                }
                else if (command.Stop is { } stop) _table.Stop(stop, _time.GetUtcNow(), _orders);
                else if (command.ReadLog is { } request) _ = AnswerLog(request, command.RequestId);
                else if (command.Profile is { } question) _ = AnswerProfile(question, command.RequestId);
                else if (command.Complete is { } completion) _ = AnswerCompletion(completion, command.RequestId);
            }
        }
        await CarryOut();
        _reportsWait.Set();
    }

    private async Task Reports(CancellationToken cancel)
    {
        var backoff = new Backoff(_options.ShortestBackoff, _options.LongestBackoff, _time);
        var batch = new List<TaskReport>();
        while (true)
        {
            await _reportsWait.Wait(cancel);
            // nothing is said before the server has accepted this session
            await Joined.WaitAsync(cancel);
            while (true)
            {
                lock (_gate) _table.PeekReports(_options.ReportBatch, batch);
                if (batch.Count == 0) break;
                try
                {
                    // the message is immutable, the list is ours: it gets a copy
                    await _node.Report(_session, batch.ToArray()).WaitAsync(_options.CallTimeout, _time, cancel);
                    backoff.Reset();
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // a refused session is the command loop's to mend: what was not accepted is said again after the next join
                    await backoff.Wait(cancel);
                    continue;
                }
                bool forget, ended;
                lock (_gate)
                {
                    _table.Accepted(batch.Count, _orders);
                    forget = _orders.Forget.Count > 0 && _processes is not null;
                    ended = _table is { LiveCount: 0, ReportCount: 0 };
                    if (_processes is null) _orders.Forget.Clear();
                }
                if (forget) await CarryOut();
                if (ended) _allEnded.Set();
            }
        }
    }

    private async Task Heartbeats(CancellationToken cancel)
    {
        await Joined.WaitAsync(cancel);
        while (true)
        {
            var touch = _touch;
            try
            {
                await _node.Heartbeat(_session, _sample()).WaitAsync(_options.HeartbeatTimeout, _time, cancel);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // the poll may wait long yet for an answer that died with its server
                touch.Lost(e);
            }
            TellCheckpoints();
            await Task.Delay(_heartbeatEvery, _time, cancel);
        }
    }

    private void TellCheckpoints()
    {
        if (_processes is null || _options.Node.Simulated) return;
        List<Lease> leases;
        lock (_gate) leases = _table.Checkpointing();
        var reports = _checkpoints.Look(leases);
        if (reports.Count == 0) return;
        lock (_gate)
            foreach (var report in reports) _table.Told(report, _orders);
        _reportsWait.Set();
    }

    private async Task AnswerLog(LogRequest request, long requestId)
    {
        try
        {
            var chunk = await Task.Run(() => LogReader.Read(_files, request));
            await _node.LogRead(_session, requestId, chunk).WaitAsync(_options.CallTimeout, _time, _stop.Token);
        }
        catch (Exception e)
        {
            LogNoAnswer(request.Task, OneLine(e)); // who asked times out and asks again
        }
    }
}
