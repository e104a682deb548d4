using Granary.Abstractions;
using Granary.Grains.Telemetry;
using Granary.Model;
using Granary.Monitoring;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Granary.Grains.Monitoring;

/// <summary>
/// Feeds <see cref="AlertBook"/> with what streams and pools tell, and hands what comes of it to the server's <see cref="INotificationSink"/> and to watchers. What
/// fires, what was silenced and what was acknowledged is stored within 5 s; how long something has been beyond a threshold begins anew after a restart.
/// </summary>
[Reentrant]
public sealed partial class MonitorGrain(
    [PersistentState("monitor", Nodes.NodeGrain.StorageName)] IPersistentState<MonitorState> state,
    IServiceProvider services,
    IGrainFactory grains,
    TimeProvider clock,
    StopSignal stop,
    ILogger<MonitorGrain> log) : Grain, IMonitorGrain
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private const int LookEvery = 5;
    private const int MostKept = 256;

    private readonly List<AlertNotification> _kept = [];
    private NodeStreams _streams = null!;
    private MonitorParts _parts = MonitorParts.BuiltIn;
    private AlertBook _book = null!;
    private NotificationQueue _queue = null!;
    private CapacityAdvisor _advisor = null!;
    private INotificationSink? _sink;
    private TaskCompletionSource _arrival = new();
    private long _first;
    private long _saved;
    private bool _saving;
    private int _rounds;
    private Task _looking = Task.CompletedTask;
    private string _complained = "";

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _parts = services.GetService<MonitorParts>() ?? MonitorParts.BuiltIn;
        _sink = services.GetService<INotificationSink>();
        _streams = new(services, Take);
        var now = clock.GetUtcNow();
        _book = new(_parts.Rules);
        _queue = new(_parts.Notifications, now);
        _advisor = new(_parts.Capacity);
        _book.Restore(state.State.Firing, state.State.Ended, state.State.Silences, now);
        _advisor.Restore(state.State.Advice);
        _first = now.ToUnixTimeMilliseconds();
        _saved = _book.Version;
        this.RegisterGrainTimer(
            _ =>
            {
                Turn();
                if (_rounds++ % LookEvery == 0 && _looking.IsCompleted) _looking = LookAsync();
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(Round, Round) { KeepAlive = true, Interleave = true });
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _arrival.TrySetResult();
        _unusualArrival.TrySetResult();
        await SaveAsync();
    }

    public Task Wake() => Task.CompletedTask;

    public Task<IReadOnlyList<AlertView>> Alerts(bool ended)
    {
        var now = clock.GetUtcNow();
        var all = ended ? _book.Firing.Concat(_book.Ended) : _book.Firing;
        return Task.FromResult<IReadOnlyList<AlertView>>([.. all.Select(a => _book.Seen(a, now)).OrderByDescending(a => a.Level).ThenByDescending(a => a.Changed).ThenBy(a => a.Id, StringComparer.Ordinal)]);
    }

    public async Task<AlertView> Acknowledge(AcknowledgeRequest request)
    {
        var alert = _book.Acknowledge(request.Id, Line(request.By), Line(request.Comment), request.Undo);
        await SaveAsync();
        return _book.Seen(alert, clock.GetUtcNow());
    }

    public Task<IReadOnlyList<Silence>> Silences() => Task.FromResult<IReadOnlyList<Silence>>([.. _book.Silences]);

    public async Task<Silence> Silence(SilenceRequest request)
    {
        var now = clock.GetUtcNow();
        var from = request.From ?? now;
        if (request.For <= TimeSpan.Zero || request.For > TimeSpan.FromDays(366) || from > now.AddDays(366)) throw GranaryException.Invalid("a silence begins and lasts within a year; give a time like 2h");
        foreach (var matcher in request.Matchers)
            if (matcher.Label.Length is 0 or > 63 || matcher.Value.Length is 0 or > 256) throw GranaryException.Invalid($"'{Line(matcher.ToString())}' is no matcher; write LABEL=VALUE, like node=n1 or rule=disk-*");
        var silence = _book.Silence(request.Matchers, from, from + request.For, Line(request.By), Line(request.Comment), now);
        await SaveAsync();
        return silence;
    }

    public async Task<Silence> Expire(string id)
    {
        var silence = _book.Expire(id);
        await SaveAsync();
        return silence;
    }

    public Task<IReadOnlyList<AlertRuleView>> Rules() => Task.FromResult<IReadOnlyList<AlertRuleView>>(
        [.. _parts.Rules.All.Select(r => new AlertRuleView(r.Name, r.Subject.ToString(), r.Metric, r.Kind.ToString(), r.Info, r.Warning, r.Error, r.Critical, r.For, r.Help))]);

    public Task<IReadOnlyList<ScalingAdvice>> Advice() => Task.FromResult(_advisor.Last);

    public async Task<NotificationBatch> Watch(long cursor, TimeSpan maxWait)
    {
        var end = _kept.Count > 0 ? _kept[^1].Number + 1 : _first;
        if (cursor == 0) return new(end, false, []);
        if (cursor >= end && maxWait > TimeSpan.Zero)
            await Waits.UntilAsync(Task.WhenAny(_arrival.Task, stop.Stopping), maxWait < TimeSpan.FromSeconds(20) ? maxWait : TimeSpan.FromSeconds(20), clock);
        AlertNotification[] news = [.. _kept.Where(n => n.Number >= cursor)];
        var gap = cursor < (_kept.Count == MostKept ? _kept[0].Number : _first);
        return new(news.Length > 0 ? news[^1].Number + 1 : Math.Max(cursor, _first), gap, news);
    }

    /// <summary>Once a second: what is over, what is due.</summary>
    private void Turn()
    {
        var now = clock.GetUtcNow();
        _book.Tick(now);
        TakeChanges(now);
        var due = _queue.Due(now, alert => _book.Seen(_book.Find(alert.Id) ?? alert, now));
        for (var i = 0; i < due.Count; i++) Tell(due[i]);
        if (_rounds % LookEvery == 0 && _book.Version != _saved && !_saving) _ = SaveAsync();
    }

    private void TakeChanges(DateTimeOffset now)
    {
        foreach (var alert in _book.TakeChanges())
        {
            LogAlert(log, alert.IsFiring ? alert.Level.ToString().ToUpperInvariant() : "OVER", alert.Id, alert.Summary);
            _queue.Add(alert, now);
        }
    }

    private void Tell(AlertNotification notification)
    {
        _kept.Add(notification);
        if (_kept.Count > MostKept) _kept.RemoveAt(0);
        _sink?.Post(notification);
        var arrival = _arrival;
        _arrival = new();
        arrival.TrySetResult();
    }

    private async Task SaveAsync()
    {
        _saving = true;
        var version = _book.Version;
        state.State = new MonitorState { Firing = [.. _book.Firing], Ended = [.. _book.Ended], Silences = [.. _book.Silences], Advice = _advisor.Last };
        try
        {
            await state.WriteOrReadAgainAsync();
            _saved = version;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Complain($"alerts could not be stored: {e.Message}");
        }
        finally
        {
            _saving = false;
        }
    }

    private void Complain(string what)
    {
        if (_complained == what) return;
        _complained = what;
        LogTrouble(log, what);
    }

    private static string Line(string text) => text.Length > 200 ? text[..200].ReplaceLineEndings(" ") : text.ReplaceLineEndings(" ");

    [LoggerMessage(1, LogLevel.Information, "alert {Level} {Id}: {Summary}")]
    private static partial void LogAlert(ILogger logger, string level, string id, string summary);

    [LoggerMessage(2, LogLevel.Warning, "monitor: {What}")]
    private static partial void LogTrouble(ILogger logger, string what);
}
