using System.Runtime.CompilerServices;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    private static readonly TimeSpan AlertPoll = TimeSpan.FromSeconds(15);

    private IMonitorGrain Monitor => Cluster.GetGrain<IMonitorGrain>(IMonitorGrain.Key);

    /// <summary>What fires, the highest levels first.</summary>
    /// <param name="ended">And what has ended lately.</param>
    public Task<IReadOnlyList<AlertView>> AlertsAsync(bool ended = false, CancellationToken ct = default) => _calls.CallAsync(() => Monitor.Alerts(ended), ct);

    /// <summary>The rules in force.</summary>
    public Task<IReadOnlyList<AlertRuleView>> AlertRulesAsync(CancellationToken ct = default) => _calls.CallAsync(() => Monitor.Rules(), ct);

    /// <summary>The last advice to change the number of nodes, by pool.</summary>
    public Task<IReadOnlyList<ScalingAdvice>> ScalingAdviceAsync(CancellationToken ct = default) => _calls.CallAsync(() => Monitor.Advice(), ct);

    /// <summary>Takes an alert on: it is not told again unless it gets worse.</summary>
    /// <exception cref="GranaryException">NotFound; Invalid where several ids begin so.</exception>
    public Task<AlertView> AcknowledgeAsync(AcknowledgeRequest request, CancellationToken ct = default) => _calls.CallAsync(() => Monitor.Acknowledge(request), ct);

    /// <summary>Silences that have not expired.</summary>
    public Task<IReadOnlyList<Silence>> SilencesAsync(CancellationToken ct = default) => _calls.CallAsync(() => Monitor.Silences(), ct);

    /// <summary>Alerts that match are not told for a time; they still fire.</summary>
    /// <exception cref="GranaryException">Invalid: no matchers, or a time that is over.</exception>
    public Task<Silence> SilenceAsync(SilenceRequest request, CancellationToken ct = default) => _calls.CallAsync(() => Monitor.Silence(request), ct);

    /// <exception cref="GranaryException">NotFound.</exception>
    public Task<Silence> ExpireSilenceAsync(string id, CancellationToken ct = default) => _calls.CallAsync(() => Monitor.Expire(id), ct);

    /// <summary>Notifications from now on, as the server's other targets get them; also advice to change the number of nodes.</summary>
    public async IAsyncEnumerable<AlertNotification> WatchAlertsAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        var cursor = (await _calls.CallAsync(() => Monitor.Watch(0, TimeSpan.Zero), ct)).Cursor;
        while (true)
        {
            var (asked, after) = (_calls.Time.GetTimestamp(), cursor);
            var batch = await _calls.CallAsync(() => Monitor.Watch(after, AlertPoll), ct);
            cursor = batch.Cursor;
            foreach (var notification in batch.Notifications) yield return notification;
            if (batch.Notifications.Count == 0) await _calls.PauseAfterAsync(asked, ct);
        }
    }

    /// <summary>What is unusual about nodes from now on, as servers find it, minutes after they begin; <see cref="AnomaliesAsync"/> has what was before. After a restart of the server it goes on.</summary>
    public async IAsyncEnumerable<AnomalyOfNode> WatchAnomaliesAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        var cursor = (await _calls.CallAsync(() => Monitor.WatchAnomalies(0, TimeSpan.Zero), ct)).Cursor;
        while (true)
        {
            var (asked, after) = (_calls.Time.GetTimestamp(), cursor);
            var batch = await _calls.CallAsync(() => Monitor.WatchAnomalies(after, AlertPoll), ct);
            cursor = batch.Cursor;
            foreach (var found in batch.Anomalies) yield return found;
            if (batch.Anomalies.Count == 0) await _calls.PauseAfterAsync(asked, ct);
        }
    }
}
